import type { Config } from '../../config/config.ts';
import { formatDuration } from '../../core/duration.ts';
import { hostAnswered, type ConnectFailureKind } from '../../mesh/probing/gateway-observation.ts';
import { judgePublicPath } from '../../mesh/probing/request-verdicts.ts';
import type { GatewaySetup, ProbesSetup, PublicPathSetup } from '../../mesh/setup.ts';
import { CONNECT_WORDS } from './connect-words.ts';
import { ok, untried, warning, type Finding } from './result.ts';
import { judgeWatching } from './watching.ts';

/** What is measured from here. What does not answer is no fault of the set-up: the service tells of it, so that it is a warning. */
export function judgeProbes({ gateways, publicPaths }: ProbesSetup, config: Config): readonly Finding[] {
  return [
    ...judgeWatching(config),
    ...(config.clusters.length < 2 ? [] : [...gateways.map(gateway), ...without(config)]),
    ...publicPaths.map(publicPath),
  ];
}

const ADDRESS = 'correct clusters[].gateway where it listens elsewhere';
const LINK = `Look at the tailnet on both sides (tailscale ping), and ${ADDRESS}.`;
const PODS = `Look at the pods and the Service of that gateway, and ${ADDRESS}.`;

const NEXT: Readonly<Record<ConnectFailureKind, string>> = {
  refused: PODS,
  timeout: LINK,
  unreachable: LINK,
  'name-unknown': 'Correct clusters[].gateway.address, or the DNS of this machine.',
  'proxy-away': 'Mend tailscale.proxy first.',
  'proxy-refused': LINK,
  local: 'Look at the limits of this process: files that it may open, ports that are free.',
  cancelled: 'Run it again.',
};

function gateway({ cluster, where, connect }: GatewaySetup): Finding {
  const check = 'probes-gateways';
  if (connect.ok) return ok(check, `the gateway of ${cluster} takes connections at ${where}, in ${formatDuration(connect.tookMs)}`);
  const { kind } = connect.failure;
  if (kind === 'proxy-away') return untried(check, `the gateway of ${cluster} not tried: the proxy does not answer`);
  // A proxy has one word for every failure; that it came at once says that the host refused.
  const seen = hostAnswered(connect) ? 'refused' : kind;
  return warning(check, `No connection to the gateway of ${cluster} at ${where}: ${CONNECT_WORDS[seen]}`, NEXT[seen]);
}

/** Clusters of our own network are reached without one. */
function without({ clusters, probes }: Config): readonly Finding[] {
  const here = clusters.find(({ name }) => name === probes.vantage);
  return clusters
    .filter((one) => one !== here && one.gateway === undefined && one.network !== here?.network)
    .map(({ name }) =>
      untried('probes-gateways', `the gateway of ${name} not tried: clusters[].gateway is not set, so that it is not measured`),
    );
}

function publicPath({ url, status, seen }: PublicPathSetup): Finding {
  const check = 'probes-public';
  const verdict = judgePublicPath(seen, { url, status });
  if (verdict.outcome === 'ok') return ok(check, `${shown(url)} answers ${verdict.says}`);
  const { says = verdict.says, facts = [], hint = 'Run it again.' } = verdict.cause ?? {};
  const why = facts[0] === undefined ? '' : ` (${facts[0]})`;
  return warning(check, `${shown(url)}: ${says}${why}`, hint);
}

/** Without what may be a secret: user, password and query. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
