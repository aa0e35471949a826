import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { OperatorError } from '../../core/errors.ts';
import { CANARY_POD_PORT } from '../../mesh/canary.ts';
import type { CanaryReport } from '../../mesh/probing/link-canary.ts';
import { shaped, type Reading } from '../readers/reading.ts';
import { PODS } from '../resources.ts';
import { askPod } from './pod-http.ts';

const Pod = z.object({
  metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
  status: z.object({ phase: z.string().default('') }).default({ phase: '' }),
});

/** What found nothing is left out of the answer, or null. */
const Report = z.object({
  responses: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  errors: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
});

/** agnhost gives whom it asks five seconds; the way to the pod comes on top. */
const WITHIN_MS = 8_000;

export interface DialQuestion {
  readonly namespace: string;
  /** Of the pods of the canary that asks: `name=value,…`. */
  readonly labelSelector: string;
  /** The Service that it asks for its host name. */
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
}

/**
 * Has the canary of a cluster ask another one, through its own sidecar, and gives what it reports. It takes the rights to list pods and to forward ports in
 * the canary's namespace (`deploy/rbac/canary-asker.yaml`).
 * @throws OperatorError where no pod of the canary runs, or it cannot be asked.
 */
export async function dialFromCanary(
  { namespace, labelSelector, host, port, clock }: DialQuestion,
  reading: Reading,
): Promise<CanaryReport> {
  const { client, signal } = reading;
  const items = await client.list(PODS, { namespace, labelSelector, signal });
  const pod = items
    .map((item) => shaped(Pod, item, 'a pod', reading))
    .find(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Running')?.metadata.name;
  if (pod === undefined) {
    throw new OperatorError({
      reason: 'notFound',
      what: 'Cannot ask the canary',
      where: `cluster ${client.cluster}, namespace ${namespace}`,
      why: 'no pod of it runs',
    });
  }
  const query = new URLSearchParams({ host, port: String(port), protocol: 'http', request: 'hostname', tries: '1' });
  const body = await askPod(
    { namespace, pod, port: CANARY_POD_PORT, path: `/dial?${query.toString()}`, withinMs: WITHIN_MS, clock },
    reading,
  );
  return shaped(Report, parsed(body, client.cluster), 'the report of a canary', reading);
}

function parsed(body: string, cluster: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new OperatorError({
      reason: 'protocol',
      what: 'Cannot read the report of a canary',
      where: `cluster ${cluster}`,
      why: 'it is no JSON',
      next: 'Is the image of the canary the one that `meshwarden canary install` puts there?',
      cause,
    });
  }
}
