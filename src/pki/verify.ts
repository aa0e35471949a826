import { X509Certificate } from 'node:crypto';
import { type Certificate, isSignedBy } from './certificate.ts';

/**
 * Why a chain does not verify, as a closed list.
 *
 * - `expired`, `not-yet-valid` one certificate of the chain, at the instant asked for
 * - `unknown-issuer` nobody by that name is among the intermediates and roots
 * - `key-id-mismatch` somebody by that name is, but with another key identifier
 * - `bad-signature` somebody by that name is, but did not sign it
 * - `not-a-ca`, `no-cert-sign` an issuer that may not issue
 * - `path-too-long` a path length of an issuer leaves no room
 * - `unknown-critical` a critical extension that no verifier here understands
 * - `usage-not-allowed` extended key usages that leave out the usage asked for
 * - `too-many-paths` the search was given up (a set of certificates made to be slow)
 */
export type ChainFaultCode =
  | 'expired'
  | 'not-yet-valid'
  | 'unknown-issuer'
  | 'key-id-mismatch'
  | 'bad-signature'
  | 'not-a-ca'
  | 'no-cert-sign'
  | 'path-too-long'
  | 'unknown-critical'
  | 'usage-not-allowed'
  | 'too-many-paths';

export interface ChainFault {
  readonly code: ChainFaultCode;
  /** One sentence that names the certificate. */
  readonly text: string;
  readonly certificate: Certificate;
}

export interface ChainRequest {
  readonly leaf: Certificate;
  readonly intermediates: readonly Certificate[];
  /** Trust anchors: a path ends at the first of them, self-signed or not. */
  readonly roots: readonly Certificate[];
  /** UTC milliseconds: the instant for which every certificate of the path must be valid. */
  readonly at: number;
  /** Dotted OIDs that every certificate which has extended key usages must allow. None by default. */
  readonly usages?: readonly string[];
  /** The leaf is itself a CA whose certificates must verify too: it must be allowed to sign, and path lengths need room for one more. */
  readonly signs?: boolean;
}

export type ChainResult =
  | { /** From the leaf to the trust anchor. */ readonly ok: true; readonly path: readonly Certificate[] }
  | { readonly ok: false; readonly fault: ChainFault };

/** id-kp-serverAuth and id-kp-clientAuth: a workload certificate is used as both. */
export const WORKLOAD_USAGES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'] as const;

const ANY_USAGE = '2.5.29.37.0';

/** Go's limit for one verification (crypto/x509 maxChainSignatureChecks). */
const MAX_SIGNATURE_CHECKS = 100;

/** Among attempts of one length the one that came furthest is told; 3 for what is not listed. */
const STAGES: Partial<Readonly<Record<ChainFaultCode, number>>> = {
  'unknown-issuer': 0,
  'key-id-mismatch': 1,
  'bad-signature': 2,
  'too-many-paths': Infinity,
};

interface Search {
  readonly request: ChainRequest;
  readonly issuersByName: ReadonlyMap<string, readonly Certificate[]>;
  readonly anchors: ReadonlySet<string>;
  readonly parsed: Map<string, X509Certificate>;
  signatureChecks: number;
  /** The fault that stood closest to a whole path. */
  worst: { readonly rank: number; readonly fault: ChainFault } | undefined;
}

/**
 * Finds a path from a certificate to a trust anchor that is valid at an instant: signatures, names by their DER, validity, CA flag,
 * keyCertSign, path lengths (as Go counts them: every certificate between leaf and issuer), key identifiers where both sides have one,
 * critical extensions. All issuers of one name are tried, so that roots of one name and cross-signed ones do not hide each other. Where
 * there is no path, the fault is that of the attempt that came furthest. Name constraints and revocation are not judged.
 */
export function verifyChain(request: ChainRequest): ChainResult {
  const { leaf, roots, intermediates } = request;
  const anchors = new Set(roots.map(({ fingerprint }) => fingerprint));
  const own = faultOfOne(leaf, request) ?? (request.signs === true ? faultOfSigner(leaf) : undefined);
  if (own !== undefined) return { ok: false, fault: own };
  if (anchors.has(leaf.fingerprint)) return { ok: true, path: [leaf] };
  const search: Search = {
    request,
    issuersByName: groupByName([...roots, ...intermediates.filter(({ fingerprint }) => !anchors.has(fingerprint))]),
    anchors,
    parsed: new Map(),
    signatureChecks: 0,
    worst: undefined,
  };
  const path = extend(search, [leaf]);
  if (path !== undefined) return { ok: true, path };
  return { ok: false, fault: search.worst?.fault ?? unknownIssuer(leaf) };
}

/** The links of a verified path whose lower end lives longer than its issuer: what is signed last dies before its time. */
export function outlivingLinks(
  path: readonly Certificate[],
): readonly { readonly certificate: Certificate; readonly issuer: Certificate }[] {
  return path.flatMap((certificate, index) => {
    const issuer = path[index + 1];
    return issuer !== undefined && certificate.notAfter > issuer.notAfter ? [{ certificate, issuer }] : [];
  });
}

/** How a sentence names a certificate: its subject, cut where somebody made it long. */
export function shownName({ subject }: Certificate): string {
  if (subject === '') return '(no name)';
  return subject.length > 100 ? `${subject.slice(0, 99)}…` : subject;
}

function extend(search: Search, path: readonly Certificate[]): readonly Certificate[] | undefined {
  const last = path.at(-1) ?? search.request.leaf;
  const candidates = (search.issuersByName.get(last.issuerDer) ?? []).filter(
    (issuer) => !path.some(({ fingerprint }) => fingerprint === issuer.fingerprint),
  );
  if (candidates.length === 0) note(search, path, unknownIssuer(last));
  for (const issuer of candidates) {
    const fault = faultOfLink(search, path, issuer);
    if (fault !== undefined) {
      note(search, path, fault);
      if (fault.code === 'too-many-paths') return undefined;
      continue;
    }
    const longer = [...path, issuer];
    if (search.anchors.has(issuer.fingerprint)) return longer;
    const found = extend(search, longer);
    if (found !== undefined || search.signatureChecks > MAX_SIGNATURE_CHECKS) return found;
  }
  return undefined;
}

function faultOfLink(search: Search, path: readonly Certificate[], issuer: Certificate): ChainFault | undefined {
  const last = path.at(-1) ?? search.request.leaf;
  if (last.authorityKeyId !== undefined && issuer.subjectKeyId !== undefined && last.authorityKeyId !== issuer.subjectKeyId) {
    return chainFault(
      'key-id-mismatch',
      last,
      `${shownName(last)} names the key of another issuer than ${shownName(issuer)} (their key identifiers differ).`,
    );
  }
  search.signatureChecks += 1;
  if (search.signatureChecks > MAX_SIGNATURE_CHECKS) {
    return chainFault('too-many-paths', last, `More than ${MAX_SIGNATURE_CHECKS} signatures would have to be checked.`);
  }
  if (!isSignedBy(parsed(search, last), parsed(search, issuer))) {
    return chainFault(
      'bad-signature',
      last,
      `${shownName(last)} is not signed by the key of ${shownName(issuer)}, which has its issuer's name.`,
    );
  }
  return faultOfOne(issuer, search.request) ?? faultOfSigner(issuer) ?? faultOfLength(search.request, path, issuer);
}

function faultOfOne(certificate: Certificate, { at, usages = [] }: ChainRequest): ChainFault | undefined {
  const name = shownName(certificate);
  if (at > certificate.notAfter) return chainFault('expired', certificate, `${name} expired at ${instant(certificate.notAfter)}.`);
  if (at < certificate.notBefore)
    return chainFault('not-yet-valid', certificate, `${name} is valid only from ${instant(certificate.notBefore)}.`);
  const unknown = certificate.unknownCritical?.[0];
  if (unknown !== undefined)
    return chainFault('unknown-critical', certificate, `${name} carries the unknown critical extension ${unknown}.`);
  const allowed = certificate.extendedKeyUsage;
  if (allowed === undefined || allowed.includes(ANY_USAGE) || usages.every((usage) => allowed.includes(usage))) return undefined;
  return chainFault('usage-not-allowed', certificate, `${name} has extended key usages that leave out what it is used for.`);
}

function faultOfSigner(certificate: Certificate): ChainFault | undefined {
  const name = shownName(certificate);
  if (!certificate.isCa) return chainFault('not-a-ca', certificate, `${name} is no CA (no basicConstraints CA:TRUE).`);
  if (certificate.keyUsage === undefined || certificate.keyUsage.includes('keyCertSign')) return undefined;
  return chainFault('no-cert-sign', certificate, `${name} may not sign certificates (its key usage lacks keyCertSign).`);
}

function faultOfLength(request: ChainRequest, path: readonly Certificate[], issuer: Certificate): ChainFault | undefined {
  const below = path.length - 1 + (request.signs === true ? 1 : 0);
  if (issuer.pathLength === undefined || below <= issuer.pathLength) return undefined;
  const text = `${shownName(issuer)} allows ${issuer.pathLength} CA certificates below it, and there are ${below}.`;
  return chainFault('path-too-long', issuer, text);
}

function unknownIssuer(certificate: Certificate): ChainFault {
  const text = certificate.selfSigned
    ? `${shownName(certificate)} is self-signed and not among the roots.`
    : `No issuer of ${shownName(certificate)} is among the intermediates and roots.`;
  return chainFault('unknown-issuer', certificate, text);
}

function note(search: Search, path: readonly Certificate[], fault: ChainFault): void {
  const rank = path.length * 10 + (STAGES[fault.code] ?? 3);
  if (search.worst === undefined || rank > search.worst.rank) search.worst = { rank, fault };
}

function parsed({ parsed: known }: Search, certificate: Certificate): X509Certificate {
  const found = known.get(certificate.fingerprint) ?? new X509Certificate(certificate.der);
  known.set(certificate.fingerprint, found);
  return found;
}

function groupByName(certificates: readonly Certificate[]): ReadonlyMap<string, readonly Certificate[]> {
  const distinct = [...new Map(certificates.map((certificate) => [certificate.fingerprint, certificate])).values()];
  return Map.groupBy(distinct, ({ subjectDer }) => subjectDer);
}

function chainFault(code: ChainFaultCode, certificate: Certificate, text: string): ChainFault {
  return { code, text, certificate };
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/:\d{2}\.\d{3}Z$/, 'Z');
}
