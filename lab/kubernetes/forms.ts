/** The forms in which an object or list can be asked for: whole, or its head alone. */
import { jsonReply, type Answer } from './call.ts';
import type { KubeObject } from './object.ts';
import { groupVersion, type Resource } from './resources.ts';
import type { Stored } from './store.ts';

const META = 'meta.k8s.io/v1';

/** The first form in an Accept header that the double can give; undefined is the whole object. */
function asked(accept: string | undefined): string | undefined {
  const first = (accept ?? '').split(',')[0] ?? '';
  return /;\s*as=(?<form>[A-Za-z]+)/.exec(first)?.groups?.['form'];
}

/** The head of an object alone. */
export function partial(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: META, metadata: object.metadata };
}

/** How an object is to be shown, when not whole. */
export function objectForm(accept: string | undefined): ((object: KubeObject) => object) | undefined {
  return asked(accept) === 'PartialObjectMetadata' ? partial : undefined;
}

/** A list in the form that was asked for. Whole objects are put together from text that each of them keeps. */
export function listForm(accept: string | undefined, resource: Resource, metadata: object, items: readonly Stored[]): Answer {
  if (asked(accept) === 'PartialObjectMetadataList') {
    return jsonReply(200, {
      kind: 'PartialObjectMetadataList',
      apiVersion: META,
      metadata,
      items: items.map(({ object }) => partial(object)),
    });
  }
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata });
  return { status: 200, json: `${head.slice(0, -1)},"items":[${items.map((one) => one.itemJson(resource)).join(',')}]}` };
}
