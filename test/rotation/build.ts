/** States of an authority with real certificates, and small changes to them. */
import type { Authority } from '../../lab/pki/authority.ts';
import type { Failure } from '../../src/core/errors.ts';
import type { Condition, ManagedCertificate, Observed } from '../../src/mesh/model.ts';
import { assembleCacerts } from '../../src/pki/assemble-cacerts.ts';
import { type CacertsFacts, inspectCacerts } from '../../src/pki/cacerts.ts';
import { sha256 } from '../../src/pki/fingerprint.ts';
import type { Decision, Goal } from '../../src/rotation/goal.ts';
import { plannerOf } from '../../src/rotation/index.ts';
import { violations } from '../../src/rotation/rules/index.ts';
import type {
  Backup,
  CaCluster,
  CacertsObject,
  CaSource,
  CaState,
  Intent,
  IstiodPod,
  RootGeneration,
  ServedChain,
  SignerState,
} from '../../src/rotation/model.ts';
import { cacertsFacts, cacertsTexts, certificateOf, certificatesIn, DAY, HOUR, intermediate, life, NOW, ROOT } from '../mesh/authority.ts';

export { cacertsFacts, certificateOf, DAY, HOUR, life, NOW, ROOT };
export { NEXT_ROOT, OTHER_ROOT } from '../mesh/authority.ts';
export const MINUTE = 60_000;
export const SECOND = 1_000;

/** Changes a state; several are applied one after the other. */
export type Change = (state: CaState) => CaState;

export const AWAY: Failure = { reason: 'unreachable', message: 'connect ECONNREFUSED' };

export function seen<T>(value: T): Observed<T> {
  return { ok: true, value };
}

export function unseen(failure: Failure = AWAY): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

const issued = new Map<string, Authority>();

/** The intermediate of a cluster, by how often it was renewed: the same one each time. `g1` is 20 days old, later ones an hour. */
export function ica(cluster: string, renewals = 0): Authority {
  const key = `${cluster}/${renewals}`;
  const options = renewals === 0 ? {} : life(-renewals * HOUR, 180 * DAY);
  const known = issued.get(key) ?? intermediate(cluster, ROOT, options);
  issued.set(key, known);
  return known;
}

export function fingerprint(of: Authority): string {
  return certificateOf(of).fingerprint;
}

/** An id as the clusters give one: equal data, equal id. */
export function contentOf(of: Authority, texts: Readonly<Record<string, string | undefined>> = {}): string {
  return sha256(JSON.stringify(cacertsTexts(of, texts)))
    .replaceAll(':', '')
    .toLowerCase();
}

/** What lies in a cluster that was given this intermediate, proved two weeks ago. */
export function cacerts(
  of: Authority,
  changes: Partial<CacertsObject> = {},
  texts: Readonly<Record<string, string | undefined>> = {},
): CacertsObject {
  const contentId = contentOf(of, texts);
  const at = NOW - 14 * DAY;
  return {
    uid: 'uid-cacerts',
    resourceVersion: '100',
    createdAt: NOW - 40 * DAY,
    immutable: false,
    facts: cacertsFacts(of, texts),
    contentId,
    ownership: { kind: 'meshwarden', managers: [], application: undefined },
    record: {
      source: fingerprint(of),
      writtenAt: at,
      proved: { contentId, at: at + MINUTE },
      rootsSince: at + MINUTE,
      signerSince: at + MINUTE,
      hold: undefined,
      revoked: [],
    },
    keyInAnnotation: false,
    ...changes,
  };
}

/** The same, written a while ago and not yet proved. */
export function written(of: Authority, ago: number, record: Partial<CacertsObject['record']> = {}): CacertsObject {
  const object = cacerts(of);
  const unproved = { ...object.record, writtenAt: NOW - ago, proved: undefined, rootsSince: undefined, signerSince: undefined };
  return { ...object, resourceVersion: '200', record: { ...unproved, ...record } };
}

/** What istiod presents when it signs with this intermediate. */
export function serves(of: Authority, signed = false): ServedChain {
  const leaf = of.issueLeaf({ ...life(-HOUR, 20 * HOUR), dns: ['istiod.istio-system.svc'] });
  const certificates = certificatesIn(leaf.certificatePem + of.chainPem + of.rootPem);
  return signed ? { certificates, signed: { chain: certificates, roots: certificatesIn(of.rootPem) } } : { certificates };
}

export function istiod(of: Authority | undefined, changes: Partial<IstiodPod> = {}): IstiodPod {
  return {
    name: 'istiod-1',
    uid: 'uid-istiod-1',
    revision: 'default',
    ready: true,
    startedAt: NOW - 30 * DAY,
    restarts: 0,
    lastExit: undefined,
    version: '1.30.3',
    flags: { multiRoot: false, cacertsForSelfSigned: false, xdsAgent: false },
    nudged: undefined,
    served: of === undefined ? undefined : seen(serves(of)),
    ...changes,
  };
}

export function backup(of: Authority, changes: Partial<Backup> = {}): Backup {
  const contentId = contentOf(of);
  return {
    name: `cacerts-backup-${contentId.slice(0, 10)}`,
    uid: `uid-backup-${contentId.slice(0, 4)}`,
    resourceVersion: '50',
    contentId,
    facts: cacertsFacts(of),
    takenAt: NOW - DAY,
    takenFor: 'distribute',
    archivedAt: undefined,
    ...changes,
  };
}

export function condition(type: string, status: Condition['status'], reason?: string, lastTransition = NOW - DAY): Condition {
  return { type, status, reason, message: undefined, observedGeneration: 1, lastTransition };
}

export function managed(
  name: string,
  of: Authority,
  changes: Partial<ManagedCertificate> = {},
): ManagedCertificate & { uid: string; resourceVersion: string } {
  const { notBefore, notAfter } = certificateOf(of);
  return {
    namespace: 'istio-ca',
    name,
    secretName: name,
    generation: 1,
    uid: `uid-${name}`,
    resourceVersion: '10',
    spec: {
      isCa: true,
      commonName: name,
      duration: '4320h0m0s',
      renewBefore: '1440h0m0s',
      rotationPolicy: 'Always',
      renewalDisabled: false,
      issuer: { name: 'istio-root', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    },
    conditions: [condition('Ready', 'True', 'Ready')],
    revision: 1,
    notBefore,
    notAfter,
    renewalTime: notAfter - 60 * DAY,
    lastFailureTime: undefined,
    failedAttempts: undefined,
    ...changes,
  };
}

/** The data of the Secret that cert-manager keeps, with some keys changed. */
export function secretTexts(of: Authority): { readonly tlsCrt: string; readonly tlsKey: string; readonly caCrt: string } {
  return { tlsCrt: of.chainPem, tlsKey: of.keyPem, caCrt: of.rootPem };
}

export function source(cluster: string, of: Authority, texts: Partial<ReturnType<typeof secretTexts>> = {}): CaSource {
  const name = `istio-ica-${cluster}`;
  const assembled = assembleCacerts({ ...secretTexts(of), ...texts });
  return {
    cluster,
    generation: 1,
    object: { namespace: 'istio-ca', name },
    certificate: managed(name, of),
    secret: seen({
      namespace: 'istio-ca',
      name,
      uid: `uid-secret-${cluster}`,
      resourceVersion: '20',
      assembly: assembled.ok
        ? { ok: true, signing: firstOf(assembled.path), path: assembled.path, roots: assembled.path.slice(-1), facts: factsOf(assembled) }
        : assembled,
    }),
  };
}

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('An assembly without a path');
  return first;
}

function factsOf({ files }: Extract<ReturnType<typeof assembleCacerts>, { ok: true }>): CacertsFacts {
  const { 'ca-key.pem': key, ...others } = files;
  const texts = { ...others, 'ca-key.pem': key.reveal() };
  return inspectCacerts(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)])));
}

function generation(): RootGeneration {
  return {
    generation: 1,
    root: { namespace: 'cert-manager', name: 'istio-root' },
    certificate: managed('istio-root', ROOT),
    issuerName: 'istio-root',
    issuer: {
      kind: 'ClusterIssuer',
      namespace: undefined,
      name: 'istio-root',
      type: 'ca',
      secretName: 'istio-root',
      conditions: [condition('Ready', 'True', 'KeyPairVerified')],
    },
  };
}

export function cluster(name: string, index: number): CaCluster {
  return {
    identity: { name, network: `net-${name}`, roles: index === 0 ? ['signer', 'edge'] : [], context: `ctx-${name}`, gateway: undefined },
    api: seen({ gitVersion: 'v1.36.2', major: 1, minor: 36, latencyMs: 10 }),
    skewMs: seen(400),
    cacerts: seen(cacerts(ica(name))),
    istiods: seen([istiod(ica(name))]),
    published: seen([{ certificates: certificatesIn(ROOT.certificatePem), namespaces: 3 }]),
    backups: seen([]),
    proxies: undefined,
  };
}

/** A healthy mesh of these clusters, of which the first is the signer. */
export function mesh(...names: readonly string[]): CaState {
  const all = names.length === 0 ? ['a', 'b'] : names;
  return {
    at: NOW,
    policy: { pinnedRoot: fingerprint(ROOT), leafLifeMs: DAY, proofWithinMs: 3 * MINUTE, renewBeforeMs: 60 * DAY },
    clusters: all.map(cluster),
    intent: seen(null),
    signer: seen({ available: true, generations: [generation()], sources: all.map((name) => source(name, ica(name))) }),
  };
}

export function change(state: CaState, ...changes: readonly Change[]): CaState {
  return changes.reduce((changed, one) => one(changed), state);
}

export function withCluster(name: string, changes: Partial<CaCluster>): Change {
  return (state) => ({ ...state, clusters: state.clusters.map((one) => (one.identity.name === name ? { ...one, ...changes } : one)) });
}

export function withCacerts(name: string, object: CacertsObject | null): Change {
  return withCluster(name, { cacerts: seen(object) });
}

/** Something written over the record of what is there. */
export function withRecord(name: string, record: Partial<CacertsObject['record']>): Change {
  return (state) => {
    const object = state.clusters.find(({ identity }) => identity.name === name)?.cacerts;
    if (object?.ok !== true || object.value === null) throw new Error(`${name} has no cacerts`);
    return withCacerts(name, { ...object.value, record: { ...object.value.record, ...record } })(state);
  };
}

export function withSigner(changes: Partial<SignerState>): Change {
  return (state) => ({ ...state, signer: state.signer.ok ? seen({ ...state.signer.value, ...changes }) : state.signer });
}

export function withSource(name: string, one: CaSource): Change {
  return (state) => {
    const sources = state.signer.ok ? state.signer.value.sources : [];
    return withSigner({ sources: sources.map((other) => (other.cluster === name ? one : other)) })(state);
  };
}

/** cert-manager says something else of the Certificate. */
export function withCertificate(name: string, changes: Partial<ManagedCertificate>): Change {
  return (state) => {
    const one = state.signer.ok ? state.signer.value.sources.find(({ cluster }) => cluster === name) : undefined;
    if (one?.certificate === null || one === undefined) throw new Error(`${name} has no Certificate`);
    return withSource(name, { ...one, certificate: { ...one.certificate, ...changes } })(state);
  };
}

/** cert-manager renewed the intermediate of a cluster. */
export function renewed(name: string, renewals = 1): Change {
  const one = source(name, ica(name, renewals));
  const certificate = { ...managed(`istio-ica-${name}`, ica(name, renewals)), revision: 1 + renewals };
  return withSource(name, { ...one, certificate });
}

export function away(name: string): Change {
  return withCluster(name, {
    api: unseen(),
    skewMs: unseen(),
    cacerts: unseen(),
    istiods: unseen(),
    published: unseen(),
    backups: unseen(),
  });
}

/** A change that began ten minutes ago, out of what the healthy mesh is. */
export function intentFor(goal: Goal, names: readonly string[] = ['a', 'b'], changes: Partial<Intent> = {}): Intent {
  return {
    id: 'k7f3',
    goal,
    planHash: '0'.repeat(64),
    direction: 'forward',
    paused: false,
    startsAt: NOW - 10 * MINUTE,
    createdAt: NOW - 10 * MINUTE,
    by: 'lena',
    approvedBy: [{ user: 'lena', at: NOW - 10 * MINUTE }],
    baseline: {
      signers: Object.fromEntries(names.map((name) => [name, fingerprint(ica(name))])),
      contents: Object.fromEntries(names.map((name) => [name, contentOf(ica(name))])),
      revision: 1,
      roots: [fingerprint(ROOT)],
      generation: 1,
      leafLifeMs: DAY,
    },
    shownIn: undefined,
    agreed: [],
    ...changes,
  };
}

export function underWay(goal: Goal, changes: Partial<Intent> = {}, names: readonly string[] = ['a', 'b']): Change {
  const intent = intentFor(goal, names, changes);
  return (state) => ({ ...state, intent: seen({ resourceVersion: '7', uid: 'uid-intent', intent }) });
}

/** What the planner of a goal decides. A step that a safety rule forbids fails the test, whatever it is about. */
export function decideSafely(goal: Goal, state: CaState, now = NOW): Decision {
  const decision = plannerOf(goal).decide(goal, state, now);
  if (decision.kind !== 'step') return decision;
  const broken = violations(state, goal, decision.step, now);
  if (broken.length > 0) throw new Error(`${decision.step.kind} breaks ${JSON.stringify(broken)}`);
  return decision;
}
