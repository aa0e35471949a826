import type { Secret } from '../core/secret.ts';
import { bundleDifference } from './bundle.ts';
import type { CacertsKey } from './cacerts.ts';
import { type Certificate, printCertificates, readCertificates } from './certificate.ts';
import type { InputFaultCode } from './fault.ts';
import { readPrivateKey } from './private-key.ts';
import { type ChainFaultCode, shownName, verifyChain } from './verify.ts';

/** The data of a Secret that cert-manager keeps for an intermediate; undefined where a key is missing. */
export interface IssuedSecret {
  /** `tls.crt`: the intermediate, then its issuers up to but without a self-signed root. */
  readonly tlsCrt: Uint8Array | string | undefined;
  /** `tls.key`. */
  readonly tlsKey: Uint8Array | string | undefined;
  /** `ca.crt`: the top of the chain. */
  readonly caCrt: Uint8Array | string | undefined;
}

/** The four files of `cacerts` in canonical form: equal sources give equal bytes. */
export type CacertsFiles = {
  readonly [Key in Exclude<CacertsKey, 'ca-key.pem'>]: string;
} & { readonly 'ca-key.pem': Secret };

/**
 * Why a source gives no `cacerts`: what its PEM lacks, why its chain does not verify, or
 *
 * - `missing` the Secret has no such key
 * - `key-mismatch` `tls.key` is not the key of the first certificate of `tls.crt`
 * - `self-signed` the intermediate is its own issuer: it was requested from a selfSigned issuer instead of one of type `ca`
 * - `not-a-root` `ca.crt` is not a self-signed certificate, so that it cannot be what every cluster trusts
 */
export type AssemblyFaultCode = InputFaultCode | ChainFaultCode | 'missing' | 'key-mismatch' | 'self-signed' | 'not-a-root';

export interface AssemblyFault {
  readonly code: AssemblyFaultCode;
  /** The key of the source that the fault is about. */
  readonly key: 'tls.crt' | 'tls.key' | 'ca.crt';
  readonly text: string;
}

export type Assembly =
  | { readonly ok: true; readonly files: CacertsFiles; /** From the intermediate to the root. */ readonly path: readonly Certificate[] }
  | { readonly ok: false; readonly faults: readonly AssemblyFault[] };

/**
 * Makes the four files of `cacerts` out of one issued Secret. The root comes from its `ca.crt`, so that certificate and root are a pair by
 * construction, and it closes `cert-chain.pem`, so that a workload's peer sees which root it belongs to. Whether the result is valid now is
 * not judged: see {@link crossCheckCacerts}.
 */
export function assembleCacerts(source: IssuedSecret): Assembly {
  const faults: AssemblyFault[] = [];
  const chain = certificatesOf('tls.crt', source.tlsCrt, faults);
  const roots = certificatesOf('ca.crt', source.caCrt, faults);
  const key = keyOf(source.tlsKey, faults);
  const [signing, ...issuers] = chain;
  if (faults.length > 0 || signing === undefined || key === undefined) return { ok: false, faults };
  if (key.publicKeyFingerprint !== signing.publicKeyFingerprint) {
    faults.push({ code: 'key-mismatch', key: 'tls.key', text: `The private key is not that of ${shownName(signing)}.` });
  }
  const path = pathOf(signing, issuers, roots, faults);
  if (faults.length > 0 || path === undefined) return { ok: false, faults };
  const files: CacertsFiles = {
    'ca-cert.pem': printCertificates([signing]),
    'ca-key.pem': key.pem,
    'cert-chain.pem': printCertificates(path),
    'root-cert.pem': printCertificates(roots),
  };
  return { ok: true, files, path };
}

function pathOf(
  leaf: Certificate,
  issuers: readonly Certificate[],
  roots: readonly Certificate[],
  faults: AssemblyFault[],
): readonly Certificate[] | undefined {
  if (leaf.selfSigned) {
    const text = `${shownName(leaf)} is self-signed: it comes from a selfSigned issuer instead of one of type ca.`;
    faults.push({ code: 'self-signed', key: 'tls.crt', text });
    return undefined;
  }
  const notRoots = roots.filter((root) => !root.selfSigned);
  if (notRoots.length > 0) {
    faults.push(
      ...notRoots.map((root): AssemblyFault => ({ code: 'not-a-root', key: 'ca.crt', text: `${shownName(root)} is not self-signed.` })),
    );
    return undefined;
  }
  // The last of the issuers to become valid: signatures and names are asked for here, not whether the chain is valid today.
  const at = Math.max(...[leaf, ...issuers, ...roots].map(({ notBefore }) => notBefore));
  const result = verifyChain({ leaf, intermediates: issuers, roots, at, signs: true });
  if (!result.ok) {
    faults.push({ code: result.fault.code, key: 'tls.crt', text: result.fault.text });
    return undefined;
  }
  for (const foreign of bundleDifference(issuers, result.path)) {
    faults.push({
      code: 'unknown-issuer',
      key: 'tls.crt',
      text: `${shownName(foreign)} does not belong to the chain of ${shownName(leaf)}.`,
    });
  }
  return result.path;
}

function certificatesOf(key: AssemblyFault['key'], text: Uint8Array | string | undefined, faults: AssemblyFault[]): readonly Certificate[] {
  if (text === undefined) {
    faults.push({ code: 'missing', key, text: `The Secret has no ${key}.` });
    return [];
  }
  const read = readCertificates(text);
  faults.push(...read.faults.map((fault) => ({ code: fault.code, key, text: fault.text })));
  return read.certificates;
}

function keyOf(text: Uint8Array | string | undefined, faults: AssemblyFault[]) {
  if (text === undefined) {
    faults.push({ code: 'missing', key: 'tls.key', text: 'The Secret has no tls.key.' });
    return undefined;
  }
  const read = readPrivateKey(text);
  if (read.ok) return read.value;
  faults.push(...read.faults.map((fault) => ({ code: fault.code, key: 'tls.key' as const, text: fault.text })));
  return undefined;
}
