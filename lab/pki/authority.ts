/** Certificate authorities for the lab, with real keys and real X.509. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readCertificates } from '../../src/pki/certificate.ts';
import { remember } from './keys.ts';
import { type AlternativeNames, keyIdOf, type Life, nameOf, signCertificate, type Signer } from './sign.ts';

/** The kinds of keys that istiod takes. */
export type LabKeyKind = 'P-256' | 'P-384' | 'RSA';

/** `native`: `EC PRIVATE KEY` or `RSA PRIVATE KEY`, which cert-manager writes by default; `pkcs8`: `PRIVATE KEY`. */
export type LabKeyForm = 'native' | 'pkcs8';

interface KeyOptions {
  /** `P-256` by default. */
  readonly keyKind?: LabKeyKind;
  /** `native` by default. */
  readonly keyForm?: LabKeyForm;
}

/** Of a certificate that signs others. */
export interface AuthorityOptions extends Life, KeyOptions {
  readonly commonName: string;
  /** Left out by default, as cert-manager does. */
  readonly pathLength?: number;
}

/** Of a certificate of a workload or a server. */
export interface LeafOptions extends Life, KeyOptions, AlternativeNames {
  /** An empty subject by default. */
  readonly commonName?: string;
}

/** A certificate and its private key, both PEM. */
export interface Issued {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A certificate that signs others, with its key and what lies above it. */
export interface Authority extends Issued {
  /** This certificate and those above it without the root: what `tls.crt` holds. Empty for a root. */
  readonly chainPem: string;
  /** The root that everything hangs from: what `ca.crt` holds. */
  readonly rootPem: string;
  issueIntermediate(options: AuthorityOptions): Authority;
  issueLeaf(options: LeafOptions): Issued;
}

/** A self-signed authority. Named like an intermediate, it is what the guide's mistake makes. */
export function createAuthority(options: AuthorityOptions): Authority {
  const key = newKey(options.keyKind);
  const self = { key, name: nameOf(options.commonName), keyId: undefined };
  const certificatePem = signCertificate(
    { ...options, publicKey: createPublicKey(key), ca: { pathLength: options.pathLength }, commonName: options.commonName },
    self,
  );
  return authority({ certificatePem, keyPem: printKey(key, options.keyForm) }, { chainPem: '', rootPem: certificatePem });
}

/** A fresh private key as PEM, for a `cacerts` whose key does not match. */
export function createKey(options: KeyOptions = {}): string {
  return printKey(newKey(options.keyKind), options.keyForm);
}

function authority(own: Issued, above: Pick<Authority, 'chainPem' | 'rootPem'>): Authority {
  const signer = signerOf(own);
  return {
    ...own,
    ...above,
    issueIntermediate(options) {
      const key = newKey(options.keyKind);
      const certificatePem = signCertificate(
        { ...options, publicKey: createPublicKey(key), ca: { pathLength: options.pathLength }, commonName: options.commonName },
        signer,
      );
      const issued = { certificatePem, keyPem: printKey(key, options.keyForm) };
      return authority(issued, { chainPem: certificatePem + above.chainPem, rootPem: above.rootPem });
    },
    issueLeaf(options) {
      const key = newKey(options.keyKind);
      const { spiffe, dns, ip, commonName } = options;
      const names = {
        ...(spiffe === undefined ? {} : { spiffe }),
        ...(dns === undefined ? {} : { dns }),
        ...(ip === undefined ? {} : { ip }),
      };
      const request = { ...options, commonName, names, publicKey: createPublicKey(key), ca: undefined };
      return { certificatePem: signCertificate(request, signer), keyPem: printKey(key, options.keyForm) };
    },
  };
}

/** Who signs with this certificate and key. */
export function signerOf({ certificatePem, keyPem }: Issued): Signer {
  const [certificate] = readCertificates(certificatePem).certificates;
  if (certificate === undefined) throw new Error('The PEM of an authority holds no certificate');
  const key = createPrivateKey(keyPem);
  return { key, name: Buffer.from(certificate.subjectDer, 'hex'), keyId: keyIdOf(createPublicKey(key)) };
}

/** A fresh private key, not told to anybody yet. */
export function newKey(kind: LabKeyKind = 'P-256'): KeyObject {
  if (kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: kind }).privateKey;
}

/** The key as PEM, told to the list of secrets. */
export function printKey(key: KeyObject, form: LabKeyForm = 'native'): string {
  const native = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
  return remember(key.export({ type: form === 'pkcs8' ? 'pkcs8' : native, format: 'pem' }).toString());
}
