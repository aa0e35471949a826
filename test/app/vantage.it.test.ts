/** Vantages over a real Redis: who lives, whose queue takes what, and what comes back from there. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FollowContext, Prober, Vantages } from '../../src/actions/alerts.ts';
import {
  beatVantage,
  checkVantage,
  createVantageQueues,
  probeElsewhere,
  submitEverywhere,
  type VantageQueues,
} from '../../src/app/vantage.ts';
import type { Config } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/clock.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { JOBS, VANTAGE_JOBS } from '../../src/jobs/index.ts';
import { createJobQueue, vantageQueue, type JobQueue } from '../../src/jobs/queue.ts';
import { startJobWorker, type JobWorker } from '../../src/jobs/worker.ts';
import { createAlertStore } from '../../src/store/alerts.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { createIncidentBoard } from '../../src/store/incidents.ts';
import { createVantages } from '../../src/store/vantages.ts';
import { followDesk, LINK, NOON, sampleOf, type FollowDesk } from '../actions/alerts.ts';
import { createHandClock } from '../core/hand-clock.ts';
import { logLines } from '../core/log-lines.ts';
import { targetOf, testRedis, type TestRedis } from '../store/redis.ts';

let server: TestRedis;
let connections: ReturnType<typeof connectRedis>;
let redis: ReturnType<typeof connections.open>;
let queue: JobQueue;
let queues: VantageQueues;
let vantages: Vantages;
const { log } = logLines();
const machine = { clock: systemClock, log };
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

beforeAll(async () => {
  server = await testRedis();
  connections = connectRedis(targetOf(server), log);
  redis = connections.open('prompt');
  await whenReady(redis, soon());
  vantages = createVantages(redis);
});
afterAll(async () => {
  connections.close();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await redis.flushall();
  queue = createJobQueue({ jobs: JOBS, prompt: redis, blocking: connections.open('blocking'), ...machine });
  queues = createVantageQueues(connections, machine);
  return async () => {
    await queue.close();
    await queues.close();
  };
});

/** A queue of a vantage can take jobs as soon as its connection is there. */
async function queueOf(vantage: string): Promise<JobQueue> {
  const opened = queues.of(vantage);
  await expect.poll(() => opened.counts().catch(() => undefined), { timeout: 10_000 }).toBeDefined();
  return opened;
}

function work(desk: FollowDesk, name?: string): JobWorker {
  return startJobWorker<FollowContext>({
    jobs: VANTAGE_JOBS,
    ...(name === undefined ? {} : { queue: vantageQueue(name) }),
    connection: connections.open('blocking'),
    context: desk.context,
    concurrency: 2,
    ...machine,
  });
}

describe('a vantage', () => {
  it('says every five seconds that it lives, sooner where Redis does not hear it, and stops', async () => {
    const clock = createHandClock(NOON);
    const heard: number[] = [];
    let away = false;
    const beats: Vantages = {
      alive: async () => [],
      beat: async (_, now) => {
        heard.push(now);
        if (away) throw new OperatorError({ reason: 'unreachable', what: 'Cannot say that this worker measures' });
      },
    };
    const step = async (ms: number): Promise<void> => {
      clock.advance(ms);
      await expect.poll(() => clock.waiting()).toBe(1);
    };

    const stop = beatVantage(beats, 'cluster-b', { clock, log });
    await expect.poll(() => clock.waiting()).toBe(1);
    away = true;
    await step(5_000);
    away = false;
    await step(1_000);
    stop();
    clock.advance(60_000);

    expect(heard).toEqual([NOON, NOON + 5_000, NOON + 6_000]);
  });

  it('must be a cluster of the configuration', () => {
    const config = { clusters: [{ name: 'cluster-a' }, { name: 'cluster-b' }] } as unknown as Config;
    expect(() => checkVantage('cluster-b', config)).not.toThrow();
    expect(() => checkVantage(undefined, config)).not.toThrow();
    expect(() => checkVantage('cluster-z', config)).toThrow(
      expect.objectContaining({
        reason: 'invalid',
        message: 'Cannot measure from cluster-z: no cluster of this name is configured',
        next: 'Choose from: cluster-a, cluster-b.',
      }),
    );
  });
});

describe('a slot of what is measured everywhere', () => {
  it('goes into the queue of every vantage that lives, once however many schedulers there are', async () => {
    await vantages.beat('cluster-b', systemClock.now());
    await vantages.beat('cluster-c', systemClock.now() - 60_000);
    const there = await queueOf('cluster-b');
    const gone = await queueOf('cluster-c');
    const submit = submitEverywhere({ submit: (...job) => queue.submit(...job), queues, vantages, machine });

    await Promise.all([1, 2].map(() => submit('probe-links', {}, 'probe-links-20261124T120000Z')));
    await submit('probe-mesh', {}, 'probe-mesh-20261124T120000Z');
    await submit('observe-mesh', {}, 'observe-mesh-20261124T120000Z');

    const waiting = await Promise.all([queue, there, gone].map((one) => one.counts().then((counts) => counts.waiting)));
    expect(waiting).toEqual([3, 2, 0]);
  });

  it('is queued here although a vantage cannot be asked', async () => {
    const broken: Vantages = { ...vantages, alive: () => Promise.reject(new Error('it does not answer')) };
    const submit = submitEverywhere({ submit: (...job) => queue.submit(...job), queues, vantages: broken, machine });

    expect(await submit('probe-mesh', {}, 'probe-mesh-20261124T120000Z')).toBe('probe-mesh-20261124T120000Z');
    expect((await queue.counts()).waiting).toBe(1);
  });
});

describe('a worker of a vantage', () => {
  it('takes the jobs of its own queue alone', async () => {
    const there = await queueOf('cluster-b');
    await queue.submit('probe-links', {});
    const worker = work(followDesk(), 'cluster-b');

    const outcome = await there.outcome(await there.submit('probe-links', {}), soon());

    const measured = { at: NOON, vantage: 'cluster-a', samples: 0, failing: [], unknown: [] };
    expect([outcome, (await queue.counts()).waiting]).toEqual([{ ok: true, value: measured }, 1]);
    await worker.close(0);
  });

  it('knows no job that changes anything', async () => {
    const there = await queueOf('cluster-b');
    const worker = work(followDesk(), 'cluster-b');
    const changing = createJobQueue({
      jobs: JOBS,
      name: vantageQueue('cluster-b'),
      prompt: redis,
      blocking: connections.open('blocking'),
      ...machine,
    });

    const outcome = await there.outcome(await changing.submit('distribute-cacerts', {}), soon());

    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'invalid', message: 'No job is named distribute-cacerts' } });
    await changing.close();
    await worker.close(0);
  });

  it('keeps the last sixty of what it measures all day', async () => {
    const there = await queueOf('cluster-b');
    const worker = work(followDesk(), 'cluster-b');
    for (let round = 0; round < 70; round += 1) await there.submit('probe-links', {});
    await there.outcome(await there.submit('probe-links', {}), soon());

    await expect.poll(async () => (await redis.zcard('{meshwarden}:jobs-at-cluster-b:completed')) <= 60).toBe(true);
    await worker.close(0);
  });

  it('probes a link for whoever asks elsewhere, and tells each layer meanwhile', async () => {
    await queueOf('cluster-a');
    const heard = Promise.withResolvers<string>();
    const layer = { layer: 'ping', title: 'Ping', outcome: 'ok', says: '23 ms, direct', facts: [] } as const;
    const prober: Prober = {
      ...followDesk().alerts.prober,
      async layers(_, tell) {
        tell(layer);
        await heard.promise;
        return [layer];
      },
    };
    const worker = work(followDesk({ prober }), 'cluster-a');

    const probed = await probeElsewhere(queues)(LINK, heard.resolve, soon());

    expect(probed).toEqual({ from: LINK.from, to: LINK.to, at: NOON, layers: [layer] });
    expect(await heard.promise).toBe('● Ping: 23 ms, direct');
    await worker.close(0);
  });

  it('says why it could not', async () => {
    await queueOf('cluster-a');
    const worker = work(followDesk(), 'cluster-a');

    await expect(probeElsewhere(queues)({ from: 'cluster-a', to: 'cluster-z' }, () => undefined, soon())).rejects.toMatchObject({
      reason: 'invalid',
      message: 'There is no link cluster-a → cluster-z: there is no cluster cluster-z (cluster-a)',
      next: 'Choose from: cluster-b.',
    });
    await worker.close(0);
  });
});

it('what workers of two vantages measure is in one state, and due in the channel once', async () => {
  const at = systemClock.now();
  const store = createAlertStore(redis, () => at);
  const real = { clock: systemClock, signal: soon() };
  /** Rounds of a second, one after the other without waiting. */
  const rounds: FollowContext['alerts']['rounds'] = (_, work) => work();
  const desks = ['cluster-a', 'cluster-b'].map((vantage) => {
    const desk = followDesk({ store, rounds });
    const to = vantage === 'cluster-a' ? 'cluster-b' : 'cluster-a';
    desk.measuring.quick = async () => [
      sampleOf('api-down', { kind: 'api', cluster: vantage }, 'ok', systemClock.now(), vantage),
      sampleOf('link-down', { kind: 'link', from: vantage, to }, vantage === 'cluster-a' ? 'failing' : 'ok', systemClock.now(), vantage),
    ];
    return { ...desk, context: { ...desk.context, ...real } };
  });
  const workers = desks.map((desk, which) => work(desk, which === 0 ? undefined : 'cluster-b'));
  const there = await queueOf('cluster-b');

  for (let round = 0; round < 3; round += 1) {
    const outcomes = await Promise.all([queue, there].map(async (one) => one.outcome(await one.submit('probe-links', {}), soon())));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
  }

  const due = await createIncidentBoard(redis).due(10);
  expect(due.map(({ incident }) => [incident.title, incident.evidence, incident.version])).toEqual([
    ['Link cluster-a → cluster-b is down', '3 of 3 probes failed', 1],
  ]);
  const { state } = await store.load();
  expect(
    Object.entries(state.subjects)
      .map(([key, health]) => `${key} ${health.window}`)
      .toSorted(),
  ).toEqual([
    'api-down|api:cluster-a +++',
    'api-down|api:cluster-b +++',
    'link-down|link:cluster-a>cluster-b ---',
    'link-down|link:cluster-b>cluster-a +++',
    'self-offline|self:cluster-a +++',
  ]);
  for (const worker of workers) await worker.close(0);
});
