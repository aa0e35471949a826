import { createDraft } from './draft.ts';
import { apply } from './events.ts';
import type { AlertEvent, AlertPolicy, AlertState } from './model.ts';
import { settle } from './settle.ts';

/** Nothing known yet. */
export function emptyState(now: number): AlertState {
  return { subjects: {}, incidents: {}, silences: [], windows: [], begunAt: now };
}

/**
 * The state after something happened, `now` in UTC milliseconds. Never throws. Where nothing changed it is the same object, and so is every subject and
 * incident in it that did not change.
 */
export function advance(state: AlertState, event: AlertEvent, now: number, policy: AlertPolicy): AlertState {
  const draft = createDraft(state, now, policy);
  apply(draft, event);
  settle(draft);
  return draft.finish();
}
