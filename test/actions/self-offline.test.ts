import { describe, expect, it } from 'vitest';
import { selfOffline } from '../../src/actions/self-offline.ts';
import type { Sample } from '../../src/mesh/health.ts';
import { NOON, sampleOf } from './alerts.ts';

type Outcome = Sample['outcome'];
const api = (cluster: string, outcome: Outcome, vantage = 'local'): Sample =>
  sampleOf('api-down', { kind: 'api', cluster }, outcome, NOON + 2, vantage);
const link = (to: string, outcome: Outcome): Sample =>
  sampleOf('link-down', { kind: 'link', from: 'local', to }, outcome, NOON + 1, 'local');
const refusing = (cluster: string, code: string): Sample => ({
  ...api(cluster, 'failing'),
  cause: { code, says: 'it refuses us', facts: [], hint: 'Look.', commands: [] },
});
const own = { rule: 'self-offline', subject: { kind: 'self', vantage: 'local' }, vantage: 'local' } as const;

describe('src/actions/self-offline.ts', () => {
  it('says that we are cut off where nothing answers', () => {
    expect(selfOffline([api('a', 'failing'), link('b', 'failing'), api('b', 'unknown')], 'local')).toEqual({
      ...own,
      at: NOON + 1,
      outcome: 'failing',
      cause: {
        code: 'nothing-answers',
        says: 'none of 2 API servers and links answers',
        facts: ['connect timed out', 'connect timed out'],
        hint: 'Look at the network of the machine that meshwarden runs on first: what it measures says nothing of the mesh until something answers.',
        commands: ['tailscale status', 'tailscale netcheck'],
      },
    });
  });

  it('names the worker that is cut off in its cluster', () => {
    const samples = [api('a', 'failing', 'cluster-b'), api('b', 'failing', 'cluster-b')];
    expect(selfOffline(samples, 'cluster-b')?.cause?.hint).toBe(
      'Look at the network of the worker in cluster-b first: what it measures says nothing of the mesh until something answers.',
    );
  });

  it.each([
    ['one thing answers', [api('a', 'ok'), api('b', 'failing'), link('b', 'failing')]],
    ['only one thing is measured, which is its own trouble', [api('a', 'failing'), api('b', 'unknown')]],
    ['everything refuses us', [refusing('a', 'api-unauthorized'), refusing('b', 'api-tls'), link('b', 'failing')]],
    ['one is not asked for want of a kubeconfig', [refusing('a', 'api-unusable'), api('b', 'failing')]],
    ['all is well', [api('a', 'ok'), link('b', 'ok')]],
  ])('is well where %s', (_, samples) => {
    expect(selfOffline(samples, 'local')).toEqual({ ...own, at: Math.min(...samples.map(({ at }) => at)), outcome: 'ok' });
  });

  it('does not know where nothing could be measured', () => {
    const unknown = api('a', 'unknown');
    expect(selfOffline([unknown, api('b', 'unknown')], 'local')).toEqual({
      ...own,
      at: NOON + 2,
      outcome: 'unknown',
      cause: unknown.cause,
    });
  });

  it.each([
    ['nothing', []],
    ['what others measured', [api('a', 'failing', 'cluster-b'), api('b', 'failing', 'cluster-b')]],
    ['gateways alone', [sampleOf('gateway-down', { kind: 'gateway', from: 'local', to: 'b' }, 'failing', NOON, 'local')]],
  ])('says nothing of %s', (_, samples) => {
    expect(selfOffline(samples, 'local')).toBeUndefined();
  });
});
