import type { CacertsFacts } from '../pki/cacerts.ts';
import type { CacertsFault, CacertsFaultCode } from '../pki/cross-check-cacerts.ts';
import type { Severity } from './finding.ts';

export interface CacertsProblem {
  readonly code: string;
  readonly severity: Severity;
  /** After the name of the cluster's `cacerts`: what is so. */
  readonly says: string;
  readonly hint: string;
}

const PUBLISH_AGAIN = 'Publish the intermediate again from the Secret that cert-manager keeps for it.';
const CANONICAL =
  'Nothing is broken; the next publication prints it anew. Do not change root-cert.pem by itself: istiod compares its bytes.';

/** What each fault of a `cacerts` is to a mesh; undefined: another check says it. */
const PROBLEMS: Readonly<Record<Exclude<CacertsFaultCode, 'foreign-keys'>, CacertsProblem | undefined>> = {
  empty: { code: 'cacerts-empty', severity: 'page', says: 'holds none of the four files', hint: PUBLISH_AGAIN },
  incomplete: { code: 'cacerts-incomplete', severity: 'page', says: 'lacks a file', hint: PUBLISH_AGAIN },
  unreadable: { code: 'cacerts-unreadable', severity: 'page', says: 'cannot be read', hint: PUBLISH_AGAIN },
  'not-canonical': { code: 'cacerts-not-canonical', severity: 'info', says: 'is not printed canonically', hint: CANONICAL },
  'key-kind': {
    code: 'cacerts-key-kind',
    severity: 'ticket',
    says: 'holds a key of a kind that is not known to work',
    hint: 'Set privateKey.algorithm ECDSA, size 256 in the Certificate of this intermediate.',
  },
  'key-mismatch': {
    code: 'cacerts-key-mismatch',
    severity: 'page',
    says: 'holds a private key that does not fit its certificate',
    hint: `istiod refuses it, and does not start with it. ${PUBLISH_AGAIN}`,
  },
  'self-signed': {
    code: 'cacerts-self-signed',
    severity: 'page',
    says: 'holds a self-signed certificate instead of an intermediate',
    hint: 'Let the Certificate of this intermediate name the ca ClusterIssuer of the root in spec.issuerRef, and publish what it issues.',
  },
  untrusted: {
    code: 'cacerts-untrusted',
    severity: 'page',
    says: 'does not verify to its own roots',
    hint: `istiod refuses it, and does not start with it. ${PUBLISH_AGAIN}`,
  },
  'untrusted-soon': undefined,
  'too-fresh': {
    code: 'cacerts-too-fresh',
    severity: 'info',
    says: 'was published within minutes of its beginning',
    hint: 'If the clock of a node is behind, istiod refuses it and does not try again: look at the log of istiod once.',
  },
  'outlives-issuer': undefined,
  'chain-not-first': {
    code: 'cacerts-chain-not-first',
    severity: 'page',
    says: 'holds a cert-chain.pem that does not begin with its certificate',
    hint: `istiod accepts that without a word, and no workload certificate verifies from then on. ${PUBLISH_AGAIN}`,
  },
  'chain-foreign': {
    code: 'cacerts-chain-foreign',
    severity: 'ticket',
    says: 'holds a cert-chain.pem with a certificate that does not belong to it',
    hint: PUBLISH_AGAIN,
  },
  'chain-duplicate': {
    code: 'cacerts-chain-duplicate',
    severity: 'info',
    says: 'holds a certificate twice in cert-chain.pem',
    hint: 'Every workload presents it twice; the next publication mends it.',
  },
  'root-not-a-root': {
    code: 'cacerts-root-not-a-root',
    severity: 'ticket',
    says: 'trusts a certificate that is no root',
    hint: 'Keep only self-signed CA certificates in root-cert.pem, the same in every cluster.',
  },
  'roots-share-a-name': {
    code: 'cacerts-roots-share-a-name',
    severity: 'ticket',
    says: 'trusts two roots of one name',
    hint: 'Give each generation of the root a common name of its own: verifiers may pick the wrong one.',
  },
  'too-many-roots': {
    code: 'cacerts-too-many-roots',
    severity: 'ticket',
    says: 'trusts more roots than a rotation needs',
    hint: 'Retire the roots under which nothing is signed any more.',
  },
  'duplicate-roots': {
    code: 'cacerts-duplicate-roots',
    severity: 'info',
    says: 'trusts one root twice',
    hint: 'That is how a rotation makes proxies sign anew at once; outside of one it does no harm.',
  },
  'short-life': undefined,
};

const TLS_KEYS: CacertsProblem = {
  code: 'cacerts-tls-keys',
  severity: 'page',
  says: 'holds tls.crt, which istiod takes instead of the four files',
  hint: 'Remove tls.crt, tls.key and ca.crt from it; only the four files belong there.',
};
const ISTIO_GENERATED: CacertsProblem = {
  code: 'cacerts-istio-generated',
  severity: 'ticket',
  says: 'bears the mark istio-generated of a CA that istiod made for itself',
  hint: 'Publish the intermediate of this cluster in its place, and switch off USE_CACERTS_FOR_SELF_SIGNED_CA in istiod.',
};
const FOREIGN_KEYS: CacertsProblem = {
  code: 'cacerts-foreign-keys',
  severity: 'info',
  says: 'holds data that do not belong there',
  hint: 'istiod ignores them; take them out so that nobody takes them for something.',
};

/** What a fault of `cacerts` is to a mesh; undefined where another check says it. */
export function problemOf({ code }: CacertsFault, { keys }: CacertsFacts): CacertsProblem | undefined {
  if (code !== 'foreign-keys') return PROBLEMS[code];
  if (keys.includes('tls.crt')) return TLS_KEYS;
  return keys.includes('istio-generated') ? ISTIO_GENERATED : FOREIGN_KEYS;
}

/** Every finding code for a fault of `cacerts`. */
export const CACERTS_CODES: readonly string[] = [...Object.values(PROBLEMS), TLS_KEYS, ISTIO_GENERATED, FOREIGN_KEYS].flatMap(
  (problem) => problem?.code ?? [],
);
