import type { Verdict } from '../mesh/report.ts';
import type { MeshStatus } from '../mesh/status.ts';

/** 0: looked and found nothing wrong. 1: found problems. 2: could not look, or not at everything and found nothing wrong. */
export type ExitCode = 0 | 1 | 2;

const CODES: Readonly<Record<Verdict, ExitCode>> = { healthy: 0, problems: 1, unknown: 2 };

/** No cluster that answers is no look at all, whatever that says of the clusters. */
export function exitCodeOf({ clusters, report }: MeshStatus): ExitCode {
  if (clusters.every(({ failure }) => failure !== undefined)) return 2;
  return CODES[report.verdict];
}
