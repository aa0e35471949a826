/** Whether the certificates that a gateway's destination sent are what the calling cluster would accept. Apart from whether the path works. */
import { formatRelative } from '../../core/duration.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { type ChainFault, verifyChain, WORKLOAD_USAGES } from '../../pki/verify.ts';

/** What is wrong with a chain, as a closed list; the codes are those of `Cause.code` too. */
export type TrustCode =
  | 'leaf-expired'
  | 'leaf-not-yet-valid'
  | 'intermediate-expired'
  | 'intermediate-not-yet-valid'
  | 'root-expired'
  | 'intermediate-missing'
  | 'chain-mispaired'
  | 'foreign-root'
  | 'chain-not-valid'
  | 'other-trust-domain'
  | 'other-identity';

/** Who should answer. */
export interface ExpectedIdentity {
  readonly trustDomain: string;
  readonly namespace: string;
  /** Undefined: any. */
  readonly serviceAccount: string | undefined;
}

export interface TrustQuestion {
  /** As the peer sent them, its own first. */
  readonly chain: readonly Certificate[];
  /** The trust bundle of the cluster that calls. */
  readonly bundle: readonly Certificate[];
  /** Undefined: anybody of a trusted chain. */
  readonly expected: ExpectedIdentity | undefined;
  /** UTC milliseconds. */
  readonly now: number;
}

export interface TrustFault {
  readonly code: TrustCode;
  readonly says: string;
  readonly facts: readonly string[];
  readonly hint: string;
}

/** What is said of each fault. */
export const TRUST_CAUSES: Readonly<Record<TrustCode, { readonly says: string; readonly hint: string }>> = {
  'leaf-expired': {
    says: 'the certificate of the workload has expired',
    hint: 'Restart the workload; if the new one is expired too, look at the istiod that signs it.',
  },
  'leaf-not-yet-valid': {
    says: 'the certificate of the workload is not valid yet',
    hint: 'Compare the clocks: that of the istiod which signed it runs ahead, or ours runs behind.',
  },
  'intermediate-expired': {
    says: 'the intermediate of the cluster has expired',
    hint: 'Renew the intermediate of the destination cluster and distribute it.',
  },
  'intermediate-not-yet-valid': {
    says: 'the intermediate of the cluster is not valid yet',
    hint: 'Compare the clocks of the signing cluster and of this machine.',
  },
  'root-expired': { says: 'the root of the mesh has expired', hint: 'Introduce a new root.' },
  'intermediate-missing': {
    says: 'the workload sends its certificate without the intermediate',
    hint: 'Look at cert-chain.pem in the cacerts of the destination cluster: its first block must be the intermediate.',
  },
  'chain-mispaired': {
    says: 'the certificates that the workload sends do not belong together',
    hint: 'Look at cert-chain.pem in the cacerts of the destination cluster: it belongs to another intermediate.',
  },
  'foreign-root': {
    says: 'the chain of the workload ends at a root that the calling cluster does not trust',
    hint: 'Compare the root certificates of both clusters.',
  },
  'chain-not-valid': { says: 'the chain of the workload does not verify', hint: 'Look at the cacerts of the destination cluster.' },
  'other-trust-domain': {
    says: 'the workload belongs to another trust domain',
    hint: 'Set the same trustDomain in the mesh configuration of both clusters.',
  },
  'other-identity': {
    says: 'somebody else than the canary answers for its name',
    hint: 'Look at which pods the Service of the canary selects.',
  },
};

const IDENTITY = /^spiffe:\/\/(?<trustDomain>[^/]+)\/ns\/(?<namespace>[^/]+)\/sa\/(?<serviceAccount>[^/]+)$/;

/** The roots' own copies in a chain are no help: a root is trusted because it stands in the bundle. */
export function judgeTrust({ chain, bundle, expected, now }: TrustQuestion): TrustFault | undefined {
  const [leaf, ...others] = chain;
  if (leaf === undefined) return undefined;
  // The destination answers as a server; what it is as a client is not asked here.
  const verified = verifyChain({ leaf, intermediates: others, roots: bundle, at: now, usages: [WORKLOAD_USAGES[0]] });
  if (!verified.ok) return chainTrustFault(verified.fault, { chain, bundle, expected, now });
  return expected === undefined ? undefined : identityFault(leaf, expected);
}

/** One line for whoever looks although all is well. */
export function leafLine(leaf: Certificate, now: number): string {
  return `${leaf.uriNames[0] ?? leaf.subject}, ends ${formatRelative(leaf.notAfter, now)}`;
}

function chainTrustFault(fault: ChainFault, question: TrustQuestion): TrustFault {
  const code = codeOf(fault, question);
  return { code, ...TRUST_CAUSES[code], facts: [fault.text, ...chainLines(question)] };
}

function codeOf({ code, certificate }: ChainFault, { chain, bundle }: TrustQuestion): TrustCode {
  const isLeaf = certificate.fingerprint === chain[0]?.fingerprint;
  const isRoot = bundle.some(({ fingerprint }) => fingerprint === certificate.fingerprint);
  switch (code) {
    case 'expired':
      if (isRoot) return 'root-expired';
      return isLeaf ? 'leaf-expired' : 'intermediate-expired';
    case 'not-yet-valid':
      return isLeaf ? 'leaf-not-yet-valid' : 'intermediate-not-yet-valid';
    case 'unknown-issuer':
    case 'key-id-mismatch':
    case 'bad-signature':
      if (!isLeaf || certificate.selfSigned) return 'foreign-root';
      return chain.length === 1 ? 'intermediate-missing' : 'chain-mispaired';
    default:
      return 'chain-not-valid';
  }
}

function chainLines({ chain, now }: TrustQuestion): readonly string[] {
  return chain.map((certificate, index) => {
    const name = certificate.uriNames[0] ?? (certificate.subject || '(no name)');
    return `${index + 1}. ${name.slice(0, 100)}, valid until ${instant(certificate.notAfter)}${certificate.notBefore > now ? `, from ${instant(certificate.notBefore)}` : ''}`;
  });
}

function identityFault(leaf: Certificate, expected: ExpectedIdentity): TrustFault | undefined {
  const shown = leaf.uriNames.join(', ') || '(no identity)';
  const { trustDomain, namespace, serviceAccount } =
    IDENTITY.exec(leaf.uriNames.length === 1 ? (leaf.uriNames[0] ?? '') : '')?.groups ?? {};
  const facts = [`it is ${shown}`, `expected is ${printIdentity(expected)}`];
  if (trustDomain !== expected.trustDomain) return { code: 'other-trust-domain', ...TRUST_CAUSES['other-trust-domain'], facts };
  const same = namespace === expected.namespace && (expected.serviceAccount === undefined || serviceAccount === expected.serviceAccount);
  return same ? undefined : { code: 'other-identity', ...TRUST_CAUSES['other-identity'], facts };
}

function printIdentity({ trustDomain, namespace, serviceAccount = '…' }: ExpectedIdentity): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/:\d{2}\.\d{3}Z$/, 'Z');
}
