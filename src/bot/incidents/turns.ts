import type { Clock } from '../../core/clock.ts';
import { SECOND } from '../../core/duration.ts';
import type { Claims } from '../context.ts';

/** How long one bot shows everything before whoever asks first does, in milliseconds. A bot that died is followed after that. */
const TURN_MS = 10 * SECOND;
/** So many turns, which is longer than a claim is kept. */
const REMEMBERED = 60;

export interface Turns {
  /** `own`: ours; `new`: ours, after another bot had it; `other`: another bot's. */
  take(): Promise<'new' | 'own' | 'other'>;
}

/**
 * Of several bots the first one to ask in a stretch of time has it. Where two overlap at its end, the nonce and the marker of each message keep it one
 * message.
 */
export function createTurns(claims: Claims, clock: Clock): Turns {
  /** A clock that is set back comes to turns again that are ours already. */
  const ours = new Set<number>();
  let isShared = false;
  return {
    async take() {
      const turn = Math.floor(clock.now() / TURN_MS);
      if (!ours.has(turn) && !(await claims.take(`incidents.${turn}`))) {
        isShared = true;
        return 'other';
      }
      ours.add(turn);
      for (const old of [...ours].slice(0, -REMEMBERED)) ours.delete(old);
      if (!isShared) return 'own';
      isShared = false;
      return 'new';
    },
  };
}
