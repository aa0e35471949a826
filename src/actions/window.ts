import { toFailure } from '../core/errors.ts';
import { HOUR } from '../core/duration.ts';
import { titleOf } from '../changes/view.ts';
import type { AlertEvent } from '../alerts/model.ts';
import type { Goal } from '../rotation/goal.ts';
import type { FollowContext } from './alerts.ts';
import { changeAlerts } from './change-alerts.ts';

/** Whoever opened it may die: it ends by itself then. No run of a change takes longer. */
const LASTS_MS = HOUR;

/** Does the work of a change inside a maintenance window over what it touches. A window that cannot be kept stops no change. */
export async function withWindow<T>(
  change: { readonly id: string; readonly goal: Goal },
  context: FollowContext & { readonly jobId: string },
  work: () => Promise<T>,
): Promise<T> {
  // Two jobs may work on one change, and the first to end must not close the window of the other.
  const id = `change-${change.id}.${context.jobId}`;
  const { goal } = change;
  const from = context.clock.now();
  const window = { id, match: `istiod-serving|istiod:${placeOf(goal)}`, reason: titleOf(goal), from, until: from + LASTS_MS };
  await note({ kind: 'openWindow', window }, context);
  try {
    return await work();
  } finally {
    // Also where the run was ended from outside, whose signal would keep it from being written.
    await note({ kind: 'closeWindow', id }, { ...context, signal: new AbortController().signal });
  }
}

/** Whose istiods begin to serve something else: one cluster, or any. */
function placeOf(goal: Goal): string {
  return 'cluster' in goal ? goal.cluster : '*';
}

async function note(event: AlertEvent, context: FollowContext): Promise<void> {
  try {
    await changeAlerts(context, () => [event]);
  } catch (error) {
    const { reason, message } = toFailure(error);
    context.log.warn({ component: 'alerts', reason, why: message }, 'a maintenance window was not kept; it ends by itself');
  }
}
