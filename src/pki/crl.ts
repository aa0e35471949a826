/** Lists of revoked certificates (RFC 5280, 5.1), as far as istiod and the proxies look at them. */
import { verify, X509Certificate } from 'node:crypto';
import { type Certificate } from './certificate.ts';
import { childrenOf, contentsOf, type DerNode, derOf, DerError, instantOf, isType, oidOf, readDer } from './der.ts';
import { readName } from './distinguished-name.ts';
import type { InputFaultCode } from './fault.ts';
import { readPem, shownLabel, type PemBlock } from './pem.ts';
import { shownName } from './verify.ts';

/** One list. Instants are UTC milliseconds. */
export interface RevocationList {
  /** For people, and as DER in lower-case hex. */
  readonly issuer: string;
  readonly issuerDer: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  /** Serial numbers as certificates show them: upper-case hex. */
  readonly revoked: readonly string[];
  /** What the issuer signed, with which algorithm, and the signature. */
  readonly signed: Uint8Array;
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

/**
 * Why lists cannot be put beside a chain: what their PEM lacks, or
 *
 * - `bad-crl` a block is no list
 * - `unknown-issuer` a list of somebody who is no CA of the chain
 * - `bad-signature` a list in the name of a CA of the chain that its key did not sign
 * - `no-crl-sign` a CA of the chain that may not sign lists, so that istiod takes none from it
 * - `uncovered` a CA of the chain without a list: istiod refuses the whole update
 * - `not-yet-valid`, `expired`, `no-next-update` the times of a list
 * - `revokes-chain` a list that revokes a certificate of the chain
 */
export type CrlFaultCode =
  | InputFaultCode
  | 'bad-crl'
  | 'unknown-issuer'
  | 'bad-signature'
  | 'no-crl-sign'
  | 'uncovered'
  | 'not-yet-valid'
  | 'expired'
  | 'no-next-update'
  | 'revokes-chain';

export interface CrlFault {
  readonly code: CrlFaultCode;
  /** One sentence. */
  readonly text: string;
}

export interface CrlReading {
  readonly lists: readonly RevocationList[];
  readonly faults: readonly CrlFault[];
}

/** Reads a PEM text that holds lists and nothing else: keeps what can be read and tells all that cannot. */
export function readCrls(text: string): CrlReading {
  const { blocks, faults: unread } = readPem(text);
  const lists: RevocationList[] = [];
  const faults: CrlFault[] = unread.map(({ code, text: why }) => ({ code, text: why }));
  for (const block of blocks) {
    const read = readBlock(block);
    if ('code' in read) faults.push(read);
    else lists.push(read);
  }
  if (blocks.length === 0 && faults.length === 0) faults.push({ code: 'no-block', text: 'There is no PEM block in it.' });
  return { lists, faults };
}

function readBlock({ label, der, line }: PemBlock): RevocationList | CrlFault {
  if (label.endsWith('PRIVATE KEY')) return { code: 'private-key', text: `Line ${line}: a private key stands where lists belong.` };
  if (label !== 'X509 CRL') return { code: 'wrong-block', text: `Line ${line}: a block ${shownLabel(label)} stands where lists belong.` };
  try {
    return parse(der);
  } catch (error) {
    if (error instanceof DerError) return { code: 'bad-crl', text: `Line ${line}: the list ${error.message}.` };
    throw error;
  }
}

function parse(der: Uint8Array): RevocationList {
  const [body, algorithm, signature] = childrenOf(readDer(der));
  const all = childrenOf(body);
  // The version is left out of a v1 list.
  const [, issuer, thisUpdate, ...rest] = isType(all[0], 'INTEGER') ? all.slice(1) : all;
  const nextUpdate = isType(rest[0], 'UTCTIME') || isType(rest[0], 'GENERALIZEDTIME') ? rest[0] : undefined;
  const entries = rest.find((part) => isType(part, 'SEQUENCE'));
  const name = readName(issuer);
  if (body === undefined || !isType(signature, 'BITSTRING')) throw new DerError('lacks a signature');
  return {
    issuer: name.text,
    issuerDer: name.der,
    thisUpdate: instantOf(thisUpdate),
    nextUpdate: nextUpdate === undefined ? undefined : instantOf(nextUpdate),
    revoked: entries === undefined ? [] : childrenOf(entries).map((entry) => serialOf(childrenOf(entry)[0])),
    signed: derOf(body),
    algorithm: oidOf(childrenOf(algorithm)[0]),
    // A bit string begins with the number of unused bits, which is 0 for a signature.
    signature: contentsOf(signature).subarray(1),
  };
}

/** Without the zero byte that keeps a number positive. */
function serialOf(node: DerNode | undefined): string {
  if (!isType(node, 'INTEGER')) throw new DerError('lacks a serial number');
  return contentsOf(node)
    .toString('hex')
    .replace(/^(?:00)+(?=..)/, '')
    .toUpperCase();
}

const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
};

/** True where the list stands in the name of `authority` and its key verifies the signature. */
export function isListOf({ issuerDer, signed, algorithm, signature }: RevocationList, authority: Certificate): boolean {
  const hash = HASHES[algorithm];
  if (hash === undefined || issuerDer !== authority.subjectDer) return false;
  return verify(hash, signed, new X509Certificate(authority.der).publicKey, signature);
}

/** Go refuses the list of an issuer with a key usage that lacks cRLSign (crypto/x509 RevocationList.CheckSignatureFrom), and istiod checks with it. */
export function maySignLists({ isCa, keyUsage }: Certificate): boolean {
  return isCa && (keyUsage === undefined || keyUsage.includes('cRLSign'));
}

export interface CrlSubject {
  readonly text: string;
  /** From the intermediate to its root: each must have a list. */
  readonly chain: readonly Certificate[];
  /** UTC milliseconds. */
  readonly now: number;
}

/** Everything that speaks against putting lists beside a chain; empty where istiod and the proxies would take them. */
export function checkCrls({ text, chain, now }: CrlSubject): readonly CrlFault[] {
  const { lists, faults } = readCrls(text);
  const barred = chain.filter((authority) => !maySignLists(authority));
  return [
    ...faults,
    ...lists.flatMap((list) => faultsOf(list, chain, now)),
    ...barred.map((authority): CrlFault => ({
      code: 'no-crl-sign',
      text: `${shownName(authority)} may not sign lists (its key usage lacks cRLSign), so that istiod takes none from it.`,
    })),
    ...chain
      .filter((authority) => !lists.some((list) => isListOf(list, authority)))
      .map((authority): CrlFault => ({ code: 'uncovered', text: `There is no list of ${shownName(authority)}.` })),
  ];
}

function faultsOf(list: RevocationList, chain: readonly Certificate[], now: number): readonly CrlFault[] {
  const { issuer, thisUpdate, nextUpdate, revoked } = list;
  const named = chain.filter(({ subjectDer }) => subjectDer === list.issuerDer);
  if (named.length === 0) return [{ code: 'unknown-issuer', text: `The list of ${issuer} is of no CA of the chain.` }];
  if (!named.some((authority) => isListOf(list, authority)))
    return [{ code: 'bad-signature', text: `The list of ${issuer} is not signed by its key.` }];
  const found: CrlFault[] = [];
  if (thisUpdate > now) found.push({ code: 'not-yet-valid', text: `The list of ${issuer} is valid only from ${shown(thisUpdate)}.` });
  if (nextUpdate === undefined) found.push({ code: 'no-next-update', text: `The list of ${issuer} does not say when the next one comes.` });
  else if (nextUpdate <= now) found.push({ code: 'expired', text: `The list of ${issuer} ended at ${shown(nextUpdate)}.` });
  const hit = chain.filter(({ issuerDer, serial }) => issuerDer === list.issuerDer && revoked.includes(serial));
  found.push(...hit.map((one): CrlFault => ({ code: 'revokes-chain', text: `The list of ${issuer} revokes ${shownName(one)} itself.` })));
  return found;
}

function shown(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
