import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { toFailure } from '../../core/errors.ts';
import type { IstiodsSeen } from '../../mesh/probing/cluster.ts';
import { readServedChain } from '../ca/served.ts';
import { shaped, type Reading } from '../readers/reading.ts';
import { readBundle } from '../readers/trust.ts';
import { PODS } from '../resources.ts';

const Pod = z.object({
  metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
  status: z.object({ phase: z.string().default('') }).default({ phase: '' }),
});

/** What each running istiod presents, and the trust bundle of its cluster. */
export async function readIstiods(reading: Reading, istioNamespace: string, clock: Clock): Promise<IstiodsSeen> {
  const { client, signal } = reading;
  const [items, bundle] = await Promise.all([
    client.list(PODS, { namespace: istioNamespace, labelSelector: 'app=istiod', signal }),
    readBundle(reading, istioNamespace),
  ]);
  const pods = items
    .map((item) => shaped(Pod, item, 'a pod', reading))
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Running');
  const seen = await Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      try {
        const { certificates } = await readServedChain(name, { client, istioNamespace, clock, signal });
        return { pod: name, served: { ok: true, value: certificates } as const };
      } catch (error) {
        return { pod: name, served: { ok: false, failure: toFailure(error) } as const };
      }
    }),
  );
  return { pods: seen, roots: bundle?.certificates ?? [] };
}
