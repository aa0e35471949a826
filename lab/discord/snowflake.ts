import type { Clock } from '../../src/core/clock.ts';

/** The first instant that a Discord id can carry, in UTC milliseconds: 2015-01-01. */
const DISCORD_EPOCH = 1_420_070_400_000n;

/** Makes ids that carry the clock's instant, each greater than the one before even when the clock stands still. */
export function snowflakes(clock: Clock): () => string {
  let last = 0n;
  return () => {
    const next = (BigInt(clock.now()) - DISCORD_EPOCH) << 22n;
    last = next > last ? next : last + 1n;
    return last.toString();
  };
}
