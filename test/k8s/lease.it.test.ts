import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/duration.ts';
import { acquireLease, microTime, type HeldLease, type LeaseOptions } from '../../src/k8s/lease.ts';
import { EVEN, NEVER, recordLog, startBench, type Bench } from './lab.ts';

const DURATION_MS = 15 * SECOND;

describe('src/k8s/lease.ts', () => {
  let bench: Bench;
  const held: HeldLease[] = [];
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(async () => {
    await Promise.all(held.splice(0).map((lease) => lease.release()));
    await bench.stop();
  });

  function options(holder: string, more: Partial<LeaseOptions> = {}): LeaseOptions {
    return {
      client: bench.client,
      namespace: 'default',
      name: 'meshwarden',
      holder,
      durationMs: DURATION_MS,
      clock: bench.clock,
      random: EVEN,
      log: recordLog().log,
      ...more,
    };
  }

  async function acquire(holder: string, more: Partial<LeaseOptions> = {}): Promise<HeldLease> {
    const lease = await acquireLease(options(holder, more), NEVER);
    held.push(lease);
    return lease;
  }

  function spec(): Record<string, unknown> | undefined {
    return bench.api.store.get('Lease', 'default', 'meshwarden')?.['spec'] as Record<string, unknown> | undefined;
  }

  function calls(verb: string): number {
    return bench.api.audit.filter((call) => call.verb === verb && call.resource === 'leases').length;
  }

  /** Resolves after so many reads of the lease from now. */
  function reads(count: number): Promise<void> {
    let left = count;
    return new Promise((resolve) => {
      const stop = bench.api.onCall(({ verb, resource }) => {
        if (verb !== 'get' || resource !== 'leases') return;
        left -= 1;
        if (left > 0) return;
        stop();
        resolve();
      });
    });
  }

  it('creates it where there is none', async () => {
    await acquire('one');
    expect(spec()).toEqual({
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      renewTime: expect.stringMatching(/\.\d{6}Z$/),
    });
  });

  it('gives it back, and the next has it at once', async () => {
    const first = await acquireLease(options('one'), NEVER);
    await first.release();
    expect(spec()?.['holderIdentity']).toBe(undefined);
    await acquire('two');
    expect(spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('waits for a holder that is alive, and takes it when it has been silent by our own clock', async () => {
    // A holder whose clock is a year behind is alive none the less.
    const time = microTime(bench.clock.now() - 365 * 86_400_000);
    bench.api.store.put({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'default', name: 'meshwarden' },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 4 },
    });
    const firstLook = reads(1);
    const waiting = acquire('one');
    await firstLook;
    await reads(1);
    expect([spec()?.['holderIdentity'], calls('update')]).toEqual(['other', 0]);
    bench.clock.advance(DURATION_MS);
    await waiting;
    expect(spec()).toMatchObject({ holderIdentity: 'one', leaseTransitions: 5 });
  });

  it('lets only one of two have it', async () => {
    const stop = new AbortController();
    const both = ['one', 'two'].map((holder) => acquireLease(options(holder), stop.signal));
    const winner = await Promise.any(both);
    held.push(winner);
    const looking = reads(1);
    await looking;
    stop.abort(new Error('enough'));
    const settled = await Promise.allSettled(both);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('renews while it is held', async () => {
    await acquire('one', { durationMs: SECOND });
    const before = spec()?.['renewTime'];
    await new Promise<void>((resolve) => {
      const stop = bench.api.onCall(({ verb }) => {
        if (verb !== 'update') return;
        stop();
        resolve();
      });
    });
    await expect.poll(() => spec()?.['renewTime']).not.toBe(before);
    expect(spec()?.['holderIdentity']).toBe('one');
  });

  it('says that it is lost when somebody else took it', async () => {
    const lease = await acquire('one', { durationMs: SECOND });
    bench.api.store.patch('Lease', 'default', 'meshwarden', { spec: { holderIdentity: 'two' } });
    if (!lease.lost.aborted) await once(lease.lost, 'abort');
    expect(lease.lost.reason).toMatchObject({ reason: 'conflict', what: 'The lease meshwarden was lost' });
    expect(spec()?.['holderIdentity']).toBe('two');
  });

  it('says that it is lost before others may take it when the server is away', async () => {
    const lease = await acquire('one', { durationMs: SECOND });
    await bench.api.faults.down();
    await once(lease.lost, 'abort');
    expect(lease.lost.reason).toMatchObject({ what: 'The lease meshwarden was lost', where: 'cluster cluster-a, namespace default' });
    await bench.api.faults.up();
  });

  it('says that it is lost before others may take it when the server is frozen', async () => {
    const durationMs = 3 * SECOND;
    const lease = await acquire('one', { durationMs });
    const begun = bench.clock.now();
    bench.api.faults.freeze();
    await once(lease.lost, 'abort');
    expect(bench.clock.now() - begun).toBeLessThan(durationMs);
    bench.api.faults.thaw();
  });
});
