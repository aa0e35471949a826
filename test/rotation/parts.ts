/** What a state of the authority is made of, with real certificates. */
import type { Authority } from '../../lab/pki/authority.ts';
import type { Failure } from '../../src/core/errors.ts';
import type { Condition, ManagedCertificate, Observed } from '../../src/mesh/model.ts';
import { assembleCacerts } from '../../src/pki/assemble-cacerts.ts';
import { type CacertsFacts, inspectCacerts } from '../../src/pki/cacerts.ts';
import { sha256 } from '../../src/pki/fingerprint.ts';
import type { Backup, CaCluster, CacertsObject, CaSource, IstiodPod, RootGeneration, ServedChain } from '../../src/rotation/model.ts';
import { cacertsFacts, cacertsTexts, certificateOf, certificatesIn, DAY, HOUR, intermediate, life, NOW, ROOT } from '../mesh/authority.ts';

export { cacertsFacts, certificateOf, DAY, HOUR, life, NOW, ROOT };
export { NEXT_ROOT, OTHER_ROOT } from '../mesh/authority.ts';
export const MINUTE = 60_000;
export const SECOND = 1_000;

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

export function generation(): RootGeneration {
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
