/** What a prober is made of: the ways out of this process, opened once. */
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Random } from '../../core/random.ts';
import type { ClusterClient } from '../../k8s/client.ts';
import type { ClusterPool } from '../../k8s/clusters.ts';
import type { Member } from '../../k8s/collect.ts';
import type { CanaryState } from '../../k8s/probing/canary-install.ts';
import { NodeClocks } from '../../k8s/probing/clocks.ts';
import { EnvoyCounters } from '../../k8s/probing/gateway-envoy.ts';
import type { RemoteKubeconfig } from '../../k8s/probing/remote-kubeconfigs.ts';
import type { Reading } from '../../k8s/readers/reading.ts';
import { LOCAL_VANTAGE } from '../../mesh/health.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { createDialer, type Dialer } from '../../probes/dial.ts';
import { createControlApi } from '../../tailnet/control-api.ts';
import { createLocalApi } from '../../tailnet/local-api.ts';
import { createTailnetMeter, type TailnetMeter } from '../../tailnet/measure.ts';
import { createMemo, type Memo } from './memo.ts';

export interface ProberOptions {
  /** Only ways that begin here: a worker elsewhere leaves single clusters to the service. */
  readonly onlyWays?: boolean;
  /** Clusters in which a worker measures by itself; absent: in none. */
  readonly measuredElsewhere?: () => Promise<readonly string[]>;
  readonly config: Config;
  readonly pool: ClusterPool;
  readonly machine: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
}

/** What the probes of a process share. */
export interface ProberParts extends ProberOptions {
  readonly vantage: string;
  /** The cluster that this process runs in; undefined: in none that is known. */
  readonly here: Member | undefined;
  /** Into the tailnet. */
  readonly dialer: Dialer;
  /** To public addresses, as somebody outside reaches them. */
  readonly publicDialer: Dialer;
  readonly tailnet: TailnetMeter;
  /** Whether a LocalAPI is asked. Without it a link is judged by TCP alone. */
  readonly pings: boolean;
  readonly nodeClocks: NodeClocks;
  readonly envoyCounters: EnvoyCounters;
  /** What changes seldom, kept for a minute. */
  readonly kept: {
    readonly bundle: Memo<readonly Certificate[]>;
    readonly canary: Memo<CanaryState | null>;
    readonly remotes: Memo<readonly RemoteKubeconfig[]>;
  };
}

const KEPT_MS = 60_000;

export function openParts(options: ProberOptions): ProberParts {
  const { config, pool, machine } = options;
  const { tailscale, probes } = config;
  const { clock } = machine;
  const { socket, control } = tailscale;
  const vantage = probes.vantage ?? LOCAL_VANTAGE;
  const secret = control?.clientSecret;
  return {
    ...options,
    vantage,
    here: pool.members.find(({ identity }) => identity.name === probes.vantage),
    dialer: createDialer({ proxy: tailscale.proxy, connectWithinMs: probes.connectWithin, clock }),
    publicDialer: createDialer({ proxy: undefined, connectWithinMs: probes.connectWithin, clock }),
    tailnet: createTailnetMeter({
      local: socket === undefined ? undefined : createLocalApi({ socket, clock }),
      control: control === undefined || secret === undefined ? undefined : createControlApi({ ...control, clientSecret: secret }, clock),
      clock,
    }),
    pings: socket !== undefined,
    nodeClocks: new NodeClocks(),
    envoyCounters: new EnvoyCounters(),
    kept: { bundle: createMemo(clock, KEPT_MS), canary: createMemo(clock, KEPT_MS), remotes: createMemo(clock, KEPT_MS) },
  };
}

/** The clusters on the other side of a way that begins here: all but our own. */
export function othersOf({ pool, here }: Pick<ProberParts, 'pool' | 'here'>): readonly Member[] {
  return pool.members.filter((member) => member !== here);
}

/** What readers of a cluster are given. */
export function readingOf(client: ClusterClient, signal: AbortSignal): Reading {
  return { client, signal, kubeconfigs: new Map() };
}
