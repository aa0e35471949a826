import type { ClusterConfig, Config } from '../../config/config.ts';
import { DAY, formatDuration, formatRelative, SECOND } from '../../core/duration.ts';
import type { Observed } from '../../mesh/model.ts';
import type { ApiServerFacts, ClusterSetup, InsideFacts, KubeconfigFacts } from '../../mesh/setup.ts';
import { KUBERNETES, placeIn } from '../../mesh/versions.ts';
import { failed, failedBy, ok, untried, warning, whenSeen, type Finding } from './result.ts';
import { judgeCanary } from './canary.ts';
import { judgeRights } from './rights.ts';
import { judgeSigner } from './signer.ts';

export interface ClusterSubject {
  readonly cluster: ClusterConfig;
  readonly config: Config;
  readonly now: number;
  /** Clusters before this one that are the very same one. */
  readonly sameAs: readonly string[];
}

const SERVICE_ACCOUNT = 'Use the token of a service account: deploy/rbac/reader.yaml makes one, then';

/** One cluster, from its kubeconfig to what is in it. */
export function judgeCluster({ kubeconfig, api, inside }: ClusterSetup, subject: ClusterSubject): readonly Finding[] {
  if (!kubeconfig.ok)
    return [
      failedBy('cluster-kubeconfig', kubeconfig.failure),
      untried('cluster-reachable', 'nothing else tried: the kubeconfig cannot be used'),
    ];
  return [
    ok('cluster-kubeconfig', `kubeconfig · ${kubeconfig.value.server}`),
    ...wayIn(kubeconfig.value, subject.now),
    ...(api === undefined ? [] : server(api, kubeconfig.value)),
    ...(inside === undefined
      ? [untried('cluster-rights', 'rights and contents not tried: the API server does not answer')]
      : within(inside, subject)),
  ];
}

const LOOPBACK = /^https?:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::|\/|$)/;

function wayIn(facts: KubeconfigFacts, now: number): readonly Finding[] {
  const { server, execPlugin, unverified } = facts;
  const found: Finding[] = [];
  if (LOOPBACK.test(server))
    found.push(
      warning(
        'cluster-loopback',
        'Its address is this very machine: it works here, and neither from a container nor from another machine',
        'Put the tailnet address of the server into the kubeconfig (k3s writes 127.0.0.1), and add it to the certificate: k3s --tls-san.',
      ),
    );
  if (execPlugin !== undefined)
    found.push({
      ...warning('cluster-exec-plugin', `Its token comes from the program ${execPlugin}, which a container does not have`, SERVICE_ACCOUNT),
      paste: ['kubectl -n meshwarden create token meshwarden --duration=8760h'],
    });
  if (unverified)
    found.push(
      warning(
        'cluster-kubeconfig',
        'The certificate of the server is not checked',
        'Remove insecure-skip-tls-verify and set certificate-authority-data.',
      ),
    );
  return [...found, ...ends(facts, now)];
}

const SOON = 30 * DAY;

function ends({ certificateEnds, tokenEnds, execPlugin }: KubeconfigFacts, now: number): readonly Finding[] {
  const [kind, at] = certificateEnds === undefined ? (['token', tokenEnds] as const) : (['client certificate', certificateEnds] as const);
  if (at === undefined || execPlugin !== undefined) return [];
  const text = `The ${kind} ${at <= now ? 'expired' : 'ends'} ${formatRelative(at, now)}`;
  const next = 'Write the kubeconfig of this cluster again before that, or give it a longer life.';
  if (at <= now) return [failed('cluster-credentials-end', text, 'Write the kubeconfig of this cluster again.')];
  return [
    at - now < SOON
      ? warning('cluster-credentials-end', text, next)
      : ok('cluster-credentials-end', `${kind} ends ${formatRelative(at, now)}`),
  ];
}

function server(api: Observed<ApiServerFacts>, { unverified }: KubeconfigFacts): readonly Finding[] {
  if (!api.ok) return [failedBy('cluster-reachable', api.failure)];
  const { latencyMs, clockAheadMs } = api.value;
  return [
    ok('cluster-reachable', `answers in ${formatDuration(latencyMs)}${unverified ? '' : ', and its certificate is right'}`),
    version(api.value),
    ...(clockAheadMs === undefined ? [] : [judgeClock('cluster-clock', clockAheadMs)]),
  ];
}

function version({ gitVersion, major, minor }: ApiServerFacts): Finding {
  const place = placeIn(KUBERNETES, { major, minor });
  const range = `1.${KUBERNETES.oldest} to 1.${KUBERNETES.newest}`;
  if (place === 'known') return ok('cluster-version', `Kubernetes ${gitVersion}`);
  if (place === 'newer')
    return warning('cluster-version', `Kubernetes ${gitVersion} is newer than what was tried (${range})`, 'It most likely works.');
  return warning('cluster-version', `Kubernetes ${gitVersion} is older than what Istio supports (${range})`, 'Upgrade this cluster.');
}

const CLOCK_WARNS = 30 * SECOND;
const CLOCK_FAILS = 90 * SECOND;

/** Two clocks. Certificates are good from the minute they are issued, so clocks that differ refuse each other's. */
export function judgeClock(check: 'cluster-clock' | 'redis-clock', aheadMs: number): Finding {
  const off = Math.abs(aheadMs);
  if (off <= CLOCK_WARNS) return ok(check, 'its clock and ours agree');
  const text = `Its clock is ${formatDuration(off)} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`;
  const next = 'Have both machines take their time from NTP: timedatectl status.';
  return off > CLOCK_FAILS ? failed(check, text, next) : warning(check, text, next);
}

function within(inside: InsideFacts, subject: ClusterSubject): readonly Finding[] {
  const { config, cluster, sameAs } = subject;
  const { istioNamespace } = config.mesh;
  const istio = whenSeen('cluster-istio', `namespace ${istioNamespace}`, inside.istioNamespace, (there) => [
    there
      ? ok('cluster-istio', `namespace ${istioNamespace} is there`)
      : failed(
          'cluster-istio',
          `There is no namespace ${istioNamespace}`,
          'Install Istio in this cluster, or correct mesh.istioNamespace.',
        ),
  ]);
  return [
    inside.user.ok ? ok('cluster-user', `we are ${inside.user.value}`) : failedBy('cluster-user', inside.user.failure),
    ...judgeRights(inside, config.authority.root.namespace),
    ...istio,
    ...name(inside, cluster.name),
    ...distinct(inside, sameAs),
    ...judgeCanary(inside, config, cluster.name),
    ...(inside.authority === undefined ? [] : judgeSigner(inside.authority, config)),
  ];
}

function name({ istioIds }: InsideFacts, wanted: string): readonly Finding[] {
  return whenSeen('cluster-name', 'the cluster ID of istiod', istioIds, (ids) => {
    if (ids.length === 0) return [untried('cluster-name', 'the cluster ID of istiod not compared: no istiod tells it')];
    const others = ids.filter((id) => id !== wanted);
    if (others.length === 0) return [ok('cluster-name', `istiod calls it ${wanted} too`)];
    return [
      failed(
        'cluster-name',
        `istiod calls this cluster ${others.join(', ')}, the configuration ${wanted}`,
        `Set clusters[].name to ${others[0]}, or Istio's global.multiCluster.clusterName to ${wanted}.`,
      ),
    ];
  });
}

function distinct({ uid }: InsideFacts, sameAs: readonly string[]): readonly Finding[] {
  if (sameAs.length > 0)
    return [
      failed(
        'cluster-distinct',
        `This is the same cluster as ${sameAs.join(', ')}`,
        'Correct clusters[].context or clusters[].kubeconfig of one of them.',
      ),
    ];
  return whenSeen('cluster-distinct', 'whether it is another cluster', uid, () => []);
}
