/** Writes objects of the lab to a real API server, as an owner with kubectl and the controllers of a cluster would have. */
import { vi } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../lab/kubernetes/object.ts';
import { must, type Side } from './call.ts';

const Discovered = z.object({ resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })) });

/** What the server of the object's former home wrote into it. */
const FOREIGN = new Set(['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'ownerReferences']);

/** Written before all others, in this order: without them the others are refused. */
const FIRST = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'Node'];

/** Puts objects there with their status, and the namespaces and service accounts that they name. An object that is there is taken over. */
export async function putObjects(side: Side, objects: readonly KubeObject[]): Promise<void> {
  const paths = new Paths(side);
  // Under a name of its own: what an earlier call said of the same namespace stays.
  for (const object of named(objects)) await put(side, paths, object, 'lab-needs');
  for (const kind of FIRST) {
    await Promise.all(objects.filter((object) => object.kind === kind).map((object) => put(side, paths, object)));
  }
  await Promise.all(objects.filter(({ kind }) => !FIRST.includes(kind ?? '')).map((object) => put(side, paths, object)));
}

function named(objects: readonly KubeObject[]): KubeObject[] {
  const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  const accounts = objects.flatMap(({ kind, metadata: { namespace }, ...rest }) => {
    const { serviceAccountName: name } = (rest['spec'] ?? {}) as { readonly serviceAccountName?: string };
    return kind === 'Pod' && name !== undefined && namespace !== undefined ? [{ namespace, name }] : [];
  });
  return [
    ...[...namespaces].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...accounts.map((metadata) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })),
  ];
}

async function put(side: Side, paths: Paths, object: KubeObject, manager = 'lab'): Promise<void> {
  const { status, ...rest } = withoutForeign(object);
  const path = await paths.of(object);
  const write = { method: 'PATCH', contentType: 'application/apply-patch+yaml' } as const;
  await must(side, { ...write, path: `${path}?fieldManager=${manager}&force=true`, body: rest });
  if (object.kind === 'CustomResourceDefinition') return established(side, paths, object);
  if (status === undefined || object.kind === 'Namespace') return;
  const { apiVersion, kind, metadata } = rest;
  const body = { apiVersion, kind, metadata: { name: metadata.name, namespace: metadata.namespace }, status };
  await must(side, { ...write, path: `${path}/status?fieldManager=${manager}&force=true`, body });
}

function withoutForeign(object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([field]) => !FOREIGN.has(field)));
  if (object.kind !== 'Service') return { ...object, metadata };
  // Cluster addresses are given out by every server for itself.
  const { clusterIP: _, clusterIPs: __, ...spec } = object['spec'] as Record<string, unknown>;
  return { ...object, metadata, spec };
}

/** A definition is served a moment after it is there. */
async function established(side: Side, paths: Paths, definition: KubeObject): Promise<void> {
  const { group, names } = definition['spec'] as { readonly group: string; readonly names: { readonly plural: string } };
  const list = `/apis/${group}/v1/${names.plural}?limit=1`;
  await vi.waitFor(() => must(side, { method: 'GET', path: list }), { timeout: 10_000, interval: 20 });
  paths.forget(`${group}/v1`);
}

/** Where objects lie, as the server itself says. */
class Paths {
  readonly #side: Side;
  readonly #known = new Map<string, Promise<z.infer<typeof Discovered>>>();

  constructor(side: Side) {
    this.#side = side;
  }

  async of({ apiVersion = '', kind, metadata }: KubeObject): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { resources } = await this.#discover(apiVersion, root);
    const resource = resources.find((one) => one.kind === kind && !one.name.includes('/'));
    if (resource === undefined) throw new Error(`${this.#side.url} serves no ${apiVersion} ${kind}`);
    const within = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    return `${root}${within}/${resource.name}/${metadata.name}`;
  }

  /** Asks the server again, for a kind that is new. */
  forget(apiVersion: string): void {
    this.#known.delete(apiVersion);
  }

  #discover(apiVersion: string, path: string): Promise<z.infer<typeof Discovered>> {
    const known = this.#known.get(apiVersion) ?? must(this.#side, { method: 'GET', path }).then((body) => Discovered.parse(body));
    this.#known.set(apiVersion, known);
    return known;
  }
}
