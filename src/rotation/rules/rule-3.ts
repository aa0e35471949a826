import { crossCheckCacerts, type CacertsFault } from '../../pki/cross-check-cacerts.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { MINUTE, SECOND } from '../../core/duration.ts';
import type { CaState } from '../model.ts';
import { instant, isSame, nameOf, rootOf, type RuleCase, valueOf } from './case.ts';
import { type Change, changeOf } from './change.ts';

const SHORTEST_MARGIN = 30 * SECOND;
const UNKNOWN_MARGIN = 5 * MINUTE;

/** What is given up in an emergency, with approval: waiting, and a long life. */
const GIVEN_UP: ReadonlySet<string> = new Set(['too-fresh', 'short-life']);

/** Nothing is written that does not verify, is not whole, is too fresh or older than what it replaces, or has its key in two clusters. */
export function whatIsWrittenVerifies(one: RuleCase): readonly string[] {
  const change = changeOf(one);
  if (change.kind === 'none') return [];
  if (change.kind === 'unknown') return [change.why];
  const [signing] = change.after.signing;
  return [
    ...faults(change, one).map(({ text }) => text),
    ...(signing === undefined ? [] : [...tooFresh(change, signing, one), ...older(change, signing), ...twice(change, signing, one)]),
    ...notPinned(change, one),
  ];
}

function faults(change: Change, { state, goal, now }: RuleCase): readonly CacertsFault[] {
  const { step, after } = change;
  const emergency = goal.kind === 'emergency';
  const promotion = step.kind === 'write' && !emergency ? { promotion: { renewBeforeMs: state.policy.renewBeforeMs } } : {};
  const found = crossCheckCacerts(after, { now, skewMs: emergency ? 0 : marginOf(state), ...promotion });
  return found.filter((fault) => !(emergency && GIVEN_UP.has(fault.code)) && !isKept(fault, change) && !mayRepeat(fault, goal.kind));
}

/** Bytes that stay as they are, or go back as they were, are neither made nor mended by this. */
function isKept({ code, key }: CacertsFault, { step, before, after }: Change): boolean {
  if (step.kind === 'restore') return code === 'not-canonical' || code === 'duplicate-roots';
  const sameRoots = before !== null && before.facts.rootBytesSha256 === after.rootBytesSha256;
  return sameRoots && key === 'root-cert.pem' && (code === 'not-canonical' || code === 'duplicate-roots');
}

/** A root written twice makes every agent sign anew. */
function mayRepeat({ code }: CacertsFault, goal: string): boolean {
  return code === 'duplicate-roots' && (goal === 'root' || goal === 'emergency');
}

/** 30 s or three times the skew, 5 min where a skew is not known, in milliseconds. */
function marginOf({ clusters }: CaState): number {
  const skews = clusters.map(({ skewMs }) => valueOf(skewMs));
  if (skews.includes(undefined)) return UNKNOWN_MARGIN;
  return Math.max(SHORTEST_MARGIN, ...skews.map((skew) => 3 * (skew ?? 0)));
}

function tooFresh({ step }: Change, { notBefore }: Certificate, { state, goal, now }: RuleCase): readonly string[] {
  if (step.kind !== 'write' || goal.kind === 'emergency') return [];
  const from = notBefore + marginOf(state);
  return from > now ? [`The certificate is too fresh for clocks that may be behind: not before ${instant(from)}.`] : [];
}

function older({ before, after, step }: Change, signing: Certificate): readonly string[] {
  const present = before?.facts.signing[0];
  if (step.kind !== 'write' || before === null || present === undefined) return [];
  // Another generation is as old as it is; a root rotation says which one signs.
  if (!isSame(rootOf(before.facts), rootOf(after))) return [];
  return signing.notBefore < present.notBefore ? ['The certificate is older than the one it would replace.'] : [];
}

function twice({ cluster }: Change, { publicKeyFingerprint }: Certificate, { state }: RuleCase): readonly string[] {
  const inUse = state.clusters.filter((other) => {
    const facts = valueOf(other.cacerts)?.facts;
    return facts !== undefined && [facts.key, ...facts.signing].some((one) => one?.publicKeyFingerprint === publicKeyFingerprint);
  });
  const issued = valueOf(state.signer)?.sources.filter(({ secret }) => {
    const assembly = valueOf(secret)?.assembly;
    return assembly?.ok === true && assembly.signing.publicKeyFingerprint === publicKeyFingerprint;
  });
  const names = new Set([...inUse.map(nameOf), ...(issued ?? []).map((source) => source.cluster)]);
  names.delete(nameOf(cluster));
  return names.size === 0 ? [] : [`The key is that of ${[...names].join(', ')} too.`];
}

function notPinned({ before, after }: Change, { state }: RuleCase): readonly string[] {
  if (before !== null) return [];
  const root = rootOf(after);
  return root !== undefined && state.policy.pinnedRoot === root.fingerprint
    ? []
    : ['It would be the first write, and the configuration pins another root or none.'];
}
