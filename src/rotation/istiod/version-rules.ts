/** What istiod does differently from version to version with a plugged-in CA, release by release. */
import { parseVersion, type Version } from '../../mesh/versions.ts';

/** How sure it is: the real one was recorded doing so, its source says so, or it is newer than what is known. */
export type Basis = 'recorded' | 'source' | 'newest-known';

export interface VersionRules {
  readonly basis: Basis;
  /** Since 1.27 some of the known files without the others end the start; before, a missing `ca-key.pem` made istiod sign by itself. */
  readonly incompleteEndsStart: boolean;
  /** Since 1.27 a file `ca-crl.pem` must cover every CA of the chain. */
  readonly readsCrl: boolean;
  /** `set`: by DER, since 1.30. `text`: one bundle must stand in the other as a whole. */
  readonly comparesRoots: 'set' | 'text';
  /** Workload certificates end no later than their signer, and an expired signer refuses to sign: 1.28.7, 1.29.3, 1.30. */
  readonly clampsLeaves: boolean;
  /** The version to take instead, where this one hands out but one root of several (istio#55793): it must not rotate a root. */
  readonly losesRoots: string | undefined;
  /** One sentence each, for a person. */
  readonly warnings: readonly string[];
}

const OLDEST = 24;
const NEWEST = 31;
const RECORDED: ReadonlySet<string> = new Set(['1.28.10', '1.30.3']);
const LOSES_ROOTS: Readonly<Record<string, string>> = { '1.24.4': '1.24.5', '1.25.1': '1.25.2' };

/** The first patch of a minor release whose leaves are clamped; later minors all do. */
const CLAMPS_SINCE: Readonly<Record<number, number>> = { 28: 7, 29: 3 };

export type VersionRead =
  | { readonly known: true; readonly rules: VersionRules }
  | { readonly known: false; /** One sentence. */ readonly why: string };

/** The rules of a version as its image tag or `/version` tells it. Too old a version and a text that is none are told apart from known ones. */
export function rulesOfVersion(text: string | undefined): VersionRead {
  const version = text === undefined ? undefined : parseVersion(text);
  if (version === undefined) return { known: false, why: `The version of istiod is not known (${text ?? 'nothing tells it'}).` };
  const { major, minor } = version;
  if (major < 1 || (major === 1 && minor < OLDEST)) {
    return { known: false, why: `istiod ${text} is too old: what it does with new CA files is known from 1.${OLDEST} on.` };
  }
  const newer = major > 1 || minor > NEWEST;
  return { known: true, rules: rulesOf(newer ? { major: 1, minor: NEWEST, patch: undefined } : version, newer ? text : undefined) };
}

function rulesOf(version: Version, newer: string | undefined): VersionRules {
  const { minor, patch } = version;
  const name = `1.${minor}.${patch ?? '?'}`;
  const losesRoots = LOSES_ROOTS[name];
  const warnings = [
    ...(newer === undefined ? [] : [`istiod ${newer} is newer than 1.${NEWEST}, the newest whose rules are known; those are taken.`]),
    ...(losesRoots === undefined
      ? []
      : [`istiod ${name} hands out but one of several roots: take ${losesRoots} before a root is rotated.`]),
  ];
  return {
    basis: newer === undefined ? (RECORDED.has(name) ? 'recorded' : 'source') : 'newest-known',
    incompleteEndsStart: minor >= 27,
    readsCrl: minor >= 27,
    comparesRoots: minor >= 30 ? 'set' : 'text',
    clampsLeaves: minor >= 30 || (patch ?? 0) >= (CLAMPS_SINCE[minor] ?? Infinity),
    losesRoots,
    warnings,
  };
}
