import { type ChainRequest, verifyChain } from '../../src/pki/verify.ts';
import { DAY, issue, NOW, x509 } from './issue.ts';

/** Everything that the cases below take their certificates from, by name. */
export async function growForest() {
  const root = await issue({ name: 'root', notAfter: NOW + 3650 * DAY });
  const other = await issue({ name: 'other', notAfter: NOW + 3650 * DAY });
  const twin = await issue({ name: 'root', notAfter: NOW + 3650 * DAY });
  const renewed = await issue({ name: 'root', keys: root.keys, notBefore: NOW - 2 * DAY, notAfter: NOW + 7300 * DAY });
  const expiredRoot = await issue({ name: 'root', keys: root.keys, notBefore: NOW - 9 * DAY, notAfter: NOW - DAY });
  const intermediate = await issue({ name: 'intermediate', by: root });
  const ofExpired = await issue({ name: 'of-expired', by: root, notBefore: NOW - 9 * DAY, notAfter: NOW - DAY });
  const fresh = await issue({ name: 'fresh', by: root, notBefore: NOW + 1000 });
  const closed = await issue({ name: 'closed', by: root, pathLength: 0 });
  const below = await issue({ name: 'below', by: closed });
  const noCa = await issue({ name: 'no-ca', by: root, ca: false });
  const noSign = await issue({ name: 'no-sign', by: root, usage: x509.KeyUsageFlags.digitalSignature });
  const strangeId = await issue({ name: 'strange-id', by: root, authorityKeyId: '00'.repeat(20) });
  const noId = await issue({ name: 'no-id', by: twin, authorityKeyId: false });
  const clientOnly = await issue({ name: 'client-only', by: root, extendedUsage: ['1.3.6.1.5.5.7.3.2'] });
  const anyUsage = await issue({ name: 'any-usage', by: root, extendedUsage: ['2.5.29.37.0'] });
  const critical = await issue({ name: 'critical', by: root, more: [new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]))] });
  const crossed = await issue({ name: 'other', by: root, keys: other.keys, notAfter: NOW + 365 * DAY });
  const ofOther = await issue({ name: 'of-other', by: other });
  const leaf = await issue({ name: 'leaf', by: intermediate, ca: false });
  const leafBelow = await issue({ name: 'leaf-below', by: below, ca: false });
  const leafOfNoCa = await issue({ name: 'leaf-of-no-ca', by: noCa, ca: false });
  const leafOfNoSign = await issue({ name: 'leaf-of-no-sign', by: noSign, ca: false });
  const leafOfClosed = await issue({ name: 'leaf-of-closed', by: closed, ca: false });
  const leafOfExpired = await issue({ name: 'leaf-of-expired', by: ofExpired, ca: false });
  return {
    root,
    other,
    twin,
    renewed,
    'expired-root': expiredRoot,
    intermediate,
    'of-expired': ofExpired,
    fresh,
    closed,
    below,
    'no-ca': noCa,
    'no-sign': noSign,
    'strange-id': strangeId,
    'no-id': noId,
    'client-only': clientOnly,
    'any-usage': anyUsage,
    critical,
    crossed,
    'of-other': ofOther,
    leaf,
    'leaf-below': leafBelow,
    'leaf-of-no-ca': leafOfNoCa,
    'leaf-of-no-sign': leafOfNoSign,
    'leaf-of-closed': leafOfClosed,
    'leaf-of-expired': leafOfExpired,
  };
}

export type Forest = Awaited<ReturnType<typeof growForest>>;
export type Name = keyof Forest;

/** A request by the names of the forest, at {@link NOW} unless it says otherwise. */
export interface Question extends Partial<Pick<ChainRequest, 'at' | 'usages' | 'signs'>> {
  readonly leaf: Name;
  readonly via?: readonly Name[];
  readonly roots: readonly Name[];
}

/** The path by name, or the fault with the name of its certificate. */
export function ask(forest: Forest, { leaf, via = [], roots, ...options }: Question) {
  const certificate = (name: Name) => forest[name].certificate;
  const names = new Map(Object.entries(forest).map(([name, { certificate }]) => [certificate.fingerprint, name]));
  const pools = { intermediates: via.map(certificate), roots: roots.map(certificate) };
  const result = verifyChain({ leaf: certificate(leaf), ...pools, at: NOW, ...options });
  if (result.ok) return result.path.map(({ fingerprint }) => names.get(fingerprint));
  const { code, text, certificate: at } = result.fault;
  return { code, at: names.get(at.fingerprint), text };
}
