/** PEM as Go's encoding/pem reads it: text between blocks is skipped, and so is a block that is not well formed. */
import { readCertificate, type Certificate } from '../../../src/pki/certificate.ts';

const BLOCK = /(?:^|\n)-----BEGIN (?<label>[A-Z0-9 ]+)-----[ \t\r]*\n(?<body>[\s\S]*?)\n-----END \k<label>-----[ \t\r]*(?=\n|$)/g;
const BASE64 = /^[A-Za-z0-9+/=\s]*$/;

/** One block: its label and what it holds. */
export interface GoBlock {
  readonly label: string;
  readonly der: Buffer;
  /** The block by itself, ended by one newline. */
  readonly pem: string;
}

/** The well-formed blocks of a text, in their order. */
export function goBlocks(text: string): GoBlock[] {
  return [...text.matchAll(BLOCK)].flatMap(({ groups }) => {
    const { label = '', body = '' } = groups ?? {};
    if (!BASE64.test(body)) return [];
    const der = Buffer.from(body, 'base64');
    const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
    return [{ label, der, pem: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n` }];
  });
}

/** A certificate and its block. */
export interface GoCertificate extends GoBlock {
  readonly certificate: Certificate;
}

/** Certificates that were read lately: of a mesh, every istiod reads the same root several times. */
const lately = new Map<string, Certificate | undefined>();
const KEPT = 256;

/** The certificates of a text; a pool skips what does not parse. */
export function goCertificates(text: string): GoCertificate[] {
  return goBlocks(text).flatMap((block) => {
    const certificate = block.label === 'CERTIFICATE' ? certificateOf(block) : undefined;
    return certificate === undefined ? [] : [{ ...block, certificate }];
  });
}

function certificateOf({ pem, der }: GoBlock): Certificate | undefined {
  if (lately.has(pem)) return lately.get(pem);
  const read = readCertificate(der);
  const certificate = read.ok ? read.value : undefined;
  const [oldest] = lately.keys();
  if (lately.size >= KEPT && oldest !== undefined) lately.delete(oldest);
  lately.set(pem, certificate);
  return certificate;
}
