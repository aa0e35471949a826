import { formatDuration, MINUTE, SECOND } from '../core/duration.ts';
import type { CaState } from './model.ts';

/** How far clocks of the mesh may be apart: what is signed by a certificate is verified in every cluster. */
export interface Margin {
  /** In milliseconds. */
  readonly ms: number;
  /** The largest skew that was measured; undefined where that of a cluster is not known. */
  readonly skewMs: number | undefined;
}

const SHORTEST = 30 * SECOND;
const UNKNOWN = 5 * MINUTE;
const TIMES = 3;

/** What is waited between the beginning of a certificate and its publication (domain.md C-I): 30 s or three times the skew, 5 min where that is not known. */
export function marginOf(state: CaState): Margin {
  const skews = state.clusters.map(({ skewMs }) => (skewMs.ok ? skewMs.value : undefined));
  if (skews.some((skew) => skew === undefined)) return { ms: UNKNOWN, skewMs: undefined };
  const skewMs = Math.max(0, ...skews.map((skew) => skew ?? 0));
  return { ms: Math.max(SHORTEST, TIMES * skewMs), skewMs };
}

/** `30 s (clock skew 400 ms)`. */
export function shownMargin({ ms, skewMs }: Margin): string {
  return `${formatDuration(ms)} (clock skew ${skewMs === undefined ? 'not known' : formatDuration(skewMs)})`;
}
