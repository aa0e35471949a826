/** What the tests of this room share: a cluster of the lab and a client for it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLabClock, type LabClock } from '../../lab/clock.ts';
import { startLabCluster, type LabCluster } from '../../lab/kubernetes/cluster.ts';
import { ClusterClient, type CallRecord } from '../../src/k8s/client.ts';
import { createLogger, type Logger } from '../../src/core/logger.ts';
import type { Random } from '../../src/core/random.ts';
import type { ClusterIdentity } from '../../src/mesh/model.ts';

/** No jitter: what is waited for is known. */
export const EVEN: Random = { next: () => 0, id: (length) => 'a'.repeat(length) };

export const NEVER: AbortSignal = new AbortController().signal;

export function identityOf(name: string): ClusterIdentity {
  return { name, network: `network-${name}`, roles: [], gateway: undefined };
}

export interface Recorder {
  readonly log: Logger;
  /** Every line so far. */
  readonly text: () => string;
}

export function recordLog(): Recorder {
  const lines: string[] = [];
  return { log: createLogger('debug', { write: (line) => void lines.push(line) }), text: () => lines.join('') };
}

export interface Bench {
  readonly api: LabCluster;
  readonly clock: LabClock;
  readonly client: ClusterClient;
  readonly calls: CallRecord[];
  /** Where the kubeconfig of the client lies. */
  readonly file: string;
  /** Another client for the same cluster, as another user. */
  clientOf(kubeconfig: string): Promise<ClusterClient>;
  stop(): Promise<void>;
}

/** One empty cluster, and a client that may do everything there. */
export async function startBench(name = 'cluster-a'): Promise<Bench> {
  const clock = createLabClock();
  const api = await startLabCluster({ name, clock });
  const folder = await mkdtemp(join(tmpdir(), 'meshwarden-k8s-'));
  const calls: CallRecord[] = [];
  const clients: ClusterClient[] = [];
  const clientOf = async (text: string): Promise<ClusterClient> => {
    const file = join(folder, `${clients.length}.yaml`);
    await writeFile(file, text);
    const onCall = (call: CallRecord): void => void calls.push(call);
    const made = new ClusterClient({ identity: identityOf(name), kubeconfig: [file] }, { clock, random: EVEN, onCall });
    clients.push(made);
    return made;
  };
  const client = await clientOf(api.kubeconfig());
  return {
    api,
    clock,
    client,
    calls,
    file: join(folder, '0.yaml'),
    clientOf,
    async stop() {
      await Promise.all(clients.map((one) => one.close()));
      await api.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** What a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`It was expected to fail, and gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
