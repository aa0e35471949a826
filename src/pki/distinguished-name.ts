import { childrenOf, contentsOf, type DerNode, derOf, isType, oidOf } from './der.ts';

/** RFC 4514 section 3 and what certificates of cert-manager and Istio carry besides. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};

/** A distinguished name: for people as text, for comparison as bytes. */
export interface DistinguishedName {
  /** RFC 4514: last component first. Empty for an empty name. */
  readonly text: string;
  /** The last common name in it, as it stands there. */
  readonly commonName: string | undefined;
  /** Its DER in lower-case hex. */
  readonly der: string;
}

/** @throws DerError where the element is no name. */
export function readName(node: DerNode | undefined): DistinguishedName {
  const parts = childrenOf(node).map((set) => childrenOf(set).map(readAttribute));
  const commonNames = parts.flat().filter(({ type }) => type === 'CN');
  return {
    text: parts
      .toReversed()
      .map((set) => set.map(({ type, shown }) => `${type}=${shown}`).join('+'))
      .join(','),
    commonName: commonNames.at(-1)?.value,
    der: node === undefined ? '' : derOf(node).toString('hex'),
  };
}

function readAttribute(node: DerNode): { type: string; value: string | undefined; shown: string } {
  const [kind, content] = childrenOf(node);
  const oid = oidOf(kind);
  const type = SHORT_NAMES[oid] ?? oid;
  const value = content === undefined ? undefined : textOf(content);
  return { type, value, shown: value === undefined ? `#${content === undefined ? '' : derOf(content).toString('hex')}` : escape(value) };
}

function textOf(node: DerNode): string | undefined {
  if (isType(node, 'UTF8')) return contentsOf(node).toString('utf8');
  if (isType(node, 'PRINTABLESTRING') || isType(node, 'IA5STRING')) return contentsOf(node).toString('latin1');
  return undefined;
}

/** RFC 4514 section 2.4; control and format characters as hex pairs, so that a name can neither break nor turn a line of a card or a log. */
function escape(value: string): string {
  return value
    .replaceAll(/["+,;<>\\]/g, String.raw`\$&`)
    .replaceAll(/^[ #]| $/g, String.raw`\$&`)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''),
    );
}
