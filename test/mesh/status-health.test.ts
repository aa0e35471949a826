import { describe, expect, it } from 'vitest';
import type { Cause, HealthSubject, RuleId } from '../../src/mesh/health.ts';
import type { HealthEntry, HealthView, OpenIncident } from '../../src/mesh/health-view.ts';
import { askedOf, linksOf, withIncidents } from '../../src/mesh/status-health.ts';
import { statusOf } from '../../src/mesh/status.ts';
import { headline, summaryLines } from '../../src/mesh/summary.ts';
import { mesh } from './build.ts';

const SINCE = 1_000;
const CAUSE: Cause = { code: 'connect-timeout', says: 'nothing answers', facts: ['2 s, 3 times'], hint: 'Look.', commands: ['ping b'] };

function entry(rule: RuleId, subject: HealthSubject, changes: Partial<HealthEntry> = {}): HealthEntry {
  return { rule, subject, state: 'ok', since: SINCE, ...changes };
}

const link = (from: string, to: string): HealthSubject => ({ kind: 'link', from, to });
const gateway = (from: string, to: string): HealthSubject => ({ kind: 'gateway', from, to });

function view(entries: readonly HealthEntry[], changes: Partial<HealthView> = {}): HealthView {
  return { entries, incidents: [], vantages: ['a'], ...changes };
}

function incident(rule: RuleId, subject: HealthSubject, changes: Partial<OpenIncident> = {}): OpenIncident {
  const told = {
    id: 'i1',
    severity: 'page',
    since: SINCE,
    title: 'Link a → b is down',
    state: 'firing',
    evidence: '3 of 4 probes failed',
  } as const;
  return { ...told, rule, subject, hides: ['gateway of b from a'], isAcked: false, isMuted: false, cause: CAUSE, ...changes };
}

const CLEAN = { verdict: 'healthy', problems: [], notes: [], passed: 3, unseen: [], errored: [] } as const;
const linesOf = (health: HealthView, ...names: readonly string[]): readonly string[] =>
  summaryLines(statusOf(mesh(...names), [], { health }), { relative: () => 'then' }).map(({ label, text }) => `${label}: ${text}`);

describe('src/mesh/status-health.ts', () => {
  it('says of each direction how it is, or why nobody knows', () => {
    const health = view([entry('link-down', link('a', 'b'), { latencyMs: 22.6, path: 'direct' })]);
    expect(linksOf(['a', 'b'], health)).toEqual([
      { from: 'a', to: 'b', state: 'ok', since: SINCE, latencyMs: 22.6, path: 'direct', why: undefined },
      { from: 'b', to: 'a', notMeasured: 'no worker runs in b' },
    ]);
    expect(linksOf(['a', 'b'], view([]))).toEqual([
      { from: 'a', to: 'b', notMeasured: 'no result yet' },
      { from: 'b', to: 'a', notMeasured: 'no worker runs in b' },
    ]);
    expect(linksOf(['a', 'b'], undefined).map((one) => 'notMeasured' in one && one.notMeasured)).toEqual([
      'no link probe runs',
      'no link probe runs',
    ]);
  });

  it('shows what is measured from outside of all clusters', () => {
    expect(linksOf(['a'], view([entry('link-down', link('local', 'a'), { state: 'firing', cause: CAUSE })]))).toEqual([
      { from: 'local', to: 'a', state: 'firing', since: SINCE, latencyMs: undefined, path: undefined, why: 'nothing answers' },
    ]);
  });

  it('calls a link degraded only while it is not down', () => {
    const slow = entry('link-degraded', link('a', 'b'), { state: 'firing', since: 7, cause: { ...CAUSE, says: 'it is relayed' } });
    const states = (down: HealthEntry['state']) => {
      const [first] = linksOf(['a', 'b'], view([entry('link-down', link('a', 'b'), { state: down, cause: CAUSE }), slow]));
      return first !== undefined && 'state' in first ? [first.state, first.since, first.why] : [];
    };
    expect(states('ok')).toEqual(['degraded', 7, 'it is relayed']);
    expect(states('firing')).toEqual(['firing', SINCE, 'nothing answers']);
  });

  it('tells how a gateway answers from the other side, its chain included', () => {
    const from = (rule: RuleId, who: string, state: HealthEntry['state']): HealthEntry =>
      entry(rule, gateway(who, 'b'), { state, cause: CAUSE });
    const health = view([from('gateway-down', 'c', 'firing'), from('gateway-down', 'a', 'ok'), from('gateway-trust', 'a', 'firing')]);
    expect(askedOf('b', health)).toEqual([
      { from: 'a', state: 'firing', why: 'nothing answers' },
      { from: 'c', state: 'firing', why: 'nothing answers' },
    ]);
    expect(askedOf('b', view([from('gateway-down', 'a', 'ok')]))).toEqual([{ from: 'a', state: 'ok', why: undefined }]);
    expect([askedOf('a', health), askedOf('b', undefined)]).toEqual([[], []]);
  });

  it('puts what people were told of among the problems, and what is not known among what was not seen', () => {
    const health = view([], {
      incidents: [
        incident('link-down', link('a', 'b')),
        incident('public-path', { kind: 'publicPath', from: 'a', to: 'b' }, { state: 'unknown' }),
      ],
    });
    const report = withIncidents(CLEAN, health, undefined);
    expect(report.verdict).toBe('problems');
    expect(report.problems).toEqual([
      {
        since: SINCE,
        hides: ['gateway of b from a'],
        finding: {
          code: 'connect-timeout',
          severity: 'page',
          subject: { kind: 'link', name: 'a→b' },
          title: 'Link a → b is down',
          facts: ['3 of 4 probes failed: nothing answers', '2 s, 3 times'],
          hint: 'Look.',
          commands: ['ping b'],
        },
      },
    ]);
    expect(report.unseen).toEqual([
      { check: 'public-path', title: 'Link a → b is down', subject: 'publicPath:a>b', reason: 'nothing answers' },
    ]);
  });

  it('leaves out what checks say anyway, what is only worth knowing, and other clusters', () => {
    const api = incident('api-down', { kind: 'api', cluster: 'b' });
    const info = incident('clock-skew', { kind: 'clock', cluster: 'b' }, { severity: 'info' });
    expect(withIncidents(CLEAN, view([], { incidents: [api, info] }), undefined)).toEqual(CLEAN);
    const down = view([], { incidents: [incident('link-down', link('a', 'b'))] });
    expect(withIncidents(CLEAN, down, ['c'])).toEqual(CLEAN);
    expect(withIncidents(CLEAN, down, ['b']).verdict).toBe('problems');
    expect(withIncidents({ ...CLEAN, verdict: 'unknown' }, undefined, undefined).verdict).toBe('unknown');
  });

  it('is read in one line a subject', () => {
    const health = view(
      [
        entry('link-down', link('a', 'b'), { latencyMs: 23, path: 'direct' }),
        entry('gateway-down', gateway('a', 'b')),
        entry('gateway-down', gateway('b', 'a'), { state: 'firing', cause: CAUSE }),
      ],
      {
        incidents: [
          incident('gateway-down', gateway('b', 'a'), { title: 'Gateway of a refuses' }),
          incident('link-down', link('b', 'a'), { isMuted: true }),
        ],
      },
    );
    expect(linesOf(health, 'a', 'b').filter((line) => !line.startsWith('CA'))).toEqual([
      'Link: a→b 23 ms direct · b→a not measured: no worker runs in b',
      'Gateways: a 1 of 1 ready, fails from b · b ok (asked from the other side)',
      'Alerts: 1 open · 1 silenced',
    ]);
    expect(headline(statusOf(mesh('a', 'b'), [], { health }))).toBe('Mesh: 2 problems hide 1 check · 2 clusters');
  });

  it('counts what is well in a large mesh, and names the rest', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const entries = names
      .slice(1)
      .map((to) => entry('link-down', link('a', to), to === 'c' ? { state: 'firing', cause: CAUSE } : { latencyMs: 3.21 }));
    expect(linesOf(view(entries), ...names)[0]).toBe(
      'Link: 6 of 7 well · a→c down · 49 directions not measured: no worker runs in b, and 6 more reasons',
    );
  });
});
