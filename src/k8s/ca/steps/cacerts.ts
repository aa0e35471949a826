/** Reading `cacerts` in the state that a step rests on, and putting it back changed. */
import { apiVersionOf, SECRETS } from '../../resources.ts';
import type { Expected } from '../../../rotation/goal.ts';
import type { ClusterClient } from '../../client.ts';
import { clientOf, type StepContext } from '../context.ts';
import { CACERTS, LAST_APPLIED, MANAGED_BY } from '../names.ts';
import { takenOver } from '../ownership.ts';
import { patchOf, withMarks, type Marks } from '../record.ts';
import { bytesOf, conflict, contentIdOf, readSecret, requireState, type WholeSecret } from '../wire.ts';

const WHAT = 'the Secret cacerts';

/** A `cacerts` that was just read. */
export interface Present {
  readonly client: ClusterClient;
  /** Undefined: there is none, as the step expects. */
  readonly secret: WholeSecret | undefined;
}

/** @throws OperatorError with reason `conflict` where it is not in the state that the step rests on. */
export async function readPresent(
  { cluster, expects }: { readonly cluster: string; readonly expects: Expected },
  context: StepContext,
): Promise<Present> {
  const client = clientOf(context, cluster);
  const secret = await readSecret(client, { namespace: context.istioNamespace, name: CACERTS }, context.signal);
  requireState(secret, expects, { what: WHAT, client });
  return { client, secret };
}

/** The same for a step that needs one. */
export async function readThere(
  step: { readonly cluster: string; readonly expects: Expected },
  context: StepContext,
): Promise<{ readonly client: ClusterClient; readonly secret: WholeSecret }> {
  const { client, secret } = await readPresent(step, context);
  if (secret === undefined) throw conflict(client, WHAT, 'there is none');
  return { client, secret };
}

/** @throws OperatorError with reason `conflict` where it holds something else than the step was decided for. */
export function requireContent(secret: WholeSecret, contentId: string, client: ClusterClient): void {
  if (contentIdOf(bytesOf(secret)) !== contentId) throw conflict(client, WHAT, 'it holds something else than what was looked at');
}

/** Changes only our annotations, and only in the state that was read. */
export async function mark(
  { client, secret }: { readonly client: ClusterClient; readonly secret: WholeSecret },
  marks: Marks,
  context: StepContext,
) {
  const { resourceVersion, annotations } = secret.metadata;
  const changed = Object.entries(marks).some(([name, value]) => annotations[name] !== value);
  if (!changed) return;
  const place = { namespace: context.istioNamespace, name: CACERTS };
  const patch = { metadata: { resourceVersion, annotations: patchOf(marks) } };
  await client.mergePatch(SECRETS, place, patch, { signal: context.signal });
}

export interface NewContent {
  readonly data: Readonly<Record<string, string>>;
  readonly marks: Marks;
  /** All data become ours, and what kubectl left of the key goes. */
  readonly takeOver: boolean;
}

/** Puts other data in the place of those that were read, or creates the Secret where there was none. */
export async function put({ client, secret }: Present, { data, marks, takeOver }: NewContent, context: StepContext): Promise<void> {
  const { istioNamespace: namespace, signal, clock } = context;
  const head = { apiVersion: apiVersionOf(SECRETS), kind: 'Secret', type: secret?.type ?? 'Opaque', data };
  if (secret === undefined) {
    const metadata = { namespace, name: CACERTS, labels: MANAGED_BY, annotations: withMarks({}, marks) };
    await client.create(SECRETS, { ...head, metadata }, { signal });
    return;
  }
  const { metadata } = secret;
  const gone = takeOver ? { [LAST_APPLIED]: undefined } : {};
  const time = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  const object = {
    ...head,
    metadata: {
      ...metadata,
      creationTimestamp: new Date(metadata.creationTimestamp).toISOString(),
      managedFields: takeOver ? takenOver(metadata, Object.keys(data), time) : undefined,
      annotations: withMarks(metadata.annotations, { ...gone, ...marks }),
    },
  };
  await client.replace(SECRETS, object, { signal });
}
