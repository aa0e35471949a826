import { describe, expect, it } from 'vitest';
import { crashed, type CrashOptions, type Outcome } from './crash.ts';
import type { SceneName } from './scenes.ts';

/** With the Lease, of which the number may differ from run to run. */
const MOST_WRITES = 40;

/** What has to be so at the end of every run. */
function whole({ state, end, breaches, leaks }: Outcome) {
  return { state, end, breaches, leaks };
}

/** Kills after each write in turn, until a run comes to its end before. */
async function eachWrite(name: SceneName, memory: NonNullable<CrashOptions['memory']>, stride = 1): Promise<void> {
  const good = await crashed(name);
  expect(whole(good)).toEqual({ state: 'done', end: good.end, breaches: [], leaks: 0 });
  expect(good.writes.length).toBeLessThan(MOST_WRITES);
  for (let after = 1; after <= good.writes.length; after += stride)
    expect({ after, ...whole(await crashed(name, { after, memory })) }).toEqual({ after, ...whole(good) });
}

describe('a process that is killed after a write, its answer lost', { timeout: 120_000 }, () => {
  it('a rotation of an intermediate: the next one finishes, and cert-manager issues once', () => eachWrite('intermediate', 'kept'));
});
