// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to load without it
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type Certificate, readCertificate } from '../../src/pki/certificate.ts';

export { x509 };

/** All certificates of these tests are valid around this instant: 2026-03-01. */
export const NOW = Date.UTC(2026, 2, 1);
export const DAY = 86_400_000;

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CA_USAGE = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign;

export interface IssueOptions {
  readonly name: string;
  /** Self-signed where left out. */
  readonly by?: Issued;
  /** Whose key it is for; a new one where left out. */
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** True by default. */
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly usage?: x509.KeyUsageFlags;
  readonly extendedUsage?: readonly string[];
  /** The issuer's by default; another text in hex, or none. */
  readonly authorityKeyId?: string | false;
  readonly more?: readonly x509.Extension[];
}

/** A certificate made by @peculiar/x509: a second opinion beside the product and the lab, which share one ASN.1 library. */
export interface Issued {
  readonly certificate: Certificate;
  readonly native: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  /** PKCS#8. */
  readonly keyPem: string;
}

export async function issue(options: IssueOptions): Promise<Issued> {
  const keys = options.keys ?? (await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']));
  const native = await x509.X509CertificateGenerator.create(
    {
      subject: options.name === '' ? '' : `CN=${options.name}`,
      issuer: options.by?.native.subject ?? `CN=${options.name}`,
      publicKey: keys.publicKey,
      signingKey: options.by?.keys.privateKey ?? keys.privateKey,
      signingAlgorithm: P256,
      notBefore: new Date(options.notBefore ?? NOW - DAY),
      notAfter: new Date(options.notAfter ?? NOW + 90 * DAY),
      extensions: await extensionsOf(options, keys),
    },
    webcrypto,
  );
  const read = readCertificate(new Uint8Array(native.rawData));
  if (!read.ok) throw new Error(`the product does not read what @peculiar/x509 made: ${JSON.stringify(read.faults)}`);
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: read.value, native, keys, keyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
}

async function extensionsOf(options: IssueOptions, keys: webcrypto.CryptoKeyPair): Promise<x509.Extension[]> {
  const { ca = true, by, authorityKeyId } = options;
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(ca, options.pathLength, true),
    new x509.KeyUsagesExtension(options.usage ?? (ca ? CA_USAGE : x509.KeyUsageFlags.digitalSignature), true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
  ];
  if (options.extendedUsage !== undefined) extensions.push(new x509.ExtendedKeyUsageExtension([...options.extendedUsage]));
  if (typeof authorityKeyId === 'string') extensions.push(new x509.AuthorityKeyIdentifierExtension(authorityKeyId));
  else if (by !== undefined && authorityKeyId !== false) {
    extensions.push(await x509.AuthorityKeyIdentifierExtension.create(by.keys.publicKey, false, webcrypto));
  }
  return [...extensions, ...(options.more ?? [])];
}
