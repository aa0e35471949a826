import type { Step } from '../../../rotation/goal.ts';
import { inspectCacerts } from '../../../pki/cacerts.ts';
import type { StepContext } from '../context.ts';
import { MARKS, markTime } from '../names.ts';
import { holdMarks, recordOf } from '../record.ts';
import { bytesOf, conflict, contentIdOf } from '../wire.ts';
import { clientOf } from '../context.ts';
import { readBackup } from './backups.ts';
import { mark, put, readPresent, readThere, requireContent } from './cacerts.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/** Notes that the present data are served everywhere. */
export async function markProved(step: StepOf<'markProved'>, context: StepContext): Promise<void> {
  const present = await readThere(step, context);
  requireContent(present.secret, step.contentId, present.client);
  const marks = {
    [MARKS.proved]: step.contentId,
    [MARKS.provedAt]: markTime(context.clock.now()),
    [MARKS.rootsSince]: markTime(step.rootsSince),
    [MARKS.signerSince]: markTime(step.signerSince),
  };
  await mark(present, marks, context);
}

export async function hold({ fingerprint, why, ...step }: StepOf<'hold'>, context: StepContext): Promise<void> {
  const present = await readThere(step, context);
  await mark(present, holdMarks({ fingerprint, why, at: context.clock.now() }), context);
}

export async function releaseHold(step: StepOf<'releaseHold'>, context: StepContext): Promise<void> {
  await mark(await readThere(step, context), holdMarks(undefined), context);
}

/** Puts a backup back byte for byte, with the hold in the same write. What istiod serves then is to be proved anew. */
export async function restore(step: StepOf<'restore'>, context: StepContext): Promise<void> {
  const client = clientOf(context, step.cluster);
  const [kept, present] = await Promise.all([readBackup(client, step.backup, context), readPresent(step, context)]);
  const data = bytesOf(kept);
  if (contentIdOf(data) !== step.contentId)
    throw conflict(client, `the backup ${step.backup}`, 'it holds something else than what was looked at');
  const source = inspectCacerts(data).signing[0]?.fingerprint;
  const { revoked } = recordOf(present.secret?.metadata.annotations ?? {});
  if (source !== undefined && revoked.includes(source)) {
    throw conflict(client, `the backup ${step.backup}`, 'the key of its intermediate counts as stolen');
  }
  const now = context.clock.now();
  const marks = {
    [MARKS.source]: source,
    [MARKS.writtenAt]: markTime(now),
    [MARKS.proved]: undefined,
    [MARKS.provedAt]: undefined,
    [MARKS.rootsSince]: undefined,
    [MARKS.signerSince]: undefined,
    ...(step.hold === undefined ? {} : holdMarks({ ...step.hold, at: now })),
  };
  await put(present, { data: kept.data, marks, takeOver: false }, context);
}
