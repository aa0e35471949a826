import { expect, it } from 'vitest';
import { meshHealthOf } from '../../src/actions/mesh-health.ts';
import { advance, DEFAULT_POLICY, emptyState } from '../../src/alerts/index.ts';
import { MINUTE } from '../../src/core/duration.ts';
import { LINK, NOON, sampleOf } from './alerts.ts';

const sample = { ...sampleOf('link-down', LINK, 'ok', NOON), latencyMs: 23, path: 'direct' } as const;
const state = advance(emptyState(NOON), { kind: 'samples', samples: [sample] }, NOON, DEFAULT_POLICY);
const viewAt = (now: number) => meshHealthOf(state, { now, vantages: ['cluster-a'], policy: DEFAULT_POLICY });

it('a status shows what was measured of late', () => {
  expect(viewAt(NOON + 5 * MINUTE)).toEqual({
    entries: [{ rule: 'link-down', subject: LINK, state: 'ok', since: NOON, latencyMs: 23, path: 'direct' }],
    incidents: [],
    vantages: ['cluster-a'],
  });
});

it('a status calls nothing well that nobody measured of late', () => {
  const cause = { code: 'not-measured-of-late', says: 'not measured of late', facts: [], hint: 'Look whether workers run.', commands: [] };
  expect(viewAt(NOON + 5 * MINUTE + 1).entries).toEqual([{ rule: 'link-down', subject: LINK, state: 'unknown', since: NOON, cause }]);
});
