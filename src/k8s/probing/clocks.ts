import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { ClockSeen } from '../../mesh/probing/cluster.ts';
import type { ServerTime } from '../caller.ts';
import { skewOf } from '../ca/skew.ts';
import { orMissing, shaped, type Reading } from '../readers/reading.ts';
import { readVersion } from '../readers/version.ts';
import { LEASES } from '../resources.ts';

const Lease = z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ renewTime: z.string().nullish() }).default({}) });

const NAMESPACE = 'kube-node-lease';
/** A kubelet renews its Lease every ten seconds, by the clock of its node. */
const RENEWED_EVERY_MS = 10_000;

/** Remembers what nodes said before: only a Lease that was renewed meanwhile tells of a living node. */
export class NodeClocks {
  readonly #last = new Map<string, number>();

  /**
   * How far a node's clock is from ours, in milliseconds; undefined: it cannot be told yet. A Lease is up to ten seconds old when it is read, so a clock
   * counts as behind by what goes beyond that, and only if the Lease was renewed since the last look.
   */
  skew(key: string, renewTime: number, now: number): number | undefined {
    const before = this.#last.get(key);
    this.#last.set(key, renewTime);
    if (renewTime > now) return renewTime - now;
    const behind = now - renewTime - RENEWED_EVERY_MS;
    if (behind <= 0) return 0;
    return before !== undefined && before !== renewTime ? -behind : undefined;
  }
}

/** The clocks of a cluster, by the Date header of its API server and by the Leases of its nodes. */
export async function readClocks(reading: Reading, clock: Clock, nodes: NodeClocks): Promise<ClockSeen> {
  const times: ServerTime[] = [];
  const [, items] = await Promise.all([
    readVersion(reading, clock, { onServerTime: (time) => times.push(time) }),
    orMissing(reading.client.list(LEASES, { namespace: NAMESPACE, signal: reading.signal })),
  ]);
  const now = clock.now();
  const server = skewOf(times, reading.client.cluster);
  return {
    serverSkewMs: server.ok ? server.value : undefined,
    nodes: (items ?? []).flatMap((item) => {
      const { metadata, spec } = shaped(Lease, item, 'a Lease', reading);
      const renewTime = Date.parse(spec.renewTime ?? '');
      if (Number.isNaN(renewTime)) return [];
      const skewMs = nodes.skew(`${reading.client.cluster}/${metadata.name}`, renewTime, now);
      return skewMs === undefined ? [] : [{ node: metadata.name, skewMs }];
    }),
  };
}
