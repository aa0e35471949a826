/** What was measured of single clusters, as samples under the rules of alerts. Pure and total. */
import type { Failure } from '../../core/errors.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { verifyChain } from '../../pki/verify.ts';
import type { Cause, HealthSubject, RuleId, Sample } from '../health.ts';
import type { Observed } from '../model.ts';
import type { RequestVerdict } from './request-verdicts.ts';

/** When and where it was measured. */
export interface Taken {
  readonly at: number;
  readonly vantage: string;
}

function sample(
  taken: Taken,
  rule: RuleId,
  subject: HealthSubject,
  told: Pick<Sample, 'outcome' | 'cause' | 'latencyMs' | 'says'>,
): Sample {
  return { ...taken, rule, subject, ...told };
}

/** Whether the API server of a cluster answers us, and in how many milliseconds. */
export function apiSample(cluster: string, seen: Observed<{ readonly latencyMs: number }>, taken: Taken): Sample {
  const subject = { kind: 'api', cluster } as const;
  if (seen.ok) {
    const { latencyMs } = seen.value;
    return sample(taken, 'api-down', subject, { outcome: 'ok', latencyMs, says: `${Math.round(latencyMs)} ms` });
  }
  return sample(taken, 'api-down', subject, { outcome: 'failing', cause: apiCause(cluster, seen.failure) });
}

const API_CODES: Partial<Record<Failure['reason'], readonly [string, string]>> = {
  unreachable: ['api-unreachable', 'the API server cannot be reached'],
  timeout: ['api-silent', 'the API server does not answer in time'],
  tls: ['api-tls', 'the certificate of the API server is not accepted'],
  unauthorized: ['api-unauthorized', 'the API server does not know our token'],
  forbidden: ['api-forbidden', 'the API server refuses what we ask'],
  invalid: ['api-unusable', 'our own kubeconfig for it cannot be used'],
};

function apiCause(cluster: string, { reason, message, next }: Failure): Cause {
  const [code, says] = API_CODES[reason] ?? ['api-error', 'the API server answers with an error'];
  return {
    code,
    says,
    facts: [message],
    hint: next ?? 'Look at the API server.',
    commands: [`kubectl --context ${cluster} get --raw /readyz?verbose`],
  };
}

/** Endpoints of the east-west gateway, from its EndpointSlices. */
export interface GatewayPodsSeen {
  readonly services: number;
  readonly ready: number;
  readonly total: number;
  /** Why pods are not ready, in the words of Kubernetes, such as `ImagePullBackOff`. */
  readonly why: readonly string[];
}

/** Whether a pod of the gateway is ready; undefined where the API server did not say: `api-down` tells of that. */
export function gatewayPodsSample(cluster: string, seen: Observed<GatewayPodsSeen>, taken: Taken): Sample {
  const subject = { kind: 'gatewayPods', cluster } as const;
  if (!seen.ok)
    return sample(taken, 'gateway-pods', subject, {
      outcome: 'unknown',
      cause: unseen('gateway-pods-unseen', 'the pods of the gateway could not be looked at', seen.failure),
    });
  const { services, ready, total, why } = seen.value;
  if (ready > 0) return sample(taken, 'gateway-pods', subject, { outcome: 'ok', says: `${ready} of ${total} ready` });
  const commands = [`kubectl --context ${cluster} -n istio-system get pods -l istio=eastwestgateway -o wide`];
  const cause: Cause =
    services === 0
      ? {
          code: 'gateway-missing',
          says: 'there is no east-west gateway',
          facts: ['no Service carries the label topology.istio.io/network'],
          hint: 'Install the east-west gateway, or give its Service the label of its network.',
          commands,
        }
      : {
          code: 'gateway-not-ready',
          says: [...why, `${ready} of ${total} ready`].join(', '),
          facts: [],
          hint: 'Look at why its pods do not become ready.',
          commands: [`kubectl --context ${cluster} -n istio-system describe pod -l istio=eastwestgateway`],
        };
  return sample(taken, 'gateway-pods', subject, { outcome: 'failing', cause });
}

/** What became of the kubeconfig that the remote secret in `from` holds for `to`; null: there is none. */
export function remoteApiSample(from: string, to: string, seen: Observed<RequestVerdict | null>, taken: Taken): Sample {
  const subject = { kind: 'remoteApi', from, to } as const;
  if (!seen.ok)
    return sample(taken, 'remote-api', subject, {
      outcome: 'unknown',
      cause: unseen('remote-secret-unseen', 'the remote secret could not be read', seen.failure),
    });
  if (seen.value === null) {
    const cause: Cause = {
      code: 'remote-secret-missing',
      says: `${from} has no remote secret for ${to}`,
      facts: [`no Secret with the label istio/multiCluster holds the key ${to}`],
      hint: `Make one: the services of ${to} stay unknown in ${from} without it.`,
      commands: [`kubectl --context ${from} -n istio-system get secrets -l istio/multiCluster=true`],
    };
    return sample(taken, 'remote-api', subject, { outcome: 'failing', cause });
  }
  const { outcome, cause, says, latencyMs } = seen.value;
  return sample(taken, 'remote-api', subject, {
    outcome,
    says,
    ...(cause && { cause }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  });
}

/** What an istiod presents on 15012, or why nothing was seen. */
export interface IstiodSeen {
  readonly pod: string;
  readonly served: Observed<readonly Certificate[]>;
}

export interface IstiodsSeen {
  readonly pods: readonly IstiodSeen[];
  /** The trust bundle of its own cluster. */
  readonly roots: readonly Certificate[];
}

/** Whether every istiod serves a chain that its own cluster trusts. */
export function istiodSample(cluster: string, seen: Observed<IstiodsSeen>, taken: Taken): Sample {
  const subject = { kind: 'istiod', cluster } as const;
  const unknown = (failure: Failure): Sample =>
    sample(taken, 'istiod-serving', subject, {
      outcome: 'unknown',
      cause: unseen('istiod-unseen', 'what istiod serves could not be looked at', failure),
    });
  if (!seen.ok) return unknown(seen.failure);
  const { pods, roots } = seen.value;
  if (roots.length === 0 && pods.some(({ served }) => served.ok && served.value.length > 0)) return unknown(NO_ROOTS);
  const hidden = pods.flatMap(({ served }) => (!served.ok && HIDDEN.has(served.failure.reason) ? [served.failure] : []));
  if (hidden[0] !== undefined) return unknown(hidden[0]);
  const faults = pods.flatMap(({ pod, served }) => {
    const fault = served.ok ? chainFault(served.value, roots, taken.at) : served.failure.message;
    return fault === undefined ? [] : [`${pod}: ${fault}`];
  });
  if (pods.length > 0 && faults.length === 0) {
    return sample(taken, 'istiod-serving', subject, { outcome: 'ok', says: `${pods.length} of ${pods.length} serve a trusted chain` });
  }
  const cause: Cause = {
    code: pods.length === 0 ? 'istiod-absent' : 'istiod-chain',
    says: pods.length === 0 ? 'no istiod runs' : `${faults.length} of ${pods.length} istiods serve no chain that their cluster trusts`,
    facts: faults,
    hint:
      pods.length === 0
        ? 'Look at the Deployment of istiod.'
        : 'Look at cacerts and at the log of istiod: running proxies go on, new ones do not start.',
    commands: [`kubectl --context ${cluster} -n istio-system get pods -l app=istiod`],
  };
  return sample(taken, 'istiod-serving', subject, { outcome: 'failing', cause });
}

/** Nothing to judge a chain by is no fault of the chain. */
const NO_ROOTS: Failure = {
  reason: 'notFound',
  message: 'there is no istio-ca-root-cert in it to judge the chain by',
  next: 'Look at istiod: it publishes the trust bundle.',
};

/** We may not ask, or cannot get there: that says nothing of istiod. */
const HIDDEN: ReadonlySet<Failure['reason']> = new Set(['forbidden', 'unauthorized', 'unreachable', 'cancelled']);

function chainFault([leaf, ...rest]: readonly Certificate[], roots: readonly Certificate[], at: number): string | undefined {
  if (leaf === undefined) return 'it presents no certificate';
  const verified = verifyChain({ leaf, intermediates: rest, roots, at });
  return verified.ok ? undefined : verified.fault.text;
}

/** The Lease of a node, and when it was seen. */
export interface ClockSeen {
  /** How far the API server's clock is from ours by its Date header, in milliseconds, at most. */
  readonly serverSkewMs: number | undefined;
  /** How far nodes are from us by the Leases that their kubelets renew, in milliseconds: ahead where positive. */
  readonly nodes: readonly { readonly node: string; readonly skewMs: number }[];
}

/** Whether the clocks of a cluster agree with ours. */
export function clockSample(
  cluster: string,
  seen: Observed<ClockSeen>,
  { skewAfter, ...taken }: Taken & { readonly skewAfter: number },
): Sample {
  const subject = { kind: 'clock', cluster } as const;
  if (!seen.ok)
    return sample(taken, 'clock-skew', subject, {
      outcome: 'unknown',
      cause: unseen('clock-unseen', 'the clocks could not be looked at', seen.failure),
    });
  const { serverSkewMs, nodes } = seen.value;
  const off = nodes.filter(({ skewMs }) => Math.abs(skewMs) > skewAfter);
  const server =
    serverSkewMs !== undefined && serverSkewMs > skewAfter ? [`API server: ${formatDuration(serverSkewMs)} off by its Date header`] : [];
  const facts = [...off.map(({ node, skewMs }) => `${node}: ${formatDuration(skewMs)} ${skewMs > 0 ? 'ahead' : 'behind'}`), ...server];
  if (facts.length > 0) {
    const cause: Cause = {
      code: 'clock-off',
      says: `clocks are off by more than ${formatDuration(skewAfter)}`,
      facts,
      hint: 'Mend the time service of these machines: a certificate that is new here is not valid yet there.',
      commands: ['timedatectl status', 'chronyc tracking'],
    };
    return sample(taken, 'clock-skew', subject, { outcome: 'failing', cause });
  }
  if (nodes.length === 0 && serverSkewMs === undefined) {
    const cause: Cause = {
      code: 'clock-unseen',
      says: 'nothing shows the clocks of this cluster',
      facts: [],
      hint: 'Grant reading Leases in kube-node-lease.',
      commands: [],
    };
    return sample(taken, 'clock-skew', subject, { outcome: 'unknown', cause });
  }
  const most = Math.max(0, serverSkewMs ?? 0, ...nodes.map(({ skewMs }) => Math.abs(skewMs)));
  return sample(taken, 'clock-skew', subject, { outcome: 'ok', says: `within ${formatDuration(most)}` });
}

/** Whether the canary is there; null: it is not. */
export function canarySample(
  cluster: string,
  seen: Observed<{ readonly available: number; readonly desired: number } | null>,
  taken: Taken,
): Sample {
  const subject = { kind: 'canary', cluster } as const;
  if (!seen.ok)
    return sample(taken, 'canary-missing', subject, {
      outcome: 'unknown',
      cause: unseen('canary-unseen', 'the canary could not be looked at', seen.failure),
    });
  const state = seen.value;
  if (state !== null && state.available > 0)
    return sample(taken, 'canary-missing', subject, { outcome: 'ok', says: `${state.available} of ${state.desired} ready` });
  const cause: Cause =
    state === null
      ? {
          code: 'canary-absent',
          says: 'no canary is there, so that nothing behind its gateway is asked',
          facts: [],
          hint: 'Put it there with `meshwarden canary install`.',
          commands: [`meshwarden canary install --cluster ${cluster}`],
        }
      : {
          code: 'canary-not-ready',
          says: `no pod of the canary is ready: ${state.available} of ${state.desired}`,
          facts: [],
          hint: 'Look at why its pod does not become ready.',
          commands: [`kubectl --context ${cluster} -n mesh-canary describe pods`],
        };
  return sample(taken, 'canary-missing', subject, { outcome: 'failing', cause });
}

/** The public request from the edge to a service of `to`. */
export function publicPathSample(from: string, to: string, { outcome, cause, says, latencyMs }: RequestVerdict, taken: Taken): Sample {
  const told = { outcome, says, ...(cause && { cause }), ...(latencyMs === undefined ? {} : { latencyMs }) };
  return sample(taken, 'public-path', { kind: 'publicPath', from, to }, told);
}

function unseen(code: string, says: string, { message, next }: Failure): Cause {
  return { code, says, facts: [message], hint: next ?? 'Look at the API server of the cluster.', commands: [] };
}
