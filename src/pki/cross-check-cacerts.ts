import { DAY, formatDuration } from '../core/duration.ts';
import { distinctCertificates, duplicateCertificates } from './bundle.ts';
import { CACERTS_KEYS, type CacertsFacts } from './cacerts.ts';
import { type Certificate, isIssuedBy } from './certificate.ts';
import { outlivingLinks, shownName, verifyChain, WORKLOAD_USAGES } from './verify.ts';

/**
 * What is wrong with a `cacerts` as a whole. Those marked * istiod accepts without a word, at the start or at a reload.
 *
 * - `empty` none of the four keys: istiod starts with a self-signed CA of its own *
 * - `incomplete` some of the four keys are missing: istiod does not start
 * - `foreign-keys` keys that do not belong there; `tls.crt` wins over all four
 * - `unreadable` a key holds something else than it should
 * - `not-canonical` PEM that readers accept but whose bytes are not those of its certificates *
 * - `key-kind` a key that is neither RSA nor P-256 nor P-384
 * - `key-mismatch` `ca-key.pem` is not the key of `ca-cert.pem`
 * - `self-signed` the signing certificate is its own issuer: each cluster would have a root of its own *
 * - `untrusted` the signing certificate does not verify to `root-cert.pem`
 * - `untrusted-soon` it will not within 24 hours *
 * - `too-fresh` it is not yet valid for a clock that is behind by the skew given *
 * - `outlives-issuer` a certificate lives longer than its issuer *
 * - `chain-not-first`, `chain-foreign`, `chain-duplicate` `cert-chain.pem` is not the chain of `ca-cert.pem`, first of all itself:
 *   workloads present a chain that nobody can verify *
 * - `root-not-a-root` a certificate in `root-cert.pem` is not a self-signed CA *
 * - `roots-share-a-name` two roots of one name with different keys: verifiers may pick the wrong one *
 * - `too-many-roots` more than two: a rotation needs no more *
 * - `duplicate-roots` a root stands there twice *
 * - `short-life` too little life left to be worth publishing *
 */
export type CacertsFaultCode =
  | 'empty'
  | 'incomplete'
  | 'foreign-keys'
  | 'unreadable'
  | 'not-canonical'
  | 'key-kind'
  | 'key-mismatch'
  | 'self-signed'
  | 'untrusted'
  | 'untrusted-soon'
  | 'too-fresh'
  | 'outlives-issuer'
  | 'chain-not-first'
  | 'chain-foreign'
  | 'chain-duplicate'
  | 'root-not-a-root'
  | 'roots-share-a-name'
  | 'too-many-roots'
  | 'duplicate-roots'
  | 'short-life';

export interface CacertsFault {
  readonly code: CacertsFaultCode;
  /** The data key it concerns; undefined where it is about the Secret. */
  readonly key: string | undefined;
  /** One sentence. */
  readonly text: string;
}

export interface CrossCheckOptions {
  /** UTC milliseconds. */
  readonly now: number;
  /** How far a clock of the mesh may be behind, in milliseconds. */
  readonly skewMs: number;
  /** Set where the data are about to be published for the first time: then they also need life left. */
  readonly promotion?: { readonly renewBeforeMs: number };
}

/** istiod also reads a list of revoked CA certificates where there is one. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([...CACERTS_KEYS, 'ca-crl.pem']);
const USABLE_KEYS: ReadonlySet<string> = new Set(['RSA', 'P-256', 'P-384']);
const MAX_ROOTS = 2;
const SHORTEST_LIFE = 2 * DAY;

/**
 * Judges what a `cacerts` holds, all faults at once: first the Secret, then the signing certificate, its chain and the roots. What cannot be
 * judged because something it rests on is missing, empty or unreadable is left out, for that has its own fault.
 */
export function crossCheckCacerts(facts: CacertsFacts, options: CrossCheckOptions): readonly CacertsFault[] {
  const faults = [...checkData(facts), ...checkKey(facts)];
  const [signing] = facts.signing;
  if (signing !== undefined) {
    if (facts.roots.length > 0) faults.push(...checkTrust(signing, facts, options));
    faults.push(...checkChain(signing, facts));
    if (options.promotion !== undefined) faults.push(...checkLife(signing, options.now, options.promotion.renewBeforeMs));
  }
  return [...faults, ...checkRoots(facts)];
}

function checkData(facts: CacertsFacts): readonly CacertsFault[] {
  const faults: CacertsFault[] = [];
  const missing = CACERTS_KEYS.filter((key) => !facts.keys.includes(key));
  const foreign = facts.keys.filter((key) => !KNOWN_KEYS.has(key));
  const otherStyle = foreign.includes('tls.crt');
  if (missing.length === CACERTS_KEYS.length) {
    const effect = otherStyle ? '' : ', so that istiod starts with a self-signed CA of its own';
    faults.push(fault('empty', undefined, `It holds none of the four files${effect}.`));
  } else if (missing.length > 0) {
    faults.push(fault('incomplete', undefined, `It lacks ${missing.join(', ')}${otherStyle ? '' : ', so that istiod does not start'}.`));
  }
  if (foreign.length > 0) {
    const effect = otherStyle ? '; istiod takes tls.crt and its companions instead of the four files' : '';
    faults.push(fault('foreign-keys', undefined, `Keys that do not belong there: ${foreign.join(', ')}${effect}.`));
  }
  faults.push(...facts.faults.map(({ key, text }) => fault('unreadable', key, text)));
  faults.push(...facts.remarks.map(({ key, text }) => fault('not-canonical', key, text)));
  return faults;
}

function checkKey({ key, signing: [signing] }: CacertsFacts): readonly CacertsFault[] {
  const faults: CacertsFault[] = [];
  const kind = key?.kind ?? signing?.keyKind;
  if (kind !== undefined && !USABLE_KEYS.has(kind)) {
    faults.push(fault('key-kind', 'ca-key.pem', `The key is of the kind ${kind}; RSA, P-256 and P-384 are known to work.`));
  }
  if (key !== undefined && signing !== undefined && key.publicKeyFingerprint !== signing.publicKeyFingerprint) {
    faults.push(fault('key-mismatch', 'ca-key.pem', `The private key is not that of ${shownName(signing)} in ca-cert.pem.`));
  }
  return faults;
}

function checkTrust(signing: Certificate, facts: CacertsFacts, { now, skewMs }: CrossCheckOptions): readonly CacertsFault[] {
  if (signing.selfSigned) {
    const text = `${shownName(signing)} is self-signed: it is a root of this cluster alone, not an intermediate.`;
    return [fault('self-signed', 'ca-cert.pem', text)];
  }
  const verify = (at: number) =>
    verifyChain({ leaf: signing, intermediates: facts.chain, roots: facts.roots, at, usages: WORKLOAD_USAGES, signs: true });
  const today = verify(now);
  if (!today.ok) return [fault('untrusted', 'ca-cert.pem', today.fault.text)];
  const faults: CacertsFault[] = [];
  const soon = verify(now + DAY);
  if (!soon.ok) faults.push(fault('untrusted-soon', 'ca-cert.pem', `Within 24 hours it verifies no more: ${soon.fault.text}`));
  const behind = verify(now - skewMs);
  if (!behind.ok) {
    faults.push(
      fault('too-fresh', 'ca-cert.pem', `For a clock that is ${formatDuration(skewMs)} behind it does not verify: ${behind.fault.text}`),
    );
  }
  for (const { certificate, issuer } of outlivingLinks(today.path)) {
    faults.push(fault('outlives-issuer', 'ca-cert.pem', `${shownName(certificate)} lives longer than its issuer ${shownName(issuer)}.`));
  }
  return faults;
}

function checkChain(signing: Certificate, { chain }: CacertsFacts): readonly CacertsFault[] {
  const key = 'cert-chain.pem';
  const [first] = chain;
  if (first === undefined) return [];
  const faults: CacertsFault[] = [];
  if (first.fingerprint !== signing.fingerprint) {
    const text = `Its first certificate is ${shownName(first)} and not the one in ca-cert.pem, so that no workload certificate verifies.`;
    faults.push(fault('chain-not-first', key, text));
  }
  const twice = duplicateCertificates(chain);
  faults.push(...twice.map((certificate) => fault('chain-duplicate', key, `${shownName(certificate)} stands in it more than once.`)));
  const distinct = chain.filter((one, at) => chain.findIndex(({ fingerprint }) => fingerprint === one.fingerprint) === at);
  distinct.slice(1).forEach((issuer, at) => {
    const below = distinct[at];
    if (below === undefined || isIssuedBy(below, issuer)) return;
    faults.push(fault('chain-foreign', key, `${shownName(issuer)} did not issue ${shownName(below)}, after which it stands.`));
  });
  return faults;
}

function checkRoots({ roots: bundle }: CacertsFacts): readonly CacertsFault[] {
  const key = 'root-cert.pem';
  const roots = distinctCertificates(bundle);
  const faults = roots
    .filter((root) => !root.isCa || !root.selfSigned)
    .map((root) => fault('root-not-a-root', key, `${shownName(root)} is no self-signed CA.`));
  for (const sharers of Map.groupBy(roots, ({ subjectDer }) => subjectDer).values()) {
    const keys = new Set(sharers.map(({ publicKeyFingerprint }) => publicKeyFingerprint));
    const [one] = sharers;
    if (one !== undefined && keys.size > 1) {
      faults.push(fault('roots-share-a-name', key, `${keys.size} roots with different keys are named ${shownName(one)}.`));
    }
  }
  if (roots.length > MAX_ROOTS) faults.push(fault('too-many-roots', key, `It holds ${roots.length} roots; a rotation needs two.`));
  const twice = duplicateCertificates(bundle);
  faults.push(...twice.map((root) => fault('duplicate-roots', key, `${shownName(root)} stands in it more than once.`)));
  return faults;
}

function checkLife(signing: Certificate, now: number, renewBeforeMs: number): readonly CacertsFault[] {
  const left = signing.notAfter - now;
  const needed = Math.max(SHORTEST_LIFE, renewBeforeMs / 2);
  if (left > needed) return [];
  const text = `${shownName(signing)} has ${formatDuration(Math.max(left, 0))} left; at least ${formatDuration(needed)} are needed to publish it.`;
  return [fault('short-life', 'ca-cert.pem', text)];
}

function fault(code: CacertsFaultCode, key: string | undefined, text: string): CacertsFault {
  return { code, key, text };
}
