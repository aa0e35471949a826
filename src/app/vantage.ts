/** Workers that measure from inside a cluster, and whoever asks them. */
import type { AlertServices, LinkProbe, Vantages } from '../actions/alerts.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError, toFailure } from '../core/errors.ts';
import { SECOND } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import { VANTAGE_JOBS } from '../jobs/index.ts';
import { createJobQueue, vantageQueue, type JobQueue } from '../jobs/queue.ts';
import type { RedisConnections } from '../store/connection.ts';

const BEAT_MS = 5 * SECOND;
/** Whoever was not heard tries again sooner. */
const AGAIN_MS = SECOND;

interface Machine {
  readonly clock: Clock;
  readonly log: Logger;
}

/** @throws OperatorError where a process is to measure from a cluster that is not configured. */
export function checkVantage(vantage: string | undefined, { clusters }: Config): void {
  const known = clusters.map(({ name }) => name);
  if (vantage === undefined || known.includes(vantage)) return;
  throw new OperatorError({
    reason: 'invalid',
    what: `Cannot measure from ${vantage}`,
    why: 'no cluster of this name is configured',
    next: `Choose from: ${known.join(', ')}.`,
  });
}

/** Says every few seconds that this process measures from there. Ends with what it gives. */
export function beatVantage(vantages: Vantages, vantage: string, { clock, log }: Machine): () => void {
  let timer = { stop: (): void => undefined };
  let stopped = false;
  const beat = async (): Promise<void> => {
    let wait = BEAT_MS;
    try {
      await vantages.beat(vantage, clock.now());
    } catch (error) {
      log.debug({ component: 'vantage', why: toFailure(error).message }, 'a sign of life was not taken; the next one follows');
      wait = AGAIN_MS;
    }
    if (!stopped) timer = clock.after(wait, () => void beat());
  };
  void beat();
  return () => {
    stopped = true;
    timer.stop();
  };
}

/** The queues of all vantages, each opened when it is first used. */
export interface VantageQueues {
  of(vantage: string): JobQueue;
  close(): Promise<void>;
}

export function createVantageQueues(connections: RedisConnections, machine: Machine): VantageQueues {
  const opened = new Map<string, JobQueue>();
  return {
    of(vantage) {
      const known = opened.get(vantage);
      if (known !== undefined) return known;
      const queue = createJobQueue({
        jobs: VANTAGE_JOBS,
        name: vantageQueue(vantage),
        prompt: connections.open('prompt'),
        blocking: connections.open('blocking'),
        ...machine,
      });
      opened.set(vantage, queue);
      return queue;
    },
    async close() {
      await Promise.all([...opened.values()].map((queue) => queue.close()));
    },
  };
}

/** Has a link probed where it begins, and passes on what is told meanwhile. */
export function probeElsewhere(queues: VantageQueues): AlertServices['elsewhere'] {
  return async ({ from, to }, progress, signal) => {
    const queue = queues.of(from);
    const outcome = await queue.outcome(await queue.submit('probe-link', { from, to }), signal, { progress });
    // Of the same version: the envelope of the result is checked where it is read.
    if (outcome.ok) return outcome.value as LinkProbe;
    const { reason, message, next } = outcome.failure;
    throw new OperatorError({ reason, what: message, where: from, ...(next === undefined ? {} : { next }) });
  };
}

/** What is measured from every vantage. */
const EVERYWHERE: ReadonlySet<string> = new Set(['probe-links', 'probe-mesh']);

type Submit = (name: string, payload: object, id?: string) => Promise<string>;

interface FanOut {
  readonly submit: Submit;
  readonly queues: VantageQueues;
  readonly vantages: Vantages;
  readonly machine: Machine;
}

/** Puts what is measured everywhere into the queue of each vantage too. That one of them cannot be asked keeps nobody else from being asked. */
export function submitEverywhere({ submit, queues, vantages, machine: { clock, log } }: FanOut): Submit {
  return async (name, payload, id) => {
    const submitted = await submit(name, payload, id);
    if (!EVERYWHERE.has(name)) return submitted;
    try {
      const alive = await vantages.alive(clock.now());
      await Promise.all(alive.map((vantage) => queues.of(vantage).submit(name, payload, id)));
    } catch (error) {
      log.debug(
        { component: 'vantage', job: name, why: toFailure(error).message },
        'a vantage could not be asked; the next slot asks again',
      );
    }
    return submitted;
  };
}
