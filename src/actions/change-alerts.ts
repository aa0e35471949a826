import { advance } from '../alerts/index.ts';
import type { AlertEvent, AlertState } from '../alerts/model.ts';
import { OperatorError } from '../core/errors.ts';
import type { AlertServices, FollowContext } from './alerts.ts';

/** Several vantages write every few seconds; whoever loses that often has met something else. */
const MOST_TRIES = 100;

/** What the state was when it was decided upon, and what it became. */
export interface ChangedAlerts {
  readonly before: AlertState;
  readonly after: AlertState;
  readonly now: number;
}

/**
 * Reads the state of alerts, decides what happened, and writes what follows; anew where somebody else wrote meanwhile.
 * @throws OperatorError `unreachable` while Redis is away: nothing is lost then, since the next measurement derives it again.
 */
export async function changeAlerts(
  { alerts, clock, signal }: Pick<FollowContext, 'clock' | 'signal'> & { readonly alerts: Pick<AlertServices, 'store' | 'policy'> },
  decide: (state: AlertState, now: number) => readonly AlertEvent[],
): Promise<ChangedAlerts> {
  const { store, policy } = alerts;
  for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
    signal.throwIfAborted();
    const loaded = await store.load();
    const now = clock.now();
    const before = loaded.state;
    const after = decide(before, now).reduce((state, event) => advance(state, event, now, policy), before);
    if (await store.commit(loaded, after)) return { before, after, now };
  }
  throw new OperatorError({
    reason: 'conflict',
    what: 'Cannot keep how alerts stand',
    why: `somebody else wrote each of ${MOST_TRIES} times`,
    next: 'Ask again.',
  });
}
