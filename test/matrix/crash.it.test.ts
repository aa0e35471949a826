import { describe, expect, it } from 'vitest';
import { crashed, whole } from './crash.ts';
import { sample } from './faults.ts';
import type { SceneName } from './scenes.ts';

const SEED = 4;

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe('a process that is killed after a write, its answer lost', { timeout: 120_000 }, () => {
  it('a new intermediate: after each write the next process finishes, and cert-manager issues once', async () => {
    const good = await crashed('intermediate');
    const { revisions } = good.end;
    expect(whole(good)).toEqual({ state: 'done', end: good.end, breaches: [], leaks: 0 });
    expect(revisions).toEqual({ 'istio-root': 1, 'istio-ica-cluster-a': 1, 'istio-ica-cluster-b': 2 });
    for (const after of upTo(good.writes.length))
      expect({ after, ...whole(await crashed('intermediate', { after })) }).toEqual({ after, ...whole(good) });
  });

  it('the next process comes when the Lease of the dead one has run out, also where Redis lost what it held', async () => {
    const good = await crashed('intermediate', { leases: true });
    for (const after of sample(upTo(good.writes.length - 2), 3, SEED))
      expect({ after, ...whole(await crashed('intermediate', { after, memory: 'empty', leases: true })) }).toEqual({
        after,
        ...whole(good),
      });
  });

  it.each<SceneName>(['distribute', 'restore', 'adopt', 'emergency'])(
    '%s: some of its writes; all of them are in the deep tests',
    async (name) => {
      const good = await crashed(name);
      expect(whole(good)).toEqual({ state: 'done', end: good.end, breaches: [], leaks: 0 });
      for (const after of sample(upTo(good.writes.length), 2, SEED))
        expect({ after, ...whole(await crashed(name, { after })) }).toEqual({ after, ...whole(good) });
    },
  );
});
