/** Lists of revoked certificates, as far as istiod looks at them: by whom each was signed (RFC 5280, 5.1). */
import { verify, X509Certificate } from 'node:crypto';
import type { Certificate } from '../../pki/certificate.ts';
import { childrenOf, contentsOf, derOf, DerError, isType, oidOf, readDer } from '../../pki/der.ts';
import { readPem } from '../../pki/pem.ts';

interface Crl {
  readonly issuerDer: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly hash: string;
}

const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/** The certificates whose issuer publishes nothing in a text of lists: istiod refuses the whole update while there is one. */
export function withoutCrl(text: string, authorities: readonly Certificate[]): readonly Certificate[] {
  const lists = readPem(text).blocks.flatMap(({ label, der }) => (label === 'X509 CRL' ? read(der) : []));
  return authorities.filter((authority) => !lists.some((list) => isSignedBy(list, authority)));
}

function read(der: Uint8Array): readonly Crl[] {
  try {
    const [body, algorithm, signature] = childrenOf(readDer(der));
    const fields = childrenOf(body);
    const issuer = fields[isType(fields[0], 'INTEGER') ? 2 : 1];
    const hash = HASHES[oidOf(childrenOf(algorithm)[0])];
    if (body === undefined || issuer === undefined || signature === undefined || hash === undefined) return [];
    // A bit string begins with the number of unused bits, which is 0 for a signature.
    return [{ issuerDer: derOf(issuer).toString('hex'), signed: derOf(body), signature: contentsOf(signature).subarray(1), hash }];
  } catch (error) {
    // What is no list covers nobody, which is what the caller is told.
    if (error instanceof DerError) return [];
    throw error;
  }
}

function isSignedBy(list: Crl, authority: Certificate): boolean {
  if (list.issuerDer !== authority.subjectDer) return false;
  return verify(list.hash, list.signed, new X509Certificate(authority.der).publicKey, list.signature);
}
