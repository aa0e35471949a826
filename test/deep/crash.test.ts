import { describe, expect, it } from 'vitest';
import { crashed, whole, type CrashOptions } from '../matrix/crash.ts';
import { SCENES, type SceneName } from '../matrix/scenes.ts';

const CASES = (Object.keys(SCENES) as SceneName[]).flatMap((name) =>
  (['kept', 'empty'] as const).map((memory): readonly [SceneName, NonNullable<CrashOptions['memory']>] => [name, memory]),
);

/** Nobody who lost everything can know how a change ended that is closed; the mesh is the same. */
const STATES_AFTER_CLOSE = ['done', 'stuck'];

describe('a process that is killed after a write, its answer lost', () => {
  it.each(CASES)('%s: after each write, those of the Lease too, with memory %s', async (name, memory) => {
    const good = await crashed(name, { leases: true });
    expect(whole(good)).toEqual({ state: 'done', end: good.end, breaches: [], leaks: 0 });
    for (let after = 1; after <= good.writes.length; after += 1) {
      const { state, ...rest } = whole(await crashed(name, { after, memory, leases: true }));
      expect({ after, ...rest }).toEqual({ after, end: good.end, breaches: [], leaks: 0 });
      expect(memory === 'kept' ? ['done'] : STATES_AFTER_CLOSE).toContain(state);
    }
  });
});
