import type { Clock } from '../../core/clock.ts';
import { SECOND } from '../../core/duration.ts';
import type { Claims } from '../context.ts';

/** How long one bot shows everything before whoever asks first does, in milliseconds. A bot that died is followed after that. */
const TURN_MS = 10 * SECOND;

export interface Turns {
  /** `own`: ours; `new`: ours, after another bot had it; `other`: another bot's. */
  take(): Promise<'new' | 'own' | 'other'>;
}

/**
 * Of several bots the first one to ask in a stretch of time has it. Where two overlap at its end, the nonce and the marker of each message keep it one
 * message.
 */
export function createTurns(claims: Claims, clock: Clock): Turns {
  let ours = Number.NEGATIVE_INFINITY;
  let isShared = false;
  return {
    async take() {
      const turn = Math.floor(clock.now() / TURN_MS);
      if (turn === ours) return 'own';
      if (!(await claims.take(`incidents.${turn}`))) {
        isShared = true;
        return 'other';
      }
      ours = turn;
      if (!isShared) return 'own';
      isShared = false;
      return 'new';
    },
  };
}
