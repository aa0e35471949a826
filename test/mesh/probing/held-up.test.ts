import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/mesh/health.ts';
import { withoutDelay } from '../../../src/mesh/probing/held-up.ts';

const CAUSE = { code: 'connect-timeout', says: 'nothing answers', facts: [], hint: 'Look.', commands: [] };
const common = { rule: 'link-down', at: 5, vantage: 'a' } as const;
const WELL: Sample = { ...common, subject: { kind: 'link', from: 'a', to: 'b' }, outcome: 'ok' };
const FAILING: Sample = { ...common, subject: { kind: 'link', from: 'a', to: 'c' }, outcome: 'failing', cause: CAUSE };

describe('src/mesh/probing/held-up.ts', () => {
  it('leaves a round alone that was in time', () => {
    expect(withoutDelay([WELL, FAILING], { lateMs: 3, rounds: 0 })).toEqual([WELL, FAILING]);
  });

  it('does not count what fails in a round that was late', () => {
    expect(withoutDelay([WELL, FAILING], { lateMs: 1_200, rounds: 2 })).toEqual([WELL]);
  });

  it('cannot know where rounds are late again and again, and says why', () => {
    expect(withoutDelay([WELL, FAILING], { lateMs: 1_200, rounds: 3 })).toEqual([
      WELL,
      {
        ...FAILING,
        outcome: 'unknown',
        cause: {
          code: 'held-up',
          says: 'meshwarden itself is held up, so that a failure cannot be told from its own delay',
          facts: ['its timers come up to 1 s late'],
          hint: 'Give its machine more time, or measure less often with `schedules.probe-links`.',
          commands: ['uptime'],
        },
      },
    ]);
  });
});
