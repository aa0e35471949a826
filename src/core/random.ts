/** Randomness as an argument: jitter and identifiers come from here, so that a test can decide them. */
import { randomBytes, randomInt } from 'node:crypto';

export interface Random {
  /** A number in [0, 1), for jitter. */
  next(): number;
  /** `length` characters of `a-z2-7` from a cryptographic source; 8 characters are 40 bits. */
  id(length: number): string;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const STEPS = 2 ** 32;

/** The machine's own randomness. */
export const systemRandom: Random = {
  next: () => randomInt(STEPS) / STEPS,
  id(length) {
    let out = '';
    for (const byte of randomBytes(length)) out += ALPHABET[byte & 31];
    return out;
  },
};
