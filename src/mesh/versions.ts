/** What is known of the versions of the components: kept by hand, release by release. */

export interface Version {
  readonly major: number;
  readonly minor: number;
  /** Undefined where it is not told. */
  readonly patch: number | undefined;
}

/** Minor releases: the oldest and the newest that were tried, and the oldest that its makers still mend. All of major version 1. */
interface Range {
  readonly oldest: number;
  readonly newest: number;
}

/** Istio 1.30 runs on 1.32 to 1.36 (istio.io supported releases); 1.37 was tried against a real API server. */
export const KUBERNETES: Range = { oldest: 32, newest: 37 };

/** cert-manager mends its two latest minor releases (cert-manager.io/docs/releases). */
export const CERT_MANAGER: Range = { oldest: 20, newest: 21 };

/** Istio mends a minor release until some six weeks after the second one that follows it (istio.io supported releases). */
export const ISTIO: Range = { oldest: 30, newest: 31 };

/** Reads `1.30.4`, `v1.21.1`, `1.30.4-distroless`, `1.31-rc.0`; undefined where the text begins with no version. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(?<major>\d+)\.(?<minor>\d+)(?:\.(?<patch>\d+))?(?![\w.])/.exec(text);
  if (match?.groups === undefined) return undefined;
  const { major, minor, patch } = match.groups;
  return { major: Number(major), minor: Number(minor), patch: patch === undefined ? undefined : Number(patch) };
}

/** Where a version lies in a range. Major versions other than 1 are newer or older than all of them. */
export function placeIn({ oldest, newest }: Range, { major, minor }: Pick<Version, 'major' | 'minor'>): 'older' | 'known' | 'newer' {
  if (major > 1 || (major === 1 && minor > newest)) return 'newer';
  return major < 1 || minor < oldest ? 'older' : 'known';
}
