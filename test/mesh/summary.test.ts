import { describe, expect, it } from 'vitest';
import { formatRelative } from '../../src/core/duration.ts';
import type { Finding } from '../../src/mesh/finding.ts';
import type { Report } from '../../src/mesh/report.ts';
import { type MeshStatus, statusOf } from '../../src/mesh/status.ts';
import { checksText, clusterText, headline, hiddenText, summaryLines, unseenTexts } from '../../src/mesh/summary.ts';
import { DAY, HOUR, NOW } from './authority.ts';
import { blindAuthority, type Change, changed, mesh, part, service, unreachable } from './build.ts';

const wording = { relative: (instant: number) => formatRelative(instant, NOW) };
const CLEAN: Report = { verdict: 'healthy', problems: [], notes: [], passed: 57, unseen: [], errored: [] };

function problem(code: string, hides: readonly string[] = []): Report['problems'][number] {
  const subject = { kind: 'cluster', name: 'b' } as const;
  const finding: Finding = { code, severity: 'page', subject, title: code, facts: [code], hint: code, commands: [] };
  return { finding, hides };
}

function unseen(...subjects: readonly string[]): Report['unseen'] {
  return subjects.map((subject) => ({ check: 'one', title: 'One is so', subject, reason: 'GET said 403' }));
}

function status(report: Partial<Report> = {}, ...changes: readonly Change[]): MeshStatus {
  return { ...statusOf(changed(mesh(), ...changes), []), report: { ...CLEAN, ...report } };
}

function linesOf(of: MeshStatus): readonly string[] {
  return summaryLines(of, wording).map(({ label, text }) => `${label}: ${text}`);
}

describe('src/mesh/summary.ts', () => {
  it.each([
    ['a healthy mesh', status(), 'Mesh healthy · 2 clusters'],
    ['a mesh of one cluster', { ...statusOf(mesh('a'), []), report: CLEAN }, 'Mesh healthy · 1 cluster'],
    ['only the clusters that were asked for', { ...status(), only: ['a', 'b'] }, 'a, b healthy'],
    ['one problem', status({ verdict: 'problems', problems: [problem('x')] }), 'Mesh: 1 problem · 2 clusters'],
    [
      'what a problem hides',
      status({ verdict: 'problems', problems: [problem('x', ['One is so (b)'])] }),
      'Mesh: 1 problem hides 1 check · 2 clusters',
    ],
    [
      'what several hide, each check once',
      status({ verdict: 'problems', problems: [problem('x', ['One (b)', 'Two (b)']), problem('y', ['Two (b)'])] }),
      'Mesh: 2 problems hide 2 checks · 2 clusters',
    ],
    [
      'what could not be looked at',
      status({ verdict: 'unknown', unseen: unseen('a') }),
      'Mesh: nothing wrong found, but 1 check could not look · 2 clusters',
    ],
    [
      'what failed itself among what could not be looked at',
      status({ verdict: 'unknown', unseen: unseen('a'), errored: unseen('b') }),
      'Mesh: nothing wrong found, but 2 checks could not look · 2 clusters',
    ],
  ])('heads %s', (_name, of, text) => {
    expect(headline(of)).toBe(text);
  });

  it('tells a cluster in one line', () => {
    const [signer, other] = status().clusters.map(clusterText);
    expect([signer, other]).toEqual(['edge, signer · Kubernetes 1.36 · Istio 1.30.4', 'Kubernetes 1.36 · Istio 1.30.4']);
  });

  it('tells a cluster without Istio from one whose Istio, or which itself, was not seen', () => {
    const [, cluster] = status().clusters;
    if (cluster === undefined) throw new Error('The mesh has two clusters');
    const texts = [{ ...cluster, istio: [] }, { ...cluster, istio: undefined }, status({}, unreachable('b')).clusters[1] ?? cluster];
    expect(texts.map(clusterText)).toEqual(['Kubernetes 1.36 · no Istio', 'Kubernetes 1.36 · Istio not seen', 'not seen']);
    expect(clusterText({ ...cluster, istio: ['1.30.4', '1.31.0'] })).toBe('Kubernetes 1.36 · Istio 1.30.4 and 1.31.0');
  });

  it('tells links, gateways and the authority of a healthy mesh', () => {
    expect(linesOf(status())).toEqual([
      'Link: a→b, b→a not measured: no link probe runs',
      'Gateways: a 1 of 1 ready · b 1 of 1 ready',
      'CA: root 9 y · a renews in 100 days · b renews in 100 days',
    ]);
  });

  it('counts the directions where there are many', () => {
    expect(linesOf(statusOf(mesh('a', 'b', 'c'), []))[0]).toBe('Link: 6 directions not measured: no link probe runs');
  });

  it('has no link and one gateway where there is one cluster', () => {
    expect(linesOf(statusOf(mesh('a'), []))).toEqual(['Gateways: a 1 of 1 ready', 'CA: root 9 y · a renews in 100 days']);
  });

  it('tells a missing gateway from one that was not seen', () => {
    const bare = part('a', 'eastWest', (facts) => ({ ...facts, services: [] }));
    expect(linesOf(status({}, bare, unreachable('b')))[1]).toBe('Gateways: a missing · b not seen');
    const down = part('b', 'eastWest', (facts) => ({ ...facts, services: [service('b', 1, { ready: 0, notReady: 2 })] }));
    expect(linesOf(status({}, down))[1]).toBe('Gateways: a 1 of 1 ready · b 0 of 2 ready');
  });

  it.each([
    ['no end that nobody showed', undefined, undefined, 'not seen'],
    ['an end without a renewal', NOW + 10 * DAY, undefined, 'ends in 10 days'],
    ['an end that is over', NOW - 3 * HOUR, NOW - 60 * DAY, 'expired 3 h ago'],
    ['an end at this instant', NOW, undefined, 'expired now'],
    ['a renewal that is missed', NOW + 41 * DAY, NOW - 19 * DAY, 'renewal was due 19 days ago, ends in 41 days'],
    ['a renewal that is missed close to the end', NOW + 6 * HOUR, NOW - 19 * DAY, 'renewal was due 19 days ago, ends in 6 h'],
  ])('tells of an intermediate %s', (_name, notAfter, renewalTime, text) => {
    const authority = { failure: undefined, rootNotAfter: NOW - 1, intermediates: [{ cluster: 'a', notAfter, renewalTime }] };
    expect(linesOf({ ...status(), authority })[2]).toBe(`CA: root expired · a ${text}`);
  });

  it('tells the ends that clusters show where the signer was not seen', () => {
    expect(linesOf(status({}, blindAuthority))[2]).toBe('CA: root 9 y · a ends in 160 days · b ends in 160 days');
  });

  it('counts what was looked at and what was not', () => {
    const hidden = { problems: [problem('x', ['One (b)'])], unseen: unseen('a', 'b'), errored: unseen('a') };
    expect([checksText(status()), checksText(status({ ...hidden, passed: 1 }))]).toEqual([
      '57 checks passed',
      '1 check passed · 1 hidden by a problem · 2 could not look · 1 failed itself',
    ]);
  });

  it('names a few hidden checks and counts many by their cluster', () => {
    expect(hiddenText(['one (a)', 'two (b)'])).toBe('one (a), two (b)');
    expect(hiddenText(['one (a)', 'two (b)', 'three (b)', 'four (mesh)'])).toBe('1 check of a, 2 checks of b, 1 check of the mesh');
  });

  it('says a reason once where it stands before many checks', () => {
    const { report } = status({ unseen: unseen('a', 'b') });
    expect(unseenTexts(report)).toEqual(['One is so (a): GET said 403', 'One is so (b): GET said 403']);
    expect(unseenTexts({ ...report, unseen: unseen('a', 'b', 'c', 'd') })).toEqual(['4 checks: GET said 403']);
  });

  it('counts what is well in a large mesh and names the rest', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const clusters = names.map(
      (cluster) => ({ cluster, state: 'ready', ready: 1, total: 1, addresses: [], why: undefined, asked: [] }) as const,
    );
    const gateways = [
      ...clusters.slice(1),
      { cluster: 'a', state: 'missing', ready: 0, total: 0, addresses: [], why: undefined, asked: [] } as const,
    ];
    const intermediates = names.map((cluster) => ({
      cluster,
      notAfter: NOW + 60 * DAY,
      renewalTime: cluster === 'b' ? NOW - DAY : NOW + 40 * DAY,
    }));
    const authority = { failure: undefined, rootNotAfter: undefined, intermediates };
    expect(linesOf({ ...status(), links: [], gateways, authority })).toEqual([
      'Gateways: 9 of 10 ready · a missing',
      'CA: root not seen · the next of 9 renews in 40 days · b renewal was due 24 h ago, ends in 60 days',
    ]);
  });
});
