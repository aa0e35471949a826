/**
 * Watches what happens to the authorities of a mesh and tells every instant at which one of the nine safety rules did not hold. It knows nothing of planners: it is
 * fed with what was seen, in the order in which it was seen.
 */
import { inspectCacerts, type CacertsFacts } from '../src/pki/cacerts.ts';
import { bundleDifference, sameBundle } from '../src/pki/bundle.ts';
import type { Certificate } from '../src/pki/certificate.ts';
import { crossCheckCacerts } from '../src/pki/cross-check-cacerts.ts';
import { shownName, verifyChain } from '../src/pki/verify.ts';

/** What a change was made for; undefined: by nobody of ours. */
export type Purpose = 'distribute' | 'intermediate' | 'root' | 'emergency' | 'restore' | 'adopt' | 'releaseHold' | undefined;

export type MeshEvent = { readonly at: number; readonly cluster: string } & (
  | {
      /** The Secret `cacerts` is there, or changed; data null: it is gone. */
      readonly kind: 'cacerts';
      readonly data: Readonly<Record<string, Uint8Array>> | null;
      readonly annotations: Readonly<Record<string, string>>;
      readonly purpose: Purpose;
      /** Who owned its data before; undefined: it was not there. */
      readonly ownedBy: string | undefined;
      /** The resourceVersion that the request carried, and the one that was there. */
      readonly restsOn: string | undefined;
      readonly was: string | undefined;
    }
  | {
      /** A copy is there; data null: gone. */ readonly kind: 'backup';
      readonly name: string;
      readonly data: Readonly<Record<string, Uint8Array>> | null;
    }
  /** What an istiod presents, its own certificate first; empty: it has ended. */
  | { readonly kind: 'served'; readonly pod: string; readonly chain: readonly Certificate[] }
  /** The bundle that the namespaces of a cluster are told. */
  | { readonly kind: 'published'; readonly roots: readonly Certificate[] }
  /** A workload has a new certificate, and trusts these roots from now on; an empty chain: it has ended. */
  | { readonly kind: 'workload'; readonly name: string; readonly chain: readonly Certificate[]; readonly trusts: readonly Certificate[] }
  /** We roll istiod. `away`: clusters whose API server does not answer. */
  | { readonly kind: 'restart'; readonly away: readonly string[] }
);

export interface Breach {
  readonly rule: number;
  readonly at: number;
  readonly text: string;
}

export interface Invariants {
  feed(event: MeshEvent): void;
  /** In the order in which they were seen. */
  violations(): readonly Breach[];
}

type Of<K extends MeshEvent['kind']> = Extract<MeshEvent, { readonly kind: K }>;
type CacertsEvent = Of<'cacerts'>;

interface Holder {
  readonly chain: readonly Certificate[];
  readonly trusts: readonly Certificate[];
}

interface World {
  readonly cacerts: Map<string, CacertsEvent>;
  readonly backups: Map<string, string>;
  readonly served: Map<string, readonly Certificate[]>;
  readonly published: Map<string, readonly Certificate[]>;
  readonly workloads: Map<string, Holder>;
  /** Clusters that are written and not yet proved, with the proof that stood there at the write. */
  readonly open: Map<string, string | undefined>;
}

type Say = (rule: number, text: string) => void;

const PREFIX = 'meshwarden.dev/';

export function createInvariants({ pinnedRoot }: { readonly pinnedRoot: string | undefined }): Invariants {
  const world: World = {
    cacerts: new Map(),
    backups: new Map(),
    served: new Map(),
    published: new Map(),
    workloads: new Map(),
    open: new Map(),
  };
  const breaches: Breach[] = [];
  return {
    feed(event) {
      const say: Say = (rule, text) => breaches.push({ rule, at: event.at, text: `${event.cluster}: ${text}` });
      take(world, event, { say, pinnedRoot });
      checkTrust(world, event.at, say);
    },
    violations: () => [...breaches],
  };
}

interface Context {
  readonly say: Say;
  readonly pinnedRoot: string | undefined;
}

function take(world: World, event: MeshEvent, context: Context): void {
  const { cluster } = event;
  switch (event.kind) {
    case 'cacerts':
      return takeCacerts(world, event, context);
    case 'backup':
      world.backups.delete(`${cluster}/${event.name}`);
      if (event.data !== null) world.backups.set(`${cluster}/${event.name}`, bytesOf(event.data));
      return;
    case 'served':
      world.served.set(`${cluster}/${event.pod}`, event.chain);
      return;
    case 'published':
      world.published.set(cluster, event.roots);
      return;
    case 'workload':
      world.workloads.set(`${cluster}/${event.name}`, event);
      return;
    case 'restart':
      if (event.away.length > 0) context.say(6, `istiod is restarted while ${event.away.join(', ')} does not answer`);
  }
}

function takeCacerts(world: World, event: CacertsEvent, context: Context): void {
  const before = world.cacerts.get(event.cluster);
  world.cacerts.set(event.cluster, event);
  const proved = event.annotations[`${PREFIX}proved`];
  const changed = event.data !== null && bytesOf(event.data) !== bytesOf(before?.data ?? {});
  if (!changed && world.open.has(event.cluster) && world.open.get(event.cluster) !== proved) world.open.delete(event.cluster);
  if (event.purpose === undefined) return;
  checkWrite(event, context.say);
  if (!changed || event.data === null) return;
  const facts = inspectCacerts(event.data);
  const was = before?.data === undefined || before.data === null ? undefined : inspectCacerts(before.data);
  const isCopy = [...world.backups.values()].includes(bytesOf(event.data));
  checkData(world, event, { facts, was, isCopy }, context);
  checkHistory(world, event, { before, isCopy, facts }, context.say);
  checkRoots(event, facts, was, context.say);
  world.open.set(event.cluster, proved);
}

/** Rules 7 and 8, which hold for notes beside the data too. */
function checkWrite({ ownedBy, purpose, restsOn, was }: CacertsEvent, say: Say): void {
  if (ownedBy !== undefined && ownedBy !== 'meshwarden' && purpose !== 'adopt') say(7, `what ${ownedBy} owns was written`);
  if (restsOn !== was) say(8, `the write rests on ${restsOn ?? 'nothing'}, and ${was ?? 'nothing'} was there`);
}

interface Data {
  readonly facts: CacertsFacts;
  readonly was: CacertsFacts | undefined;
  readonly isCopy: boolean;
}

/** Faults that an emergency and a change of the root may have for a while. */
const ALLOWED: Partial<Readonly<Record<NonNullable<Purpose>, readonly string[]>>> = {
  emergency: ['too-fresh', 'short-life', 'duplicate-roots'],
  root: ['duplicate-roots'],
};

/** Rule 3. */
function checkData(
  world: World,
  { at, cluster, purpose = 'distribute' }: CacertsEvent,
  { facts, was, isCopy }: Data,
  { say, pinnedRoot }: Context,
): void {
  const allowed = ALLOWED[purpose] ?? [];
  for (const { code, text } of crossCheckCacerts(facts, { now: at, skewMs: 0 })) if (!allowed.includes(code)) say(3, text);
  const key = facts.key?.publicKeyFingerprint;
  for (const [other, { data }] of world.cacerts) {
    if (other !== cluster && data !== null && inspectCacerts(data).key?.publicKeyFingerprint === key)
      say(3, `its key is that of ${other} too`);
  }
  checkAge({ facts, was, isCopy }, say);
  const root = rootOf([...facts.signing, ...facts.chain], facts.roots);
  if (was === undefined && (root === undefined || root.fingerprint !== pinnedRoot)) say(3, 'the first write is not under the pinned root');
}

function checkAge({ facts, was, isCopy }: Data, say: Say): void {
  const [next, present] = [facts.signing[0], was?.signing[0]];
  if (next === undefined || present === undefined || isCopy || next.issuerDer !== present.issuerDer) return;
  if (next.notBefore < present.notBefore) say(3, 'the certificate is older than the one it replaces');
}

interface History {
  readonly before: CacertsEvent | undefined;
  readonly isCopy: boolean;
  readonly facts: CacertsFacts;
}

/** Rules 4 and 5. */
function checkHistory(world: World, { cluster }: CacertsEvent, { before, isCopy, facts }: History, say: Say): void {
  const mends = isCopy && world.open.has(cluster);
  if (!mends && !hasCopyOf(world, cluster, before?.data ?? null)) say(4, 'there is no copy of what was replaced');
  const fingerprint = facts.signing[0]?.fingerprint ?? '';
  if (before?.annotations[`${PREFIX}hold`] === fingerprint) say(4, 'what is on hold was written');
  if (before?.annotations[`${PREFIX}revoked`]?.split(',').includes(fingerprint) === true) say(4, 'what is revoked was written');
  const others = [...world.open.keys()].filter((name) => name !== cluster);
  if (others.length > 0 && !isCopy) say(5, `it was written while ${others.join(', ')} was not proved`);
}

function hasCopyOf({ backups }: World, cluster: string, data: CacertsEvent['data']): boolean {
  if (data === null) return true;
  const bytes = bytesOf(data);
  return [...backups].some(([name, copy]) => name.startsWith(`${cluster}/`) && copy === bytes);
}

/** Rules 2 and 9. */
function checkRoots({ purpose }: CacertsEvent, facts: CacertsFacts, was: CacertsFacts | undefined, say: Say): void {
  if (was === undefined || purpose === 'root' || purpose === 'adopt') return;
  const sameSet = sameBundle(facts.roots, was.roots);
  const mayRepeat = purpose === 'restore' || (purpose === 'emergency' && sameSet);
  if (facts.rootBytesSha256 !== was.rootBytesSha256 && !mayRepeat) say(2, 'the bytes of root-cert.pem changed');
  const [root, present] = [facts, was].map((one) => rootOf([...one.signing, ...one.chain], one.roots));
  if (present !== undefined && root?.fingerprint !== present.fingerprint) say(9, 'it signs under another root');
}

/** Rule 1, at this instant: the root of every signer and of every live certificate against everybody who has to trust it. */
function checkTrust({ served, workloads, published }: World, at: number, say: Say): void {
  const known = [...published.values(), ...[...workloads.values()].map(({ trusts }) => trusts)].flat();
  const chains = [...served, ...[...workloads].map(([name, { chain }]) => [name, chain] as const)];
  const alive = [...workloads].filter(([, { chain }]) => chain.length > 0);
  for (const [name, chain] of chains) {
    const [leaf] = chain;
    if (leaf === undefined || leaf.notAfter < at) continue;
    const root = rootOf(chain, known);
    if (root === undefined) {
      say(1, `nobody can verify ${name}`);
      continue;
    }
    for (const [other, { trusts }] of alive)
      if (bundleDifference([root], trusts).length > 0) say(1, `${other} does not trust ${shownName(root)}, under which ${name} is`);
    for (const [other, roots] of published)
      if (bundleDifference([root], roots).length > 0) say(1, `${other} is not told of ${shownName(root)}, under which ${name} is`);
  }
}

/** Whatever the clock says: at the beginning of the first certificate. */
function rootOf([leaf, ...rest]: readonly Certificate[], roots: readonly Certificate[]): Certificate | undefined {
  if (leaf === undefined) return undefined;
  const result = verifyChain({ leaf, intermediates: rest, roots, at: Math.max(leaf.notBefore, ...rest.map(({ notBefore }) => notBefore)) });
  return result.ok ? result.path.at(-1) : undefined;
}

/** Equal data, equal text. Stays in this process: it holds the private key of a lab. */
function bytesOf(data: Readonly<Record<string, Uint8Array>>): string {
  return JSON.stringify(
    Object.keys(data)
      .toSorted()
      .map((key) => [key, Buffer.from(data[key] ?? []).toString('base64')]),
  );
}
