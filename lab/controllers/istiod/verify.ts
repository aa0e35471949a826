/** Verification of a certificate as Go's crypto/x509 does it, with its texts. */
import { X509Certificate } from 'node:crypto';
import type { Certificate } from '../../../src/pki/certificate.ts';

/** What a certificate is verified against. */
export interface Pools {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** UTC milliseconds. */
  readonly now: number;
}

interface Hint {
  readonly error: string;
  readonly candidate: Certificate;
}

/** Undefined when a chain to a root was found; else Go's error. */
export function verifyLikeGo(certificate: Certificate, pools: Pools): string | undefined {
  const life = lifeError(certificate, pools.now);
  if (life !== undefined) return life;
  if (holds(pools.roots, certificate)) return undefined;
  return build([certificate], pools);
}

/** Seconds, as Go prints an instant. */
export function goTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function lifeError({ notBefore, notAfter }: Certificate, now: number): string | undefined {
  const wrong = 'x509: certificate has expired or is not yet valid: current time';
  if (now < notBefore) return `${wrong} ${goTime(now)} is before ${goTime(notBefore)}`;
  return now > notAfter ? `${wrong} ${goTime(now)} is after ${goTime(notAfter)}` : undefined;
}

function holds(pool: readonly Certificate[], { fingerprint }: Certificate): boolean {
  return pool.some((one) => one.fingerprint === fingerprint);
}

/** The chain so far has its newest member last. */
function build(chain: readonly Certificate[], pools: Pools): string | undefined {
  const child = chain.at(-1);
  if (child === undefined) return undefined;
  let hint: Hint | undefined;
  let deeper: string | undefined;
  const candidates = [...pools.roots, ...pools.intermediates].filter(({ subjectDer }) => subjectDer === child.issuerDer);
  for (const candidate of candidates) {
    if (holds(chain, candidate)) continue;
    const error = signatureError(child, candidate) ?? lifeError(candidate, pools.now);
    if (error !== undefined) {
      hint ??= { error, candidate };
      continue;
    }
    const above = holds(pools.roots, candidate) ? undefined : build([...chain, candidate], pools);
    if (above === undefined) return undefined;
    deeper ??= above;
  }
  return deeper ?? unknownAuthority(hint);
}

function signatureError(child: Certificate, parent: Certificate): string | undefined {
  const mayNotSign = parent.keyUsage !== undefined && !parent.keyUsage.includes('keyCertSign');
  if (!parent.isCa || mayNotSign) return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  const signed = new X509Certificate(child.der).verify(new X509Certificate(parent.der).publicKey);
  if (signed) return undefined;
  return parent.keyKind === 'RSA' ? 'crypto/rsa: verification error' : 'x509: ECDSA verification failure';
}

function unknownAuthority(hint: Hint | undefined): string {
  const text = 'x509: certificate signed by unknown authority';
  if (hint === undefined) return text;
  const name = hint.candidate.commonName ?? hint.candidate.subject;
  return `${text} (possibly because of "${hint.error}" while trying to verify candidate authority certificate "${name}")`;
}
