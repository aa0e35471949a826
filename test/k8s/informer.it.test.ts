import { EventEmitter, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { OperatorError } from '../../src/core/errors.ts';
import { startInformer, type Change, type Informer, type InformerOptions } from '../../src/k8s/informer.ts';
import { CONFIG_MAPS } from '../../src/k8s/resources.ts';
import { EVEN, recordLog, startBench, type Bench } from './lab.ts';

interface Watching {
  readonly informer: Informer;
  readonly changes: string[];
  readonly failures: string[];
  /** Resolves when a change of this text has been told, now or before. */
  told(change: string): Promise<void>;
  failed(): Promise<void>;
}

describe('src/k8s/informer.ts', () => {
  let bench: Bench;
  const running: Informer[] = [];
  beforeEach(async () => {
    bench = await startBench();
    put('one', '1');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((informer) => informer.stop()));
    await bench.stop();
  });

  function put(name: string, value: string): void {
    bench.api.store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'watched', name }, data: { value } });
  }

  function watch(options: Partial<InformerOptions> = {}): Watching {
    const events = new EventEmitter();
    const changes: string[] = [];
    const failures: string[] = [];
    const informer = startInformer({
      client: bench.client,
      resource: CONFIG_MAPS,
      namespace: 'watched',
      clock: bench.clock,
      random: EVEN,
      log: recordLog().log,
      onChange: (change) => {
        changes.push(textOf(change));
        events.emit('told');
      },
      onFailure: (failure: OperatorError) => {
        failures.push(failure.reason);
        events.emit('failed');
      },
      ...options,
    });
    running.push(informer);
    return {
      informer,
      changes,
      failures,
      async told(change) {
        while (!changes.includes(change)) await once(events, 'told');
      },
      async failed() {
        if (failures.length === 0) await once(events, 'failed');
      },
    };
  }

  function textOf({ type, object }: Change): string {
    return `${type} ${object.metadata.name}=${(object['data'] as { value: string }).value}`;
  }

  function afterNextWatch(): Promise<void> {
    return new Promise((resolve) => {
      const stop = bench.api.onCall(({ verb, status }) => {
        if (verb !== 'watch' || status !== 200) return;
        stop();
        resolve();
      });
    });
  }

  it('tells what is there, then every change', async () => {
    const one = watch();
    await one.informer.synced;
    put('two', '2');
    await one.told('added two=2');
    put('one', '3');
    await one.told('modified one=3');
    bench.api.store.delete('ConfigMap', 'watched', 'two');
    await one.told('deleted two=2');
    expect(one.changes).toEqual(['added one=1', 'added two=2', 'modified one=3', 'deleted two=2']);
    expect(one.informer.objects().map(({ metadata }) => metadata.name)).toEqual(['one']);
  });

  it('watches one object by its name', async () => {
    const one = watch({ name: 'two' });
    await one.informer.synced;
    put('one', '9');
    put('two', '2');
    await one.told('added two=2');
    expect(one.changes).toEqual(['added two=2']);
  });

  it('goes on after connections were cut, and tells nothing twice', async () => {
    const one = watch();
    await one.informer.synced;
    put('two', '2');
    await one.told('added two=2');
    bench.api.faults.resetConnections();
    put('three', '3');
    await one.told('added three=3');
    expect(one.changes).toEqual(['added one=1', 'added two=2', 'added three=3']);
  });

  it('finds out what it missed when its version has expired', async () => {
    const one = watch();
    await one.informer.synced;
    put('two', '2');
    await one.told('added two=2');
    await bench.api.faults.down();
    bench.api.store.delete('ConfigMap', 'watched', 'one');
    put('three', '3');
    bench.api.faults.expireResourceVersions();
    await bench.api.faults.up();
    await one.told('added three=3');
    expect(one.changes).toEqual(['added one=1', 'added two=2', 'deleted one=1', 'added three=3']);
  });

  /** A clock that passes over every wait and remembers how long it was to be. */
  function waitless(): { readonly clock: Clock; readonly waits: number[] } {
    const { clock } = bench;
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    return { waits, clock: { now: () => clock.now(), after: (ms, run) => clock.after(ms, run), sleep } };
  }

  it('pauses longer and longer where every watch is answered with an expired version', async () => {
    bench.api.faults.failNext({ verb: 'watch', status: 410, times: 3 });
    const { clock, waits } = waitless();
    const one = watch({ clock });
    await one.informer.synced;
    await expect.poll(() => waits).toEqual([500, 1000]);
    put('two', '2');
    await one.told('added two=2');
    expect(one.failures).toEqual(['conflict', 'conflict']);
  });

  it('pauses where every watch ends as soon as it begins', async () => {
    bench.api.faults.failNext({ verb: 'watch', status: 200, body: '', times: 3 });
    const { clock, waits } = waitless();
    const one = watch({ clock });
    await one.informer.synced;
    await one.told('added one=1');
    await expect.poll(() => waits).toEqual([250, 500, 1000]);
    put('two', '2');
    await one.told('added two=2');
    expect(one.failures).toEqual([]);
  });

  it('goes on after a server that was away', async () => {
    await bench.api.faults.down();
    const one = watch();
    await one.failed();
    await bench.api.faults.up();
    await one.informer.synced;
    expect([one.changes, new Set(one.failures)]).toEqual([['added one=1'], new Set(['unreachable'])]);
  });

  it('goes on after server errors', async () => {
    bench.api.faults.failNext({ verb: 'watch', status: 500, times: 2 });
    const one = watch();
    await one.informer.synced;
    await afterNextWatch();
    put('two', '2');
    await one.told('added two=2');
    expect(one.failures).toEqual(['serverError', 'serverError']);
  });

  it('notices a server that is frozen', async () => {
    const one = watch({ inactivityMs: 200 });
    await one.informer.synced;
    put('two', '2');
    await one.told('added two=2');
    bench.api.faults.freeze();
    await one.failed();
    expect(one.failures[0]).toBe('timeout');
    bench.api.faults.thaw();
    put('three', '3');
    await one.told('added three=3');
  });

  it('goes on with the newer token after an expired one', async () => {
    bench.api.addUser('old', { groups: ['system:masters'] });
    bench.api.addUser('new', { groups: ['system:masters'] });
    const client = await bench.clientOf(bench.api.kubeconfig('old'));
    const one = watch({ client });
    await one.informer.synced;
    bench.api.faults.tokenExpired('old');
    await writeFile(bench.file.replace('0.yaml', '1.yaml'), bench.api.kubeconfig('new'));
    bench.api.faults.resetConnections();
    put('two', '2');
    await one.told('added two=2');
    expect(one.failures).toContain('unauthorized');
  });

  it('asks again for a right that it lacks', async () => {
    const client = await bench.clientOf(bench.api.kubeconfig(userWithoutRights()));
    const one = watch({ client });
    await one.failed();
    expect(one.failures[0]).toBe('forbidden');
    bench.api.store.put({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
      subjects: [{ kind: 'User', name: 'poor', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    bench.api.store.put({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'all' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] }],
    });
    await one.informer.synced;
    expect(one.changes).toEqual(['added one=1']);
  });

  function userWithoutRights(): string {
    bench.api.addUser('poor');
    return 'poor';
  }

  it('keeps going when a listener throws, and logs it', async () => {
    const { log, text } = recordLog();
    let calls = 0;
    const heard = new EventEmitter();
    const one = watch({
      log,
      onChange: () => {
        calls += 1;
        heard.emit(`call ${calls}`);
        if (calls === 1) throw new Error('a defect');
      },
    });
    await one.informer.synced;
    const second = once(heard, 'call 2');
    put('two', '2');
    await second;
    expect(text()).toContain('a listener failed on a change');
  });

  it('leaves no watch behind when it is stopped', async () => {
    const one = watch();
    await one.informer.synced;
    put('two', '2');
    await one.told('added two=2');
    expect(bench.api.openWatches).toBe(1);
    await one.informer.stop();
    await expect.poll(() => bench.api.openWatches).toBe(0);
    await expect(watchThenStop()).rejects.toMatchObject({ reason: 'cancelled' });
  });

  async function watchThenStop(): Promise<void> {
    await bench.api.faults.down();
    const one = watch();
    await one.failed();
    await one.informer.stop();
    await one.informer.synced;
  }
});
