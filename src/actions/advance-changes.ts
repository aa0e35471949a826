import { z } from 'zod';
import { advanceChange } from '../changes/engine.ts';
import { isUnderWay, settleGone } from '../changes/gone.ts';
import type { ChangeView } from '../changes/ports.ts';
import { record } from '../changes/record.ts';
import { DISTRIBUTION } from '../changes/view.ts';
import { DAY } from '../core/duration.ts';
import type { Action } from './action.ts';
import { PATIENCE_MS } from './carry-out.ts';
import { engineOf, type ChangeContext } from './changes.ts';
import { withWindow } from './window.ts';

/** Goes on with what is under way. What lasts for days says once a day how it stands. */
export const advanceChanges: Action<Record<string, never>, ChangeView | null, ChangeContext> = {
  id: 'advance-changes',
  role: 'operator',
  describe: 'Go on with the rotation that is under way',
  input: z.strictObject({}),
  async run(_input, context) {
    // It is asked for every minute and may run for longer: a second one would only wait for the first.
    return (await context.changes.once('advance-changes', () => advance(context))) ?? null;
  },
};

async function advance(context: ChangeContext): Promise<ChangeView | undefined> {
  const engine = engineOf(context);
  // Read before the clusters are: what is on the board by then has an intent there, or had one.
  const shown = await viewsOf(context);
  const advanced = (): Promise<ChangeView | undefined> => advanceChange(engine, { patienceMs: PATIENCE_MS });
  const active = shown.find((one) => one.id !== DISTRIBUTION && isUnderWay(one) && one.state !== 'paused');
  const view = await (active === undefined ? advanced() : withWindow(active, context, advanced));
  if (view !== undefined) {
    await tellDaily(view, context);
    return view;
  }
  for (const left of shown.filter((one) => one.id !== DISTRIBUTION && isUnderWay(one))) await settleGone(left, engine);
  return undefined;
}

/** That Redis cannot be read keeps no change from going on. */
async function viewsOf({ changes, log }: ChangeContext): Promise<readonly ChangeView[]> {
  try {
    return await changes.board.all();
  } catch (error) {
    log.debug({ component: 'changes', err: error }, 'how changes stood could not be read');
    return [];
  }
}

async function tellDaily(view: ChangeView, context: ChangeContext): Promise<void> {
  const now = context.clock.now();
  const day = Math.floor((now - view.startedAt) / DAY);
  if (day < 1 || view.state === 'done' || view.state === 'aborted') return;
  const { id, goal, by, title, says, until } = view;
  const added = await context.outbox.add({ kind: 'changeProgress', id: `change-progress.${id}.${day}`, title, says, until }, now);
  if (added === 'known') return;
  const detail = `Day ${day + 1}: ${says}`;
  await record(engineOf(context), { id, goal, planHash: undefined, by }, { what: 'progress', detail, result: 'ok' });
}
