import type { Step, StepKind } from '../../../rotation/goal.ts';
import type { StepContext } from '../context.ts';
import { archiveOrDelete, backup } from './backups.ts';
import { closeIntent, createIntermediate, createIssuer, createRoot, renew, retire } from './certificates.ts';
import { nudge, restart } from './istiod.ts';
import { hold, markProved, releaseHold, restore } from './marks.ts';
import { write, writeRoots } from './write.ts';

type Steps = { readonly [Kind in StepKind]: (step: Extract<Step, { readonly kind: Kind }>, context: StepContext) => Promise<void> };

const STEPS: Steps = {
  backup,
  write,
  writeRoots,
  nudge,
  markProved,
  restore,
  hold,
  releaseHold,
  archiveBackup: archiveOrDelete,
  deleteBackup: archiveOrDelete,
  restart,
  renew,
  createRoot,
  createIssuer,
  createIntermediate,
  retire,
  closeIntent,
};

/** Carries out one step. @throws OperatorError; `conflict` where what the step rests on is no longer so: then nothing was written. */
export async function carryOutStep(step: Step, context: StepContext): Promise<void> {
  const work = STEPS[step.kind] as (step: Step, context: StepContext) => Promise<void>;
  await work(step, context);
}
