import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../src/core/duration.ts';
import type { Certificate } from '../../../src/pki/certificate.ts';
import type { Goal, Step } from '../../../src/rotation/goal.ts';
import type { CaCluster, CacertsObject, CaState } from '../../../src/rotation/model.ts';
import { violations } from '../../../src/rotation/rules/index.ts';
import type { Authority } from '../../../lab/pki/authority.ts';
import * as build from './state.ts';

const pki = build.growPki();
const { NOW, seen, unseen } = build;
const { a, b } = pki;
const east = build.clusterOf('east', pki.east, [a]);
const west = build.clusterOf('west', pki.west, [a]);
const source = build.sourceOf('east', pki.east2);
const sourceB = build.sourceOf('east', pki.eastB, 2);
const distribute: Goal = { kind: 'distribute' };
const root: Goal = { kind: 'root', speed: 'gentle' };

function certificateOf(authority: Authority): Certificate {
  const [certificate] = build.factsOf(authority, authority).signing;
  if (certificate === undefined) throw new Error('no certificate');
  return certificate;
}

const [A, B] = [certificateOf(a).fingerprint, certificateOf(b).fingerprint];

interface Question {
  readonly step: Step;
  readonly goal?: Goal;
  readonly east?: CaCluster;
  readonly west?: CaCluster;
  readonly state?: Partial<CaState>;
  readonly now?: number;
}

/** What a rule says of a step; by default a new intermediate for east, in a mesh that is well. */
function says(rule: number, { step, goal = distribute, state = {}, now = NOW, ...clusters }: Question): readonly string[] {
  const known = [clusters.east ?? east, clusters.west ?? west];
  const whole = { ...build.stateOf(known, [source, sourceB], goal.kind === 'distribute' ? undefined : goal), ...state };
  return violations(whole, goal, step, now).flatMap((one) => (one.rule === rule ? [one.text] : []));
}

function holding(cluster: CaCluster, change: (object: CacertsObject) => CacertsObject): CaCluster {
  if (!cluster.cacerts.ok || cluster.cacerts.value === null) throw new Error('it holds none');
  return { ...cluster, cacerts: seen(change(cluster.cacerts.value)) };
}

function recorded(cluster: CaCluster, record: Partial<CacertsObject['record']>): CaCluster {
  return holding(cluster, (object) => ({ ...object, record: { ...object.record, ...record } }));
}

const write = build.writeOf(source);
const both = [a, b];
const eastAB = build.clusterOf('east', pki.east, both);
const westAB = build.clusterOf('west', pki.west, both);
const toB: Step = build.writeOf(sourceB);
const dropB: Step = { kind: 'writeRoots', cluster: 'east', roots: [A], expects: { uid: 'uid-1', resourceVersion: '7' } };
const unproved = { writtenAt: NOW - MINUTE, proved: { contentId: 'earlier', at: NOW - 9 * DAY } };
const awayWest: CaCluster = { ...west, api: unseen, cacerts: unseen, istiods: unseen, published: unseen, backups: unseen };
const adopt: Goal = { kind: 'adopt', cluster: 'east' };
const adoption = build.writeOf(source, { takeOver: true, roots: [A] });
const otherStyle = holding(east, (object) => ({
  ...object,
  facts: {
    ...object.facts,
    keys: ['ca.crt', 'tls.crt', 'tls.key'],
    signing: [],
    chain: [],
    roots: [],
    key: undefined,
    rootBytesSha256: undefined,
  },
}));

function pushed(cluster: CaCluster, signing: Authority): CaCluster {
  return { ...cluster, istiods: seen([build.podOf(signing, { flags: { multiRoot: true, cacertsForSelfSigned: false, xdsAgent: true } })]) };
}

const restart: Step = { kind: 'restart', cluster: 'east', revision: 'default', why: 'roots' };

describe('all rules together', () => {
  it('let a new intermediate under the same root pass, the other cluster away or not', () => {
    for (const other of [west, awayWest]) {
      const state = build.stateOf([east, other], [source, sourceB]);
      expect(violations({ ...state, clusters: [east, { ...other, skewMs: seen(100) }] }, distribute, write, NOW)).toEqual([]);
    }
  });

  it('let a second root be added, signed by, and be the only one, each in its time', () => {
    const flags = { multiRoot: true, cacertsForSelfSigned: false, xdsAgent: false };
    const rolling = (cluster: CaCluster, signing: Authority) => ({ ...cluster, istiods: seen([build.podOf(signing, { flags })]) });
    const add: Step = { kind: 'writeRoots', cluster: 'east', roots: [A, B], expects: { uid: 'uid-1', resourceVersion: '7' } };
    const check = (clusters: readonly CaCluster[], step: Step) =>
      violations(build.stateOf(clusters, [source, sourceB], root), root, step, NOW);
    expect(check([rolling(east, pki.east), west], add)).toEqual([]);
    expect(check([rolling(eastAB, pki.east), westAB], toB)).toEqual([]);
    expect(check([rolling(eastAB, pki.east), westAB], dropB)).toEqual([]);
  });
});

describe('rule 1: every leaf is trusted', () => {
  it.each<[string, Question, readonly RegExp[]]>([
    ['a new root everybody has trusted for a leaf life', { step: toB, goal: root, east: eastAB, west: westAB }, []],
    ['a new root that a cluster does not trust', { step: toB, goal: root, east: eastAB }, [/^west does not trust CN=root g2/]],
    [
      'a new root that proxies may not have heard of',
      { step: toB, goal: root, east: eastAB, west: recorded(westAB, { rootsSince: NOW - HOUR }) },
      [/^Proxies of west may not trust CN=root g2 before 2026-03-01T23:00Z/],
    ],
    [
      'a new root since nobody knows when',
      { step: toB, goal: root, east: eastAB, west: recorded(westAB, { rootsSince: undefined }) },
      [/^It is not known since when west/],
    ],
    ['a new root in a cluster that is away', { step: toB, goal: root, east: eastAB, west: awayWest }, [/could not be looked at/]],
    [
      'a new root that a namespace was not told of',
      { step: toB, goal: root, east: eastAB, west: { ...westAB, published: west.published } },
      [/^Not every namespace of west/],
    ],
    [
      'a new root that was pushed a moment ago, the fast way',
      {
        step: toB,
        goal: { kind: 'root', speed: 'fast' },
        east: pushed(eastAB, pki.east),
        west: recorded(pushed(westAB, pki.west), { rootsSince: NOW }),
      },
      [],
    ],
    [
      'a new root that was pushed a moment ago, the gentle way',
      { step: toB, goal: root, east: pushed(eastAB, pki.east), west: recorded(pushed(westAB, pki.west), { rootsSince: NOW }) },
      [/^Proxies of west may not trust/],
    ],
    ['the style of tls.crt, under the root that is published', { step: adoption, goal: adopt, east: otherStyle }, []],
    [
      'the style of tls.crt, under a root that is not published',
      { step: adoption, goal: adopt, east: { ...otherStyle, published: seen([{ certificates: [certificateOf(b)], namespaces: 3 }]) } },
      [/^Not every namespace of east/],
    ],
    [
      'the style of tls.crt, nothing of it seen',
      { step: adoption, goal: adopt, east: { ...otherStyle, published: unseen } },
      [/^Whether east trusts/],
    ],
    ['a root that nobody signs under any more', { step: dropB, goal: root, east: eastAB, west: westAB }, []],
    [
      'a root that was signed under a moment ago',
      { step: dropB, goal: root, east: eastAB, west: recorded(westAB, { signerSince: NOW - HOUR }) },
      [/^Certificates of west from before/],
    ],
    [
      'a root that another cluster signs under',
      { step: dropB, goal: root, east: eastAB, west: build.clusterOf('west', pki.eastB, both) },
      [/^west signs under CN=root g2/],
    ],
    [
      'a root while a cluster is away',
      { step: dropB, goal: root, east: eastAB, west: awayWest },
      [/^What west signs with could not be looked at/],
    ],
    [
      'a root that an istiod which is behind still signs under',
      { step: dropB, goal: root, east: eastAB, west: { ...westAB, istiods: seen([build.podOf(pki.eastB)]) } },
      [/^istiod-1 of west still signs/],
    ],
    [
      'two roots in a version that hands out one',
      {
        step: { kind: 'writeRoots', cluster: 'east', roots: [A, B], expects: { uid: 'uid-1', resourceVersion: '7' } },
        goal: root,
        east: { ...eastAB, istiods: seen([build.podOf(pki.east, { version: '1.24.4' })]) },
      },
      [/take 1\.24\.5/],
    ],
    ['a restart with what all trust', { step: restart }, []],
    ['a restart that makes another root sign', { step: restart, east: build.clusterOf('east', pki.eastB, [b]) }, [/^west does not trust/]],
  ])('%s', (_title, question, expected) => {
    expect(says(1, question)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe('rules 2 to 9', () => {
  const other = (text: string): RegExp => new RegExp(text);
  const emergency: Goal = { kind: 'emergency', cluster: 'east' };
  const fresh = build.sourceOf('east', a.issueIntermediate({ commonName: 'east', notBefore: NOW - 1000, notAfter: NOW + 180 * DAY }));
  const sameKey = build.sourceOf('west', pki.east2);
  const oldSource = build.sourceOf(
    'east',
    a.issueIntermediate({ commonName: 'east', notBefore: NOW - 20 * DAY, notAfter: NOW + 160 * DAY }),
  );
  const first: CaCluster = { ...east, cacerts: seen(null) };
  const firstWrite = build.writeOf(source, { expects: null, roots: [A] });
  const policy = build.stateOf([], []).policy;
  const foreign = holding(east, (object) => ({ ...object, ownership: { kind: 'gitops', managers: ['argocd'], application: undefined } }));
  const copy = build.backupOf(build.factsOf(pki.east, a));
  const deleteCopy: Step = { kind: 'deleteBackup', cluster: 'east', backup: copy.name, expects: { uid: 'uid-b', resourceVersion: '3' } };
  const markProved: Step = {
    kind: 'markProved',
    cluster: 'east',
    contentId: build.idOf(build.factsOf(pki.east, a)),
    expects: { uid: 'uid-1', resourceVersion: '7' },
    rootsSince: NOW,
    signerSince: NOW,
  };
  const withSources = (...sources: Parameters<typeof build.stateOf>[1]) => ({ signer: build.stateOf([], sources).signer });

  it.each<[number, string, Question, RegExp | undefined]>([
    [2, 'kept bytes', { step: write }, undefined],
    [2, 'other bytes outside a root rotation', { step: build.writeOf(source, { roots: [A, B] }) }, other('bytes of root-cert.pem in east')],
    [2, 'the same set once more in an emergency', { step: build.writeOf(source, { roots: [A, A] }), goal: emergency }, undefined],
    [2, 'another set in an emergency', { step: build.writeOf(source, { roots: [A, B] }), goal: emergency }, other('no change of the root')],
    [2, 'roots of a cluster that is away', { step: write, east: { ...east, cacerts: unseen } }, other('could not be looked at')],
    [3, 'what verifies', { step: write }, undefined],
    [3, 'a certificate that is too fresh', { step: build.writeOf(fresh), state: withSources(fresh) }, other('too fresh')],
    [3, 'a fresh one in an emergency', { step: build.writeOf(fresh), state: withSources(fresh), goal: emergency }, undefined],
    [
      3,
      'five minutes where the skew is not known',
      { step: build.writeOf(fresh), state: withSources(fresh), east: { ...east, skewMs: unseen }, now: NOW + 2 * MINUTE },
      other('too fresh'),
    ],
    [
      3,
      'a certificate older than the present one',
      { step: build.writeOf(oldSource), state: withSources(oldSource) },
      other('older than the one'),
    ],
    [3, 'a key of two clusters', { step: write, state: withSources(source, sameKey) }, other('The key is that of west too')],
    [3, 'a source that was not seen', { step: write, state: { signer: unseen } }, other('was not seen')],
    [
      3,
      'a first write under the pinned root',
      { step: firstWrite, east: first, state: { policy: { ...policy, pinnedRoot: A } } },
      undefined,
    ],
    [3, 'a first write under no pinned root', { step: firstWrite, east: first }, other('pins another root or none')],
    [4, 'a write after its copy', { step: write }, undefined],
    [4, 'a write without a copy', { step: write, east: { ...east, backups: seen([]) } }, other('has no copy')],
    [4, 'a write whose copies could not be seen', { step: write, east: { ...east, backups: unseen } }, other('could not be looked at')],
    [
      4,
      'a write of what is held',
      { step: write, east: recorded(east, { hold: { fingerprint: write.fingerprint, why: '', at: NOW } }) },
      other('on hold'),
    ],
    [4, 'a write of what is revoked', { step: write, east: recorded(east, { revoked: [write.fingerprint] }) }, other('counts as stolen')],
    [
      4,
      'what istiod refuses now and ends at later',
      { step: { kind: 'writeRoots', cluster: 'east', roots: [B], expects: { uid: 'uid-1', resourceVersion: '7' } }, goal: root },
      other('would not start with it'),
    ],
    [
      4,
      'what istiod takes at a restart alone, in a rotation of the root',
      { step: build.writeOf(source, { roots: [A, B] }), goal: root },
      undefined,
    ],
    [4, 'what istiod refuses', { step: build.writeOf(source, { roots: [A, B] }) }, other('would not take it: Multi root is disabled')],
    [
      4,
      'a version that is not known',
      { step: write, east: { ...east, istiods: seen([build.podOf(pki.east, { version: undefined })]) } },
      other('version of istiod is not known'),
    ],
    [4, 'istiods that could not be seen', { step: write, east: { ...east, istiods: unseen } }, other('could not be looked at')],
    [4, 'a copy that may be needed', { step: deleteCopy }, other('may still be needed')],
    [4, 'a copy that is archived', { step: deleteCopy, east: { ...east, backups: seen([{ ...copy, archivedAt: NOW - DAY }]) } }, undefined],
    [4, 'a restart that goes well', { step: restart }, undefined],
    [4, 'a restart with a signer that has expired', { step: restart, now: NOW + 171 * DAY }, other('would not start well')],
    [5, 'one at a time', { step: write }, undefined],
    [5, 'while another is unproved', { step: write, west: recorded(west, unproved) }, other('west is written and not yet proved')],
    [5, 'while it is unproved itself', { step: write, east: recorded(east, unproved) }, other('east is written and not yet proved')],
    [5, 'a cluster that could not be seen', { step: write, east: { ...east, cacerts: unseen } }, other('could not be looked at')],
    [5, 'a proof that every istiod gives', { step: markProved }, undefined],
    [
      5,
      'a proof that one does not give',
      { step: markProved, east: { ...east, istiods: seen([build.podOf(pki.east2)]) } },
      other('is not seen to serve it'),
    ],
    [
      5,
      'a proof without a look',
      { step: markProved, east: { ...east, istiods: seen([build.podOf(pki.east, { served: undefined })]) } },
      other('is not seen to serve it'),
    ],
    [6, 'a restart with the others there', { step: restart }, undefined],
    [6, 'a restart while another is away', { step: restart, west: awayWest }, other('API server of west')],
    [7, 'what is ours', { step: write }, undefined],
    [7, 'what a GitOps tool owns', { step: write, east: foreign }, other('owned by argocd')],
    [
      7,
      'taking it over in adopt',
      { step: build.writeOf(source, { takeOver: true }), goal: { kind: 'adopt', cluster: 'east' }, east: foreign },
      undefined,
    ],
    [7, 'taking it over otherwise', { step: build.writeOf(source, { takeOver: true }), east: foreign }, other('Only adopt')],
    [7, 'what is immutable', { step: write, east: holding(east, (object) => ({ ...object, immutable: true })) }, other('immutable')],
    [7, 'an owner that could not be seen', { step: write, east: { ...east, cacerts: unseen } }, other('could not be looked at')],
    [8, 'what was seen', { step: write }, undefined],
    [
      8,
      'another version of the object',
      { step: build.writeOf(source, { expects: { uid: 'uid-1', resourceVersion: '6' } }) },
      other('rests on another state'),
    ],
    [8, 'nothing where there is something', { step: build.writeOf(source, { expects: null }) }, other('rests on another state')],
    [8, 'another source', { step: { ...write, source: { ...write.source, resourceVersion: '10' } } }, other('source is not the one')],
    [8, 'an object that could not be seen', { step: write, east: { ...east, cacerts: unseen } }, other('could not be looked at')],
    [8, 'a proof of other data', { step: { ...markProved, contentId: 'other' } }, other('other data')],
    [9, 'the root as it is', { step: write }, undefined],
    [9, 'another root by distribute', { step: toB, east: eastAB, west: westAB }, other('east would sign under another root')],
    [9, 'another root by a rotation', { step: toB, goal: root, east: eastAB, west: westAB }, undefined],
    [9, 'a rotation that is not on record', { step: toB, goal: root, state: { intent: seen(null) } }, other('Nothing is on record')],
    [9, 'a rotation whose record could not be seen', { step: toB, goal: root, state: { intent: unseen } }, other('could not be looked at')],
    [9, 'a generation that nobody signs under', { step: { kind: 'retire', generation: 2 }, goal: root }, undefined],
    [
      9,
      'a generation that is signed under',
      { step: { kind: 'retire', generation: 1 }, goal: root },
      other('east signs under generation 1'),
    ],
    [
      9,
      'a generation while a cluster is away',
      { step: { kind: 'retire', generation: 2 }, goal: root, west: awayWest },
      other('could not be looked at'),
    ],
    [9, 'the first generation anew', { step: { kind: 'createRoot', generation: 1 }, goal: root }, other('never made anew')],
  ])('rule %i: %s', (rule, _title, question, expected) => {
    const texts = says(rule, question);
    expect(texts.length > 0).toBe(expected !== undefined);
    expect(texts.some((text) => expected?.test(text) === true)).toBe(expected !== undefined);
  });
});
