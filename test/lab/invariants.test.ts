import { describe, expect, it } from 'vitest';
import { DAY } from '../../src/core/duration.ts';
import { type Certificate, readCertificates } from '../../src/pki/certificate.ts';
import type { Authority } from '../../lab/pki/authority.ts';
import { createInvariants, type Invariants, type MeshEvent } from '../../lab/invariants.ts';
import { growPki, NOW } from '../rotation/rules/state.ts';

const pki = growPki();
const { a, b } = pki;

function dataOf(signing: Authority, ...roots: readonly Authority[]): Record<string, Uint8Array> {
  const files = {
    'ca-cert.pem': signing.certificatePem,
    'ca-key.pem': signing.keyPem,
    'cert-chain.pem': signing.chainPem + signing.rootPem,
    'root-cert.pem': roots.map(({ certificatePem }) => certificatePem).join(''),
  };
  return Object.fromEntries(Object.entries(files).map(([key, text]) => [key, Buffer.from(text)]));
}

function certificates(...pems: readonly string[]): readonly Certificate[] {
  return readCertificates(pems.join('')).certificates;
}

function chainOf(signing: Authority): readonly Certificate[] {
  const leaf = signing.issueLeaf({ dns: ['one'], notBefore: NOW - DAY / 2, notAfter: NOW + DAY / 2 });
  return certificates(leaf.certificatePem, signing.chainPem, signing.rootPem);
}

function rootsOf(...roots: readonly Authority[]): readonly Certificate[] {
  return certificates(...roots.map(({ certificatePem }) => certificatePem));
}

type Cacerts = Extract<MeshEvent, { readonly kind: 'cacerts' }>;

/** `meshwarden` writes; without a purpose, that is how it was found. */
function cacerts(cluster: string, data: Cacerts['data'], more: Partial<Cacerts> = {}): MeshEvent {
  return {
    kind: 'cacerts',
    at: NOW,
    cluster,
    data,
    annotations: {},
    purpose: undefined,
    ownedBy: 'meshwarden',
    restsOn: '1',
    was: '1',
    ...more,
  };
}

function backup(cluster: string, data: Cacerts['data']): MeshEvent {
  return { kind: 'backup', at: NOW, cluster, name: 'copy', data };
}

const eastData = dataOf(pki.east, a);
const east2Data = dataOf(pki.east2, a);
const rotate = { purpose: 'intermediate' } as const;

/** Two clusters as they are before anything is done, each with a workload, and a copy in east. */
function healthy(): Invariants {
  const watch = createInvariants({ pinnedRoot: rootsOf(a)[0]?.fingerprint });
  for (const [cluster, signing, data] of [
    ['east', pki.east, eastData],
    ['west', pki.west, dataOf(pki.west, a)],
  ] as const) {
    watch.feed(cacerts(cluster, data));
    watch.feed(backup(cluster, data));
    watch.feed({ kind: 'published', at: NOW, cluster, roots: rootsOf(a) });
    watch.feed({ kind: 'served', at: NOW, cluster, pod: 'istiod', chain: chainOf(signing) });
    watch.feed({ kind: 'workload', at: NOW, cluster, name: 'app', chain: chainOf(signing), trusts: rootsOf(a) });
  }
  return watch;
}

function after(...events: readonly MeshEvent[]) {
  const watch = healthy();
  for (const event of events) watch.feed(event);
  return watch.violations().map(({ rule, text }) => `${rule} ${text}`);
}

describe('what is watched over while a mesh changes', () => {
  it('is silent about a rotation of an intermediate that goes by the rules, and about one that is put back', () => {
    const proved = cacerts('east', east2Data, { ...rotate, annotations: { 'meshwarden.dev/proved': 'new' } });
    const west = cacerts('west', dataOf(pki.west2, a), { purpose: 'distribute' });
    expect(after(cacerts('east', east2Data, rotate), proved, west)).toEqual([]);
    expect(after(cacerts('east', east2Data, rotate), cacerts('east', eastData, rotate))).toEqual([]);
  });

  it('is silent about a root that everybody trusts before it signs', () => {
    const events = ['east', 'west'].flatMap((cluster): MeshEvent[] => [
      { kind: 'published', at: NOW, cluster, roots: rootsOf(a, b) },
      { kind: 'workload', at: NOW, cluster, name: 'app', chain: chainOf(cluster === 'east' ? pki.east : pki.west), trusts: rootsOf(a, b) },
    ]);
    const added = cacerts('east', dataOf(pki.east, a, b), { purpose: 'root' });
    expect(after(added, ...events, { kind: 'served', at: NOW, cluster: 'east', pod: 'istiod', chain: chainOf(pki.eastB) })).toEqual([]);
  });

  it.each<[number, string, readonly MeshEvent[]]>([
    [1, 'a signer that nobody can verify', [{ kind: 'served', at: NOW, cluster: 'east', pod: 'istiod', chain: chainOf(pki.eastB) }]],
    [1, 'a bundle without the root of live certificates', [{ kind: 'published', at: NOW, cluster: 'east', roots: rootsOf(b) }]],
    [2, 'other bytes of roots', [cacerts('east', dataOf(pki.east2, a, b), rotate)]],
    [
      3,
      'a key that is not that of the certificate',
      [cacerts('east', { ...east2Data, 'ca-key.pem': Buffer.from(pki.east.keyPem) }, rotate)],
    ],
    [3, 'the key of another cluster', [cacerts('east', dataOf(pki.west, a), rotate)]],
    [4, 'a write without a copy', [backup('east', null), cacerts('east', east2Data, rotate)]],
    [
      4,
      'a write of what is on hold',
      [
        cacerts('east', eastData, { annotations: { 'meshwarden.dev/hold': certificates(pki.east2.certificatePem)[0]?.fingerprint ?? '' } }),
        cacerts('east', east2Data, rotate),
      ],
    ],
    [5, 'a write while another is not proved', [cacerts('east', east2Data, rotate), cacerts('west', dataOf(pki.west2, a), rotate)]],
    [6, 'a restart while a cluster is away', [{ kind: 'restart', at: NOW, cluster: 'east', away: ['west'] }]],
    [7, 'a write of what a tool owns', [cacerts('east', east2Data, { ...rotate, ownedBy: 'argocd' })]],
    [8, 'a write that rests on another version', [cacerts('east', east2Data, { ...rotate, restsOn: '0' })]],
    [9, 'another root without a rotation of the root', [cacerts('east', dataOf(pki.eastB, b), { purpose: 'restore' })]],
  ])('rule %i: tells %s, and nothing else but what follows from it', (rule, _title, events) => {
    const rules = new Set(after(...events).map((text) => Number(text.split(' ')[0])));
    expect([...rules]).toEqual([rule]);
  });

  it('forgets certificates that have expired and workloads that have ended', () => {
    const late = NOW + DAY;
    const gone = ['east', 'west'].map((cluster): MeshEvent => ({
      kind: 'workload',
      at: late,
      cluster,
      name: 'app',
      chain: [],
      trusts: [],
    }));
    expect(after(...gone, { kind: 'published', at: late, cluster: 'east', roots: rootsOf(b) })).toEqual([]);
  });
});
