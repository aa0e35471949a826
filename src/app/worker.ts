/** The workers of a process: the one of the service, and the one that only measures from inside a cluster. */
import type { MeshObserver } from '../actions/action.ts';
import type { FollowContext } from '../actions/alerts.ts';
import type { ChangeContext } from '../actions/changes.ts';
import type { Notice } from '../actions/notice.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import { JOBS, VANTAGE_JOBS } from '../jobs/index.ts';
import { vantageQueue, type JobQueue } from '../jobs/queue.ts';
import { startJobWorker } from '../jobs/worker.ts';
import type { ClusterPool } from '../k8s/clusters.ts';
import type { AuthorityTarget } from '../k8s/target.ts';
import type { RedisConnections } from '../store/connection.ts';
import { createCaMemory, createProblemHistory } from '../store/memory.ts';
import { createOutbox } from '../store/outbox.ts';
import { createVantages } from '../store/vantages.ts';
import { healthReader, openAlerts } from './alerts.ts';
import { openAuthority, openChangeServices } from './changes.ts';
import { openProber } from './open-prober.ts';
import { beatVantage, createVantageQueues, probeElsewhere, type VantageQueues } from './vantage.ts';
import { distributeOnChange } from './watch.ts';

interface Parts {
  readonly config: Config;
  readonly mesh: ClusterPool & MeshObserver;
  readonly connections: RedisConnections;
  readonly machine: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
}

interface WorkerParts extends Parts {
  readonly target: AuthorityTarget;
  readonly queue: JobQueue;
  readonly queues: VantageQueues;
}

const GRACE_MS = 10_000;
/** Some of them change something for minutes; what measures every few seconds must not wait for those. */
const CONCURRENT_JOBS = 8;

/** Runs every job of the service. Ends with what it gives. */
export function startWorker({ config, mesh, target, connections, queue, queues, machine }: WorkerParts): () => Promise<void> {
  const store = connections.open('prompt');
  const authority = openAuthority(config, target, mesh, machine);
  const vantages = createVantages(store);
  const prober = openProber({ config, pool: mesh, machine, measuredElsewhere: () => vantages.alive(machine.clock.now()) });
  const alerts = openAlerts({ config, redis: store, prober, elsewhere: probeElsewhere(queues), machine });
  const context = {
    ...machine,
    mesh,
    health: healthReader(alerts, machine.clock),
    history: createProblemHistory(store),
    caMemory: createCaMemory(store),
    outbox: createOutbox<Notice>(store),
    renewalOverdueAfter: config.renewal.overdueAfter,
    served: (signal: AbortSignal) => authority.look({ probe: 'all' }, signal),
    changes: openChangeServices(config, authority, store, machine),
    alerts,
  };
  const unwatch = distributeOnChange({ pool: mesh, target, queue, machine });
  const worker = startJobWorker<ChangeContext>({
    jobs: JOBS,
    connection: connections.open('blocking'),
    context,
    concurrency: CONCURRENT_JOBS,
    ...machine,
  });
  return async () => {
    await unwatch();
    await worker.close(GRACE_MS);
    await mesh.close();
  };
}

/** Measures from inside a cluster, and changes nothing. Ends with what it gives. */
export function startVantageWorker({ config, mesh, connections, machine }: Parts, vantage: string): () => Promise<void> {
  const store = connections.open('prompt');
  const prober = openProber({ config, pool: mesh, machine, onlyWays: true });
  const queues = createVantageQueues(connections, machine);
  const alerts = openAlerts({ config, redis: store, prober, elsewhere: probeElsewhere(queues), machine });
  const stopBeating = beatVantage(alerts.vantages, vantage, machine);
  const worker = startJobWorker<FollowContext>({
    jobs: VANTAGE_JOBS,
    queue: vantageQueue(vantage),
    connection: connections.open('blocking'),
    context: { ...machine, mesh, alerts },
    concurrency: CONCURRENT_JOBS,
    ...machine,
  });
  return async () => {
    stopBeating();
    await worker.close(GRACE_MS);
    await queues.close();
    await mesh.close();
  };
}
