import type { Step } from '../../../rotation/goal.ts';
import { OperatorError } from '../../../core/errors.ts';
import type { ClusterClient } from '../../client.ts';
import { apiVersionOf, SECRETS } from '../../resources.ts';
import { clientOf, type StepContext } from '../context.ts';
import { BACKUP_KIND, BACKUP_MARKS, backupName, KIND_LABEL, MANAGED_BY, markTime } from '../names.ts';
import { patchOf } from '../record.ts';
import { bytesOf, conflict, contentIdOf, readSecret, requireState, type WholeSecret } from '../wire.ts';
import { readThere, requireContent } from './cacerts.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/** Copies `cacerts` as it is. A copy of the same content that is there already is only dated anew. */
export async function backup(step: StepOf<'backup'>, context: StepContext): Promise<void> {
  const { client, secret } = await readThere(step, context);
  requireContent(secret, step.contentId, client);
  const { istioNamespace: namespace, signal, clock } = context;
  const name = backupName(step.contentId);
  const annotations = {
    [BACKUP_MARKS.content]: step.contentId,
    [BACKUP_MARKS.takenAt]: markTime(clock.now()),
    [BACKUP_MARKS.takenFor]: step.takenFor,
  };
  const kept = await readSecret(client, { namespace, name }, signal);
  if (kept === undefined) {
    const metadata = { namespace, name, labels: { ...MANAGED_BY, [KIND_LABEL]: BACKUP_KIND }, annotations };
    await client.create(
      SECRETS,
      { apiVersion: apiVersionOf(SECRETS), kind: 'Secret', type: 'Opaque', metadata, data: secret.data },
      { signal },
    );
    return;
  }
  requireOurs(kept, client);
  if (contentIdOf(bytesOf(kept)) !== step.contentId) {
    throw conflict(client, `the backup ${name}`, 'it holds something else than its name says; delete it after looking at it');
  }
  const marks = { ...annotations, [BACKUP_MARKS.archivedAt]: undefined };
  const patch = { metadata: { resourceVersion: kept.metadata.resourceVersion, annotations: patchOf(marks) } };
  await client.mergePatch(SECRETS, { namespace, name }, patch, { signal });
}

/** A backup that is there and is one. @throws OperatorError with reason `notFound`, or `conflict` where somebody else made it. */
export async function readBackup(client: ClusterClient, name: string, context: StepContext): Promise<WholeSecret> {
  const { istioNamespace: namespace, signal } = context;
  const kept = await readSecret(client, { namespace, name }, signal);
  if (kept === undefined) {
    const next = 'Choose one of those that `/mesh jobs` lists.';
    throw new OperatorError({ reason: 'notFound', what: `There is no backup ${name}`, where: `cluster ${client.cluster}`, next });
  }
  requireOurs(kept, client);
  return kept;
}

function requireOurs({ metadata }: WholeSecret, client: ClusterClient): void {
  if (metadata.labels[KIND_LABEL] === BACKUP_KIND) return;
  throw conflict(client, `the Secret ${metadata.name}`, 'it lacks the labels of a backup: somebody else made it');
}

export async function archiveOrDelete(step: StepOf<'archiveBackup' | 'deleteBackup'>, context: StepContext): Promise<void> {
  const client = clientOf(context, step.cluster);
  const { istioNamespace: namespace, signal, clock } = context;
  const place = { namespace, name: step.backup };
  const kept = await readSecret(client, place, signal);
  if (step.kind === 'deleteBackup' && kept === undefined) return;
  requireState(kept, step.expects, { what: `the backup ${step.backup}`, client });
  if (kept === undefined) return;
  requireOurs(kept, client);
  const { uid, resourceVersion } = kept.metadata;
  if (step.kind === 'deleteBackup') {
    await client.delete(SECRETS, place, { preconditions: { uid, resourceVersion }, signal });
    return;
  }
  const annotations = { [BACKUP_MARKS.archivedAt]: markTime(clock.now()) };
  await client.mergePatch(SECRETS, place, { metadata: { resourceVersion, annotations } }, { signal });
}
