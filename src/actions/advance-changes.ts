import { z } from 'zod';
import { advanceChange } from '../changes/engine.ts';
import type { ChangeView } from '../changes/ports.ts';
import { DAY } from '../core/duration.ts';
import type { Action } from './action.ts';
import { PATIENCE_MS } from './carry-out.ts';
import { engineOf, type ChangeContext } from './changes.ts';

/** Goes on with what is under way. What lasts for days says once a day how it stands. */
export const advanceChanges: Action<Record<string, never>, ChangeView | null, ChangeContext> = {
  id: 'advance-changes',
  role: 'operator',
  describe: 'Go on with the rotation that is under way',
  input: z.strictObject({}),
  async run(_input, context) {
    const view = await advanceChange(engineOf(context), { patienceMs: PATIENCE_MS });
    if (view === undefined) return null;
    const now = context.clock.now();
    const day = Math.floor((now - view.startedAt) / DAY);
    if (day > 0 && view.state !== 'done' && view.state !== 'aborted') {
      const { title, says, until } = view;
      await context.outbox.add({ kind: 'changeProgress', id: `change-progress.${view.id}.${day}`, title, says, until }, now);
    }
    return view;
  },
};
