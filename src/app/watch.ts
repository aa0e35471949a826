import type { JobQueue } from '../jobs/queue.ts';
import { watchSources } from '../k8s/ca/watch-sources.ts';
import type { ClusterPool } from '../k8s/clusters.ts';
import type { AuthorityTarget } from '../k8s/target.ts';
import type { Clock } from '../core/clock.ts';
import { toFailure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';

interface WatchOptions {
  readonly pool: ClusterPool;
  readonly target: AuthorityTarget;
  readonly queue: Pick<JobQueue, 'submitOnce'>;
  readonly machine: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
}

/** One key for all clusters: what reaches them is decided by one look. */
const KEY = 'distribute-on-change';

/** Queues a distribution as soon as a source changes. What is missed while Redis is away, the schedule catches up with. */
export function distributeOnChange({ pool, target, queue, machine }: WatchOptions): () => Promise<void> {
  const log = machine.log.child({ component: 'watch' });
  const signer = pool.members.find(({ identity }) => identity.roles.includes('signer'));
  if (signer === undefined || !signer.client.ok) return () => Promise.resolve();
  const watch = watchSources({
    ...machine,
    signer,
    target,
    onChange: ({ cluster, type }) => {
      log.debug({ cluster, type }, 'a source changed');
      queue
        .submitOnce('distribute-cacerts', {}, KEY)
        .catch((error: unknown) =>
          log.warn({ cluster, why: toFailure(error).message }, 'a change of a source could not be queued; the schedule sees it'),
        );
    },
    onFailure: (cluster, { reason, message }) =>
      log.debug({ cluster, reason, why: message }, 'a source cannot be watched; it is tried again'),
  });
  return () => watch.stop();
}
