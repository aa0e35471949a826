import { z } from 'zod';
import { summaryOf, type AlertsSummary } from '../alerts/index.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';

/** More of a kind than this are counted: a thousand incidents fit neither a card nor a job's result. */
const LISTED = 50;
const Input = z.strictObject({ limit: z.int().min(1).max(1_000).default(LISTED) });
type Input = z.infer<typeof Input>;

/** At most so many of each kind as were asked for. */
export interface ListedAlerts extends AlertsSummary {
  readonly at: number;
  /** How many there are of each kind. */
  readonly total: Readonly<Record<keyof AlertsSummary, number>>;
}

export const listAlerts: Action<Input, ListedAlerts, FollowContext> = {
  id: 'list-alerts',
  role: 'viewer',
  describe: 'What is open, acknowledged, silenced, and what was',
  input: Input,
  async run({ limit }, { alerts, clock }) {
    const { state } = await alerts.store.load();
    const at = clock.now();
    const { open, acked, muted, ended, silences, windows } = summaryOf(state, at);
    const total = {
      open: open.length,
      acked: acked.length,
      muted: muted.length,
      ended: ended.length,
      silences: silences.length,
      windows: windows.length,
    };
    const first = <T>(list: readonly T[]): readonly T[] => list.slice(0, limit);
    return {
      at,
      total,
      open: first(open),
      acked: first(acked),
      muted: first(muted),
      ended: first(ended),
      silences: first(silences),
      windows: first(windows),
    };
  },
};
