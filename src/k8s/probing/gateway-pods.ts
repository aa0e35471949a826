import { z } from 'zod';
import { toFailure } from '../../core/errors.ts';
import type { GatewayPodsSeen } from '../../mesh/probing/cluster.ts';
import { labelSelectorOf } from '../label-selector.ts';
import { readGatewayServices } from '../readers/east-west.ts';
import { shaped, type Reading } from '../readers/reading.ts';
import { PODS } from '../resources.ts';

const Container = z.object({
  ready: z.boolean().default(false),
  state: z.object({ waiting: z.object({ reason: z.string().default('') }).nullish() }).default({}),
});
const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      phase: z.string().default(''),
      reason: z.string().optional(),
      containerStatuses: z.array(Container).default([]),
      initContainerStatuses: z.array(Container).default([]),
    })
    .default({ phase: '', containerStatuses: [], initContainerStatuses: [] }),
});

/** Reasons that are told, of many pods. */
const MOST_REASONS = 3;

/** How many endpoints of the east-west gateway are ready; where none is, also why, as far as the pods may be read. */
export async function readGatewayPods(reading: Reading): Promise<GatewayPodsSeen> {
  const services = await readGatewayServices(reading);
  const ready = services.reduce((sum, service) => sum + service.ready, 0);
  const total = services.reduce((sum, service) => sum + service.ready + service.notReady, 0);
  const [first] = services;
  const why = ready > 0 || first === undefined ? [] : await reasons(reading, first);
  return { services: services.length, ready, total, why };
}

type Selected = { readonly namespace: string; readonly selector: Readonly<Record<string, string>> };

/** Pods may be out of our sight: then the endpoints alone have to do. */
async function reasons(reading: Reading, { namespace, selector }: Selected): Promise<readonly string[]> {
  const labelSelector = labelSelectorOf(selector);
  if (labelSelector === '') return [];
  try {
    const pods = await reading.client.list(PODS, { namespace, labelSelector, signal: reading.signal });
    const found = pods.flatMap((object) => reasonsOf(shaped(Pod, object, 'a pod', reading)));
    return [...new Set(found)].slice(0, MOST_REASONS);
  } catch (error) {
    if (toFailure(error).reason === 'cancelled') throw error;
    return [];
  }
}

function reasonsOf({ status }: z.infer<typeof Pod>): readonly string[] {
  const waiting = [...status.initContainerStatuses, ...status.containerStatuses].flatMap(({ state }) => state.waiting?.reason ?? []);
  const own = [status.reason, status.phase === 'Running' ? undefined : status.phase].filter((text) => text !== undefined && text !== '');
  return waiting.length > 0 ? waiting.filter((text) => text !== '') : own.filter((text) => text !== undefined);
}
