import type { Random } from '../../src/core/random.ts';

/** The bot's token, which can be exchanged for another. */
export interface Token {
  readonly value: string;
  accepts(given: string): boolean;
  renew(): string;
}

export function createToken(random: Random): Token {
  let value = fresh(random);
  return {
    get value() {
      return value;
    },
    accepts: (given) => given === value,
    renew: () => (value = fresh(random)),
  };
}

/** In the shape of a real one: application, instant, signature. */
function fresh(random: Random): string {
  return `lab.${random.id(6)}.${random.id(38)}`;
}
