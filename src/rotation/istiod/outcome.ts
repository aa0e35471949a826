/** What istiod does with CA files that it is given: one pure function, as recorded and as its source says. */
import { isSubsetOf } from '../../pki/bundle.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { verifyChain, WORKLOAD_USAGES } from '../../pki/verify.ts';
import type { IstiodFlags } from '../model.ts';
import { verifyFiles, type WholeFiles } from './accepts.ts';
import type { IstiodFiles } from './files.ts';
import { type Basis, rulesOfVersion, type VersionRules } from './version-rules.ts';

export interface IstiodChange {
  /** As its image tag or `/version` tells it. */
  readonly version: string | undefined;
  readonly flags: IstiodFlags;
  /** UTC milliseconds on the clock of istiod. */
  readonly at: number;
  /** `reload`: a running istiod sees its volume change. */
  readonly occasion: 'start' | 'reload';
  /**
   * What it runs with, at a reload: the last files it accepted, which need not be those that the Secret held last. Null: it signs by itself, and then it
   * watches no files. Not looked at for a start.
   */
  readonly old: IstiodFiles | null;
  /** Null: there is no Secret. */
  readonly next: IstiodFiles | null;
}

/**
 * - `accept` it signs with the new files
 * - `refuse-silently` it stays with the old ones, says so in its log alone, and tries again only when the files change again
 * - `crash-at-start` it ends with exit code 255, again and again
 * - `self-signed-start` it makes, or keeps, a CA of its own
 * - `ignored` it does not look
 * - `unknown` not to be told from what is known; treat it as a refusal
 */
export type IstiodVerdict = 'accept' | 'refuse-silently' | 'crash-at-start' | 'self-signed-start' | 'ignored' | 'unknown';

export interface IstiodOutcome {
  readonly verdict: IstiodVerdict;
  /** The log line that tells, up to where times and names begin; for `ignored` and `unknown` there is none. */
  readonly log: { readonly level: 'info' | 'warn' | 'error'; readonly text: string } | undefined;
  /** One sentence for a person, where istiod itself says nothing. */
  readonly why: string | undefined;
  /** What it presents after its own certificate and signs with, and the bundle it hands out. Undefined: not from these files, or not known. */
  readonly serves:
    | { readonly signing: Certificate; readonly chain: readonly Certificate[]; readonly roots: readonly Certificate[] }
    | undefined;
  /** What it will sign can be verified by its peers. False: accepted with a success in the log, and broken. */
  readonly leavesVerify: boolean;
  /** The bundle's text changes and is pushed: every agent asks for a new certificate at once. */
  readonly agentsSignAnew: boolean;
  /** What its next start will do with the same files; for a start, its own verdict. */
  readonly atNextStart: IstiodVerdict;
  /** A trap: all is well until a pod is replaced. */
  readonly acceptedAtReloadButCrashesAtStart: boolean;
  readonly basis: Basis | undefined;
  readonly warnings: readonly string[];
}

/** The part that start and reload decide for themselves. */
type Told = Pick<IstiodOutcome, 'verdict' | 'log' | 'why'> & { readonly runs: WholeFiles | 'old' | undefined };

const ACCEPTED = 'Istiod has detected the newly added intermediate CA and updated its key and certs accordingly';
const NO_CA = 'failed to create discovery service: failed to create CA: failed to create an istiod CA: ';

/** Tells what istiod does. Total: whatever it is asked, there is an answer. */
export function istiodOutcome(change: IstiodChange): IstiodOutcome {
  const read = rulesOfVersion(change.version);
  if (!read.known) return complete(unknown(read.why), change, undefined);
  return complete(change.occasion === 'start' ? start(change, read.rules) : reload(change, read.rules), change, read.rules);
}

function start({ next, flags, at }: IstiodChange, rules: VersionRules): Told {
  const present = next === null ? [] : [next.key, next.signing, next.roots, next.chain].filter((file) => file !== undefined);
  const bySelf = rules.incompleteEndsStart ? present.length === 0 : next?.key === undefined;
  if (next === null || bySelf) return selfSigned('Use self-signed certificate as the CA certificate');
  if (rules.incompleteEndsStart && present.length < 4) return crash('incomplete signing CA bundle detected');
  if (flags.cacertsForSelfSigned && next.istioGenerated) {
    return selfSigned('IstioGenerated cacerts secret found, use it as the CA certificate');
  }
  const verdict = verifyFiles(next, rules, at);
  if (verdict.kind === 'unseen') return unknown(verdict.why);
  if (verdict.kind === 'bad') return crash(`failed to create CA KeyCertBundle (${verdict.says}`);
  return startWith(verdict.files, at);
}

/** What only a start asks: the CA flag, and the end of the chain file's first certificate. */
function startWith(files: WholeFiles, at: number): Told {
  const [first] = files.signing.certificates;
  if (first?.isCa !== true) return crash('certificate is not authorized to sign other certificates');
  if (!files.chain.empty && !files.chain.startsWell) {
    return crash('failed to get default cert TTL failed to get cert chain TTL failed to extract cert expiration timestamp: ');
  }
  const [chainFirst] = files.chain.certificates;
  if (chainFirst !== undefined && chainFirst.notAfter < at) return crash('failed to get default cert TTL ');
  return { verdict: 'accept', log: { level: 'info', text: 'Use local CA certificate' }, why: undefined, runs: files };
}

function reload({ old, next, flags, at }: IstiodChange, rules: VersionRules): Told {
  const ignored = (why: string): Told => ({ verdict: 'ignored', log: undefined, why, runs: old === null ? undefined : 'old' });
  if (old === null) return ignored('istiod started without these files, so that it does not watch them: it takes them at its next start.');
  if (next === null) return ignored('The kubelet keeps the files of a Secret that is gone: istiod notices at its next start.');
  const roots = next.roots;
  if (roots === undefined)
    return refuse('error', `failed reading root-cert.pem: open /etc/cacerts/${next.names.roots}: no such file or directory`);
  const refusal = refuseRoots(old, next, flags, rules);
  if (refusal !== undefined) return refusal;
  const verdict = verifyFiles(next, rules, at);
  if (verdict.kind === 'unseen') return unknown(verdict.why);
  if (verdict.kind === 'bad') return refuse('error', `Failed to update new Plug-in CA certs: ${verdict.says}`);
  return { verdict: 'accept', log: { level: 'info', text: ACCEPTED }, why: undefined, runs: verdict.files };
}

/** Bytes first; other bytes only with several roots allowed, and only where one bundle is part of the other. */
function refuseRoots(old: IstiodFiles, next: IstiodFiles, flags: IstiodFlags, rules: VersionRules): Told | undefined {
  if (old.roots === undefined || next.roots === undefined) return unknown('The roots that istiod runs with are not known.');
  if (old.roots.sha256 !== '' && old.roots.sha256 === next.roots.sha256) return undefined;
  if (!flags.multiRoot) return refuse('warn', 'Multi root is disabled, updating new ROOT-CA not supported');
  const part =
    rules.comparesRoots === 'set'
      ? partBySet(old.roots.certificates, next.roots.certificates)
      : partByText(old.roots.text, next.roots.text);
  if (part === undefined) return unknown('This version compares the text of the roots, and only their hash is known.');
  return part ? undefined : refuse('warn', 'Updating new ROOT-CA not supported');
}

function partBySet(old: readonly Certificate[], next: readonly Certificate[]): boolean {
  return isSubsetOf(old, next) || isSubsetOf(next, old);
}

function partByText(old: string | undefined, next: string | undefined): boolean | undefined {
  return old === undefined || next === undefined ? undefined : old.includes(next) || next.includes(old);
}

function complete(told: Told, change: IstiodChange, rules: VersionRules | undefined): IstiodOutcome {
  const { verdict, log, why, runs } = told;
  const serves = servesOf(runs, change.old);
  const atNextStart = change.occasion === 'start' || rules === undefined ? verdict : start(change, rules).verdict;
  return {
    verdict,
    log,
    why,
    serves,
    leavesVerify: serves !== undefined && leavesVerify(serves, change.at),
    agentsSignAnew: verdict === 'accept' && change.occasion === 'reload' && signAnew(change),
    atNextStart,
    acceptedAtReloadButCrashesAtStart: verdict === 'accept' && atNextStart === 'crash-at-start',
    basis: rules?.basis,
    warnings: rules?.warnings ?? [],
  };
}

function servesOf(runs: Told['runs'], old: IstiodFiles | null): IstiodOutcome['serves'] {
  const files = runs === 'old' ? old : runs;
  const [signing] = files?.signing?.certificates ?? [];
  if (files === null || files === undefined || signing === undefined) return undefined;
  const chain = files.chain?.startsWell === true ? files.chain.certificates : [];
  return { signing, chain, roots: files.roots?.certificates ?? [] };
}

/** Peers are sent the leaf and the chain: the signing certificate has to be its first, and the rest has to lead to a root of the bundle. */
function leavesVerify({ signing, chain, roots }: NonNullable<IstiodOutcome['serves']>, at: number): boolean {
  if (chain[0]?.fingerprint !== signing.fingerprint) return false;
  return verifyChain({ leaf: signing, intermediates: chain, roots, at, usages: WORKLOAD_USAGES, signs: true }).ok;
}

function signAnew({ flags, old, next }: IstiodChange): boolean {
  return flags.multiRoot && flags.xdsAgent && old?.roots?.sha256 !== next?.roots?.sha256;
}

function refuse(level: 'warn' | 'error', text: string): Told {
  return { verdict: 'refuse-silently', log: { level, text }, why: undefined, runs: 'old' };
}

function crash(text: string): Told {
  return { verdict: 'crash-at-start', log: { level: 'error', text: NO_CA + text }, why: undefined, runs: undefined };
}

function selfSigned(text: string): Told {
  return { verdict: 'self-signed-start', log: { level: 'info', text }, why: undefined, runs: undefined };
}

function unknown(why: string): Told {
  return { verdict: 'unknown', log: undefined, why, runs: undefined };
}
