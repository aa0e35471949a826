/** The check that start and reload have in common (istio: security/pkg/pki/util/keycertbundle.go). */
import { verifyChain, WORKLOAD_USAGES, type ChainFaultCode } from '../../pki/verify.ts';
import { withoutCrl } from './crl.ts';
import type { CertificateFile, IstiodFiles } from './files.ts';
import type { VersionRules } from './version-rules.ts';

/** All files that istiod needs, each of them there. */
export interface WholeFiles {
  readonly signing: CertificateFile;
  readonly key: NonNullable<IstiodFiles['key']>;
  readonly chain: CertificateFile;
  readonly roots: CertificateFile;
}

export type Verdict =
  | { readonly kind: 'good'; readonly files: WholeFiles }
  /** `says`: istiod's words, up to where times and names begin. */
  | { readonly kind: 'bad'; readonly says: string }
  | { readonly kind: 'unseen'; readonly why: string };

const UNVERIFIED = 'cannot verify the cert with the provided root chain and cert pool with error: x509: ';
const UNKNOWN_AUTHORITY = 'certificate signed by unknown authority';

/** Go's words for what our verifier finds; what is not listed is an unknown authority to Go. */
const GO_SAYS: Partial<Readonly<Record<ChainFaultCode, string>>> = {
  expired: 'certificate has expired or is not yet valid',
  'not-yet-valid': 'certificate has expired or is not yet valid',
  'path-too-long': 'too many intermediates for path length constraint',
  'unknown-critical': 'unhandled critical extension',
  'usage-not-allowed': 'certificate specifies an incompatible key usage',
  'too-many-paths': 'signature check attempts limit reached',
};

/** What Go's verifier asks of a certificate when nothing else is said. */
const [SERVER_AUTH] = WORKLOAD_USAGES;

/** Would istiod take these files as its CA at an instant of its clock? Reads the files in istiod's order: the first that is missing is what it tells. */
export function verifyFiles(files: IstiodFiles, rules: VersionRules, at: number): Verdict {
  const { names, signing, key, chain, roots } = files;
  if (signing === undefined) return missing(names.signing);
  if (key === undefined) return missing(names.key);
  const [noChain] = files.missingChain;
  if (chain === undefined || noChain !== undefined) return missing(noChain ?? names.chain[0] ?? '');
  if (roots === undefined) return missing(names.roots);
  const [first] = signing.certificates;
  if (!signing.startsWell || first === undefined) return bad('failed to parse cert PEM: ');
  const verified = verifyChain({ leaf: first, intermediates: chain.certificates, roots: roots.certificates, at, usages: [SERVER_AUTH] });
  if (!verified.ok) return bad(UNVERIFIED + (GO_SAYS[verified.fault.code] ?? UNKNOWN_AUTHORITY));
  if (!key.ok) return bad(key.says);
  if (key.publicKeyFingerprint !== first.publicKeyFingerprint) {
    return bad('the cert does not match the key: tls: private key does not match public key');
  }
  return judgeCrl(files, rules) ?? { kind: 'good', files: { signing, key, chain, roots } };
}

function judgeCrl({ crl, chain }: IstiodFiles, { readsCrl }: VersionRules): Verdict | undefined {
  if (crl === undefined || !readsCrl) return undefined;
  if (crl === 'unseen') return { kind: 'unseen', why: 'There is a ca-crl.pem, and whether it covers every CA of the chain was not seen.' };
  const uncovered = withoutCrl(crl.text, chain?.certificates ?? []);
  return uncovered.length === 0 ? undefined : bad('missing CRL signed by certificates: ');
}

function missing(name: string): Verdict {
  return bad(`open /etc/cacerts/${name}: no such file or directory`);
}

function bad(says: string): Verdict {
  return { kind: 'bad', says };
}
