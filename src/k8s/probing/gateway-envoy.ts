import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { OperatorError, toFailure } from '../../core/errors.ts';
import type { EnvoyEvidence } from '../../mesh/probing/gateway-evidence.ts';
import type { ClusterClient } from '../client.ts';
import { labelSelectorOf } from '../label-selector.ts';
import { readGatewayServices } from '../readers/east-west.ts';
import { shaped, type Reading } from '../readers/reading.ts';
import { PODS } from '../resources.ts';
import { askPod } from './pod-http.ts';

/** Envoy's admin interface, on the loopback address of the pod. */
const ADMIN_PORT = 15_000;
const DEADLINE_MS = 2_500;
/** Gateways have few pods; of many some are enough. */
const MOST_PODS = 3;
/** Of each host: https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats */
const CONNECT_FAIL = 'cx_connect_fail';

const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ phase: z.string().default('') }).default({ phase: '' }),
});

const Clusters = z.object({
  cluster_statuses: z
    .array(
      z.object({
        name: z.string(),
        host_statuses: z
          .array(
            z.object({
              health_status: z
                .object({
                  eds_health_status: z.string().optional(),
                  failed_active_health_check: z.boolean().optional(),
                  failed_outlier_check: z.boolean().optional(),
                })
                .default({}),
              // A value of 0 is left out.
              stats: z.array(z.object({ name: z.string(), value: z.coerce.number().default(0) })).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

export interface EnvoyQuestion {
  /** The name that is asked for, which is the name of Envoy's cluster too. */
  readonly servername: string;
  readonly clock: Clock;
  readonly counters: EnvoyCounters;
}

/** What was counted so long ago says nothing of what is cut now, in milliseconds. */
const REMEMBERED_MS = 60_000;

/** Remembers how many connections to endpoints had failed, so that a rise can be told. */
export class EnvoyCounters {
  readonly #last = new Map<string, { readonly count: number; readonly at: number }>();

  /** By how much it rose since the last look; undefined: nobody looked of late, or the Envoy began anew. */
  rise(key: string, count: number, now: number): number | undefined {
    const before = this.#last.get(key);
    this.#last.set(key, { count, at: now });
    return before === undefined || now - before.at > REMEMBERED_MS || count < before.count ? undefined : count - before.count;
  }
}

/**
 * What the Envoys of a cluster's gateway know of a name: whether they have it, and how many of its endpoints are healthy. It takes the right to forward ports.
 * @throws OperatorError where no pod of the gateway could be asked.
 */
export async function readGatewayEnvoys(reading: Reading, { servername, clock, counters }: EnvoyQuestion): Promise<EnvoyEvidence> {
  const pods = await runningPods(reading);
  const answers = await Promise.allSettled(pods.map((pod) => askEnvoy(pod, reading, clock)));
  const seen = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (seen.length === 0) throw firstFailure(answers, reading.client);
  const hosts = seen.flatMap(({ cluster_statuses }) =>
    cluster_statuses.filter(({ name }) => name === servername).map(({ host_statuses }) => host_statuses),
  );
  const all = hosts.flat();
  const healthy = all.filter(({ health_status }) => {
    const { eds_health_status: status = 'HEALTHY', failed_active_health_check: active, failed_outlier_check: outlier } = health_status;
    return status === 'HEALTHY' && active !== true && outlier !== true;
  });
  const failed = all.flatMap(({ stats }) => stats.filter(({ name }) => name === CONNECT_FAIL)).reduce((sum, { value }) => sum + value, 0);
  const connectFailRose = counters.rise(`${reading.client.cluster}/${servername}`, failed, clock.now());
  return {
    known: hosts.length > 0,
    hosts: all.length,
    healthy: healthy.length,
    ...(connectFailRose === undefined ? {} : { connectFailRose }),
  };
}

type GatewayPod = { readonly namespace: string; readonly name: string };

async function runningPods(reading: Reading): Promise<readonly GatewayPod[]> {
  const services = await readGatewayServices(reading);
  const lists = await Promise.all(
    services.map(async ({ namespace, selector }) => {
      const labelSelector = labelSelectorOf(selector);
      if (labelSelector === '') return [];
      const items = await reading.client.list(PODS, { namespace, labelSelector, signal: reading.signal });
      const pods = items.map((item) => shaped(Pod, item, 'a pod', reading)).filter(({ status }) => status.phase === 'Running');
      return pods.map(({ metadata: { name } }) => ({ namespace, name }));
    }),
  );
  return lists.flat().slice(0, MOST_PODS);
}

async function askEnvoy({ namespace, name }: GatewayPod, reading: Reading, clock: Clock): Promise<z.output<typeof Clusters>> {
  const body = await askPod(
    { namespace, pod: name, port: ADMIN_PORT, path: '/clusters?format=json', withinMs: DEADLINE_MS, clock },
    reading,
  );
  return shaped(Clusters, JSON.parse(body), 'the clusters of an Envoy', reading);
}

function firstFailure(answers: readonly PromiseSettledResult<unknown>[], { cluster }: ClusterClient): OperatorError {
  const [failed] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const why = failed === undefined ? 'no pod of it runs' : toFailure(failed).message;
  return new OperatorError({ reason: 'unreachable', what: 'Cannot ask the gateway', where: `cluster ${cluster}`, why, cause: failed });
}
