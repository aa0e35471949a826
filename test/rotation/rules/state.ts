import { createHash } from 'node:crypto';
import type { Failure } from '../../../src/core/errors.ts';
import { DAY } from '../../../src/core/duration.ts';
import type { Observed } from '../../../src/mesh/model.ts';
import { assembleCacerts } from '../../../src/pki/assemble-cacerts.ts';
import { type CacertsFacts, inspectCacerts } from '../../../src/pki/cacerts.ts';
import { readCertificates } from '../../../src/pki/certificate.ts';
import type { Goal, Step } from '../../../src/rotation/goal.ts';
import type { Backup, CaCluster, CacertsObject, CaSource, CaState, Intent, IstiodPod } from '../../../src/rotation/model.ts';
import { createAuthority, type Authority } from '../../../lab/pki/authority.ts';

export const NOW = Date.UTC(2026, 2, 1);

const rootLife = { notBefore: NOW - 30 * DAY, notAfter: NOW + 3650 * DAY };
const life = { notBefore: NOW - 10 * DAY, notAfter: NOW + 170 * DAY };
const fresh = { notBefore: NOW - DAY, notAfter: NOW + 179 * DAY };

/** Two roots and the intermediates of two clusters. */
export function growPki() {
  const a = createAuthority({ commonName: 'root', ...rootLife });
  const b = createAuthority({ commonName: 'root g2', ...rootLife });
  return {
    a,
    b,
    east: a.issueIntermediate({ commonName: 'east', ...life }),
    east2: a.issueIntermediate({ commonName: 'east', ...fresh }),
    eastB: b.issueIntermediate({ commonName: 'east g2', ...fresh }),
    west: a.issueIntermediate({ commonName: 'west', ...life }),
    west2: a.issueIntermediate({ commonName: 'west', ...fresh }),
  };
}

export const failure: Failure = { reason: 'unreachable', message: 'it does not answer' };

export function seen<T>(value: T): Observed<T> {
  return { ok: true, value };
}

export const unseen = { ok: false, failure } as const;

export function factsOf(signing: Authority, ...roots: readonly Authority[]): CacertsFacts {
  const files = {
    'ca-cert.pem': signing.certificatePem,
    'ca-key.pem': signing.keyPem,
    'cert-chain.pem': signing.chainPem + signing.rootPem,
    'root-cert.pem': roots.map(({ certificatePem }) => certificatePem).join(''),
  };
  return inspectCacerts(Object.fromEntries(Object.entries(files).map(([key, text]) => [key, Buffer.from(text)])));
}

export function idOf(facts: CacertsFacts): string {
  const text = JSON.stringify([facts.keys, facts.signing[0]?.fingerprint, facts.rootBytesSha256]);
  return createHash('sha256').update(text).digest('hex');
}

/** Written by us a while ago, proved, and proved for longer than a leaf lives. */
export function objectOf(facts: CacertsFacts, record: Partial<CacertsObject['record']> = {}): CacertsObject {
  const contentId = idOf(facts);
  return {
    uid: 'uid-1',
    resourceVersion: '7',
    createdAt: NOW - 20 * DAY,
    immutable: false,
    facts,
    contentId,
    ownership: { kind: 'meshwarden', managers: [], application: undefined },
    record: {
      source: facts.signing[0]?.fingerprint,
      writtenAt: NOW - 9 * DAY,
      proved: { contentId, at: NOW - 9 * DAY },
      rootsSince: NOW - 9 * DAY,
      signerSince: NOW - 9 * DAY,
      hold: undefined,
      revoked: [],
      ...record,
    },
    keyInAnnotation: false,
  };
}

export function backupOf(facts: CacertsFacts, more: Partial<Backup> = {}): Backup {
  const contentId = idOf(facts);
  const name = `cacerts-backup-${contentId.slice(0, 10)}`;
  return {
    name,
    uid: 'uid-b',
    resourceVersion: '3',
    contentId,
    facts,
    takenAt: NOW - DAY,
    takenFor: 'distribute',
    archivedAt: undefined,
    ...more,
  };
}

export function podOf(signing: Authority, more: Partial<IstiodPod> = {}): IstiodPod {
  const leaf = signing.issueLeaf({ dns: ['istiod.istio-system.svc'], notBefore: NOW - DAY, notAfter: NOW + DAY });
  const { certificates } = readCertificates(leaf.certificatePem + signing.chainPem + signing.rootPem);
  return {
    name: 'istiod-1',
    uid: 'pod-1',
    revision: 'default',
    ready: true,
    startedAt: NOW - 15 * DAY,
    restarts: 0,
    lastExit: undefined,
    version: '1.30.3',
    flags: { multiRoot: false, cacertsForSelfSigned: false, xdsAgent: false },
    nudged: undefined,
    served: seen({ certificates }),
    ...more,
  };
}

export function clusterOf(name: string, signing: Authority, roots: readonly Authority[], more: Partial<CaCluster> = {}): CaCluster {
  const facts = factsOf(signing, ...roots);
  return {
    identity: { name, network: name, roles: name === 'east' ? ['signer'] : [], gateway: undefined },
    api: seen({ gitVersion: 'v1.36.0', major: 1, minor: 36, latencyMs: 3 }),
    skewMs: seen(100),
    cacerts: seen(objectOf(facts)),
    istiods: seen([podOf(signing)]),
    published: seen([{ certificates: facts.roots, namespaces: 3 }]),
    backups: seen([backupOf(facts)]),
    proxies: undefined,
    ...more,
  };
}

export function sourceOf(cluster: string, issued: Authority, generation = 1): CaSource {
  const assembly = assembleCacerts({ tlsCrt: issued.chainPem, tlsKey: issued.keyPem, caCrt: issued.rootPem });
  if (!assembly.ok) throw new Error(JSON.stringify(assembly.faults));
  const facts = factsOf(issued, { ...issued, certificatePem: issued.rootPem });
  const [signing] = assembly.path;
  if (signing === undefined) throw new Error('an empty path');
  const name = generation === 1 ? `istio-ica-${cluster}` : `istio-ica-${cluster}-g${generation}`;
  const secret = { namespace: 'istio-ca', name, uid: `uid-${name}`, resourceVersion: '11' };
  const value = { ...secret, assembly: { ok: true as const, signing, path: assembly.path, roots: facts.roots, facts } };
  return { cluster, generation, object: { namespace: 'istio-ca', name }, certificate: null, secret: seen(value) };
}

export function intentOf(goal: Goal): Intent {
  return {
    id: 'abcd',
    goal,
    planHash: '',
    direction: 'forward',
    paused: false,
    startsAt: NOW,
    createdAt: NOW,
    by: 'somebody',
    approvedBy: [],
    baseline: { signers: {}, contents: {}, revision: undefined, roots: [], generation: 1, leafLifeMs: DAY },
    shownIn: undefined,
    agreed: [],
  };
}

export function stateOf(clusters: readonly CaCluster[], sources: readonly CaSource[], goal?: Goal): CaState {
  const intent = goal === undefined ? null : { uid: 'uid-i', resourceVersion: '5', intent: intentOf(goal) };
  return {
    at: NOW,
    policy: { pinnedRoot: undefined, leafLifeMs: DAY, proofWithinMs: 180_000, renewBeforeMs: 60 * DAY },
    clusters,
    intent: seen(intent),
    signer: seen({ available: true, generations: [], sources }),
  };
}

export type WriteStep = Extract<Step, { readonly kind: 'write' }>;

/** Publishes a source over what lies in a cluster. */
export function writeOf(source: CaSource, more: Partial<WriteStep> = {}): WriteStep {
  const secret = source.secret.ok ? source.secret.value : null;
  if (secret?.assembly.ok !== true) throw new Error('the source holds nothing');
  const { namespace, name, uid, resourceVersion, assembly } = secret;
  return {
    kind: 'write',
    cluster: source.cluster,
    source: { namespace, name, uid, resourceVersion },
    fingerprint: assembly.signing.fingerprint,
    roots: 'keep',
    expects: { uid: 'uid-1', resourceVersion: '7' },
    takeOver: false,
    ...more,
  };
}
