import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { SECOND } from '../../src/core/duration.ts';
import { acquireLease, type HeldLease, type LeaseOptions } from '../../src/k8s/lease.ts';
import { LEASES } from '../../src/k8s/resources.ts';
import { EVEN, NEVER, recordLog } from '../k8s/lab.ts';
import { makeNamespace, startBench, type Bench } from './clients.ts';

const NAMESPACE = 'real-lease';
const DURATION_MS = 3 * SECOND;
const HOLDERS = ['one', 'two', 'three', 'four'];

describe('src/k8s/lease.ts on a real API server', () => {
  let bench: Bench;
  const held: HeldLease[] = [];
  const clock = createLabClock();
  beforeAll(async () => {
    bench = await startBench(inject('servers').a);
    await makeNamespace(bench.side, NAMESPACE);
  });
  afterEach(() => Promise.all(held.splice(0).map((lease) => lease.release())));
  afterAll(() => bench.stop());

  function options(name: string, holder: string): LeaseOptions {
    const { client } = bench;
    return { client, namespace: NAMESPACE, name, holder, durationMs: DURATION_MS, clock, random: EVEN, log: recordLog().log };
  }

  async function acquire(name: string, holder: string): Promise<HeldLease> {
    const lease = await acquireLease(options(name, holder), NEVER);
    held.push(lease);
    return lease;
  }

  async function specOf(name: string): Promise<Record<string, unknown>> {
    return ((await bench.client.get(LEASES, { namespace: NAMESPACE, name }, { signal: NEVER })) as { spec: Record<string, unknown> }).spec;
  }

  it('creates it with times that the server takes, renews it, and gives it back', async () => {
    const lease = await acquireLease(options('life', 'one'), NEVER);
    const first = await specOf('life');
    expect(first).toEqual({
      holderIdentity: 'one',
      leaseDurationSeconds: 3,
      leaseTransitions: 0,
      acquireTime: expect.stringMatching(/\.\d{6}Z$/),
      renewTime: first['acquireTime'],
    });
    clock.advance(DURATION_MS / 3);
    await expect.poll(async () => (await specOf('life'))['renewTime'], { timeout: 10_000 }).not.toBe(first['renewTime']);
    expect(await specOf('life')).toEqual({ ...first, renewTime: expect.stringMatching(/\.\d{6}Z$/) });
    await lease.release();
    expect(await specOf('life')).toEqual({
      leaseDurationSeconds: 1,
      leaseTransitions: 0,
      renewTime: expect.stringMatching(/\.\d{6}Z$/),
    });
  });

  it('lets only one of many have it, and the next when it is given back', async () => {
    const stop = new AbortController();
    const waiting = HOLDERS.map((holder) => acquireLease(options('race', holder), stop.signal));
    const winner = await Promise.any(waiting);
    const first = String((await specOf('race'))['holderIdentity']);
    await winner.release();
    clock.advance(2 * SECOND);
    const next = await Promise.any(waiting.filter((one) => one !== waiting.find((_, index) => HOLDERS[index] === first)));
    held.push(next);
    expect(await specOf('race')).toMatchObject({ leaseTransitions: 1, holderIdentity: expect.not.stringMatching(first) });
    stop.abort(new Error('enough'));
    const settled = await Promise.allSettled(waiting);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });

  it('takes it from a holder that has been silent by our own clock', async () => {
    await bench.client.create(
      LEASES,
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: NAMESPACE, name: 'silent' },
        spec: { holderIdentity: 'other', leaseDurationSeconds: 15, renewTime: '2020-01-01T00:00:00.000000Z', leaseTransitions: 4 },
      },
      { signal: NEVER },
    );
    bench.calls.length = 0;
    const taking = acquire('silent', 'one');
    await expect.poll(() => bench.calls.filter(({ verb }) => verb === 'get').length).toBeGreaterThan(0);
    expect(await specOf('silent')).toMatchObject({ holderIdentity: 'other' });
    clock.advance(15 * SECOND);
    await taking;
    expect(await specOf('silent')).toMatchObject({ holderIdentity: 'one', leaseTransitions: 5 });
  });

  it('is lost when somebody else took it', async () => {
    const lease = await acquire('lost', 'one');
    await bench.client.mergePatch(LEASES, { namespace: NAMESPACE, name: 'lost' }, { spec: { holderIdentity: 'two' } }, { signal: NEVER });
    clock.advance(DURATION_MS / 3);
    if (!lease.lost.aborted) await once(lease.lost, 'abort');
    expect(lease.lost.reason).toMatchObject({
      reason: 'conflict',
      what: 'The lease lost was lost',
      where: 'cluster cluster-a, namespace real-lease',
    });
  });
});
