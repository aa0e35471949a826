/** The certificates that a workload shows: those that its istiod signed, and those that it should never have got. */
import { createPublicKey } from 'node:crypto';
import type { Clock } from '../../src/core/clock.ts';
import type { Signing } from '../controllers/istiod/authority.ts';
import { type Authority, createAuthority, newKey, printKey, signerOf } from '../pki/authority.ts';
import { signCertificate } from '../pki/sign.ts';

/** What a sidecar shows. `none`: it has got nothing yet. */
export type ShownChain =
  | 'mesh'
  | 'expired'
  | 'notYetValid'
  | 'expiredIntermediate'
  | 'withoutRoot'
  | 'leafOnly'
  | 'foreign'
  | 'foreignWithoutRoot'
  | 'foreignRootAppended'
  | 'none';

/** A chain with its key, and the roots of the authority behind it. */
export interface Shown {
  /** The chain, the leaf first. */
  readonly chain: readonly string[];
  readonly keyPem: string;
  /** Of istiod's bundle, as PEM. */
  readonly roots: string;
}

export interface ChainSource {
  readonly clock: Clock;
  readonly spiffe: string;
  /** What istiod signs with at this moment; undefined: no istiod runs. */
  readonly signing: () => Signing | undefined;
  /** The root of the mesh, which signs what istiod would not. */
  readonly root: Authority;
}

/** Answers the chain of now; undefined: there is none. */
export type Chains = (wanted: ShownChain) => Shown | undefined;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Leaves begin so long before they were signed (istio: `ClockSkewGracePeriod`). */
const BACKDATED_MS = 120_000;
/** An agent asks anew when half of the life is over (`SECRET_GRACE_PERIOD_RATIO`). */
const RENEWED_MS = DAY_MS / 2;

interface Life {
  readonly notBefore: number;
  readonly notAfter: number;
}

interface Kept {
  readonly shown: Shown;
  readonly at: number;
}

/** A workload of one cluster. Chains are kept until half of their life is over or the roots are others. */
export function createChains(source: ChainSource): Chains {
  const { clock, signing } = source;
  const kept = new Map<ShownChain, Kept>();
  let foreign: Authority | undefined;
  const foreignRoot = (): Authority =>
    (foreign ??= createAuthority({ commonName: 'another-root-ca', ...around(clock.now(), 30 * DAY_MS, 3650 * DAY_MS) }));

  return (wanted) => {
    const now = clock.now();
    const last = kept.get(wanted);
    const own = signing();
    if (own === undefined || wanted === 'none') return wanted === 'none' ? undefined : last?.shown;
    if (last !== undefined && now < last.at + RENEWED_MS && last.shown.roots === own.texts.roots) return last.shown;
    const { chain, keyPem } = issue(wanted, { ...source, own, now, foreignRoot });
    const shown = { chain, keyPem, roots: own.texts.roots };
    kept.set(wanted, { shown, at: now });
    return shown;
  };
}

function around(now: number, before: number, after: number): Life {
  return { notBefore: now - before, notAfter: now + after };
}

interface Issuing extends ChainSource {
  readonly own: Signing;
  readonly now: number;
  readonly foreignRoot: () => Authority;
}

type Issued = Pick<Shown, 'chain' | 'keyPem'>;

function issue(wanted: Exclude<ShownChain, 'none'>, issuing: Issuing): Issued {
  const { own, now, spiffe, root, foreignRoot } = issuing;
  const good = around(now, BACKDATED_MS, DAY_MS);
  const leaf = (life: Life = good): Issued => withChain(own, spiffe, life);
  switch (wanted) {
    case 'mesh':
      return leaf();
    case 'expired':
      return leaf(around(now, DAY_MS, -HOUR_MS));
    case 'notYetValid':
      return leaf(around(now, -2 * HOUR_MS, DAY_MS));
    case 'expiredIntermediate':
      return under(root, { spiffe, leaf: good, intermediate: around(now, 60 * DAY_MS, -HOUR_MS) }, true);
    case 'withoutRoot':
      return cut(leaf(), 2);
    case 'leafOnly':
      return cut(leaf(), 1);
    case 'foreign':
    case 'foreignWithoutRoot':
      return under(foreignRoot(), { spiffe, leaf: good, intermediate: around(now, DAY_MS, 90 * DAY_MS) }, wanted === 'foreign');
    default: {
      // With the root of somebody else behind it.
      const right = cut(leaf(), 2);
      return { ...right, chain: [...right.chain, foreignRoot().rootPem] };
    }
  }
}

function cut({ chain, keyPem }: Issued, count: number): Issued {
  return { chain: chain.slice(0, count), keyPem };
}

function withChain(own: Signing, spiffe: string, life: Life): Issued {
  const key = newKey();
  const request = { commonName: undefined, publicKey: createPublicKey(key), ca: undefined, names: { spiffe }, ...life };
  return { chain: [signCertificate(request, signerOf(own)), ...own.chain], keyPem: printKey(key) };
}

interface UnderRoot {
  readonly spiffe: string;
  readonly leaf: Life;
  readonly intermediate: Life;
}

function under(root: Authority, { spiffe, leaf, intermediate }: UnderRoot, withRoot: boolean): Issued {
  const authority = root.issueIntermediate({ commonName: 'another-intermediate', ...intermediate });
  const { certificatePem, keyPem } = authority.issueLeaf({ spiffe, ...leaf });
  return { chain: [certificatePem, authority.certificatePem, ...(withRoot ? [authority.rootPem] : [])], keyPem };
}
