/** What lies in a Secret, read once for each state of it. */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { readCertificates, type Certificate } from '../../../src/pki/certificate.ts';
import { fieldsAt, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { fromBase64 } from '../../scene/text.ts';
import { type Csr, readCsr } from './csr.ts';
import { readKey } from './keys.ts';

/** A key pair as it lies in a Secret. */
export interface SecretFacts {
  /** Empty where missing. */
  readonly certificateText: string;
  readonly keyText: string;
  /** Of `tls.crt`, the leaf first. */
  readonly certificates: readonly Certificate[];
  /** Of `ca.crt`. */
  readonly authorities: readonly Certificate[];
  readonly key: KeyObject | undefined;
  readonly publicKey: KeyObject | undefined;
}

const secrets = new WeakMap<KubeObject, SecretFacts>();
const requests = new WeakMap<KubeObject, { readonly csr: Csr | undefined }>();

/** What a Secret at rest holds. */
export function secretFacts(secret: KubeObject): SecretFacts {
  const known = secrets.get(secret);
  if (known !== undefined) return known;
  const data = fieldsAt(secret, 'data');
  const text = (key: string): string => (typeof data[key] === 'string' ? fromBase64(data[key]) : '');
  const { certificates } = readCertificates(text('tls.crt'));
  const [leaf] = certificates;
  const facts: SecretFacts = {
    certificateText: text('tls.crt'),
    keyText: text('tls.key'),
    certificates,
    authorities: readCertificates(text('ca.crt')).certificates,
    key: readKey(text('tls.key')),
    publicKey: leaf === undefined ? undefined : new X509Certificate(leaf.der).publicKey,
  };
  secrets.set(secret, facts);
  return facts;
}

/** What a CertificateRequest at rest asks for; undefined where it cannot be read. */
export function csrOf(request: KubeObject): Csr | undefined {
  const known = requests.get(request);
  if (known !== undefined) return known.csr;
  const csr = readCsr(fromBase64(textAt(request, 'spec', 'request') ?? ''));
  requests.set(request, { csr });
  return csr;
}
