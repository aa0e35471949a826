import type { Prober } from '../actions/alerts.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { ClusterPool } from '../k8s/clusters.ts';
import { LOCAL_VANTAGE } from '../mesh/health.ts';

export interface ProberParts {
  readonly config: Config;
  readonly pool: ClusterPool;
  readonly machine: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
}

/** What measures from this process. */
export function openProber({ config }: ProberParts): Prober {
  const nothing = async () => [];
  return { vantage: config.probes.vantage ?? LOCAL_VANTAGE, quick: nothing, slow: nothing, publicPath: nothing, layers: nothing };
}
