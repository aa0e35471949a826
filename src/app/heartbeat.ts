import { fetch } from 'undici';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { connectionWords } from '../core/connection-words.ts';
import { OperatorError } from '../core/errors.ts';
import { SECOND } from '../core/duration.ts';
import type { Secret } from '../core/secret.ts';

const ANSWER_MS = 10 * SECOND;
const WHAT = 'Cannot tell the heartbeat';
const NEXT = 'Look at who listens for it, and at the address in alerts.heartbeat of the configuration.';

/** Asks an address outside, which misses it when this service is gone. Whoever knows the address can do the same, so it is never shown. */
export function createHeartbeat(url: Secret, clock: Clock): (signal: AbortSignal) => Promise<void> {
  return (outer) =>
    withDeadline(
      clock,
      ANSWER_MS,
      WHAT,
      async (signal) => {
        const status = await ask(url, signal);
        if (status >= 400) throw new OperatorError({ reason: 'serverError', what: WHAT, why: `it answers ${status}`, next: NEXT });
      },
      outer,
    );
}

async function ask(url: Secret, signal: AbortSignal): Promise<number> {
  try {
    const { status, body } = await fetch(url.reveal(), { signal });
    await body?.cancel();
    return status;
  } catch (error) {
    const inner = error instanceof Error && error.cause !== undefined ? error.cause : error;
    // Without its cause, whose text may hold the address.
    throw new OperatorError({ reason: 'unreachable', what: WHAT, why: wordsOf(inner), next: NEXT });
  }
}

function wordsOf(error: unknown): string {
  const words = connectionWords(error);
  return error instanceof Error && words === error.message ? 'the connection failed' : words;
}
