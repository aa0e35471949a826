import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { startInformer, type Informer } from '../../src/k8s/informer.ts';
import { CONFIG_MAPS, SECRETS } from '../../src/k8s/resources.ts';
import { EVEN, NEVER, recordLog } from '../k8s/lab.ts';
import { open, send } from './call.ts';
import { makeNamespace, startBench, type Bench } from './clients.ts';
import { startServer, type RealServer } from './server.ts';

const NAMESPACE = 'real-informer';
const CALL = { signal: NEVER };

interface Watching {
  readonly informer: Informer;
  readonly changes: string[];
  /** Resolves when a change of this text has been told, now or before. */
  told(change: string): Promise<void>;
}

describe('src/k8s/informer.ts on a real API server that restarts', () => {
  let server: RealServer;
  let bench: Bench;
  const running: Informer[] = [];
  beforeAll(async () => {
    server = await startServer();
    bench = await startBench(server);
    await makeNamespace(bench.side, NAMESPACE);
  });
  afterEach(() => Promise.all(running.splice(0).map((informer) => informer.stop())));
  afterAll(async () => {
    await bench.stop();
    await server.stop();
  });

  async function put(name: string, value: string, labels: Record<string, string> = { watched: 'yes' }): Promise<void> {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NAMESPACE, name, labels }, data: { value } };
    await bench.client.apply(CONFIG_MAPS, object, CALL);
  }

  const remove = (name: string): Promise<void> => bench.client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name }, CALL);

  function watch(labelSelector: string): Watching {
    const events = new EventEmitter();
    const changes: string[] = [];
    const informer = startInformer({
      client: bench.client,
      resource: CONFIG_MAPS,
      namespace: NAMESPACE,
      labelSelector,
      clock: systemClock,
      random: EVEN,
      log: recordLog().log,
      onChange: ({ type, object }) => {
        changes.push(`${type} ${object.metadata.name}=${(object['data'] as { value: string }).value}`);
        events.emit('told');
      },
    });
    running.push(informer);
    return {
      informer,
      changes,
      async told(change) {
        while (!changes.includes(change)) await once(events, 'told');
      },
    };
  }

  it('tells what is there, then every change, also of what leaves the selector', async () => {
    await put('one', '1');
    const one = watch('watched=yes');
    await one.informer.synced;
    await put('two', '2');
    await put('one', '3');
    await put('two', '2', { watched: 'no' });
    await one.told('deleted two=2');
    await remove('one');
    await one.told('deleted one=3');
    expect(one.changes).toEqual(['added one=1', 'added two=2', 'modified one=3', 'deleted two=2', 'deleted one=3']);
    expect(one.informer.objects()).toEqual([]);
  });

  it('finds out what it missed while the server was away and its version expired', async () => {
    const labels = { watched: 'restart' };
    await put('stays', '1', labels);
    await put('goes', '1', labels);
    const one = watch('watched=restart');
    await one.informer.synced;
    // A second one changes things after the restart before the first has looked.
    await server.halt();
    await server.resume();
    await remove('goes');
    await put('comes', '1', labels);
    await Promise.all([one.told('deleted goes=1'), one.told('added comes=1')]);
    await put('stays', '2', labels);
    await one.told('modified stays=2');
    expect(one.changes.toSorted()).toEqual(['added comes=1', 'added goes=1', 'added stays=1', 'deleted goes=1', 'modified stays=2']);
    expect(
      one.informer
        .objects()
        .map(({ metadata }) => metadata.name)
        .toSorted(),
    ).toEqual(['comes', 'stays']);
  });

  it('is told by the server itself that versions and page tokens from before a restart are gone', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
    await put('page-1', '1');
    await put('page-2', '1');
    const { body } = await send(bench.side, { method: 'GET', path: `${path}?limit=1` });
    const { continue: token, resourceVersion } = (body as { metadata: { continue: string; resourceVersion: string } }).metadata;
    await put('page-1', '2');
    await server.halt();
    await server.resume();
    expect(await send(bench.side, { method: 'GET', path: `${path}?limit=1&continue=${token}` })).toMatchObject({
      status: 410,
      body: { kind: 'Status', reason: 'Expired', metadata: { continue: expect.any(String) } },
    });
    const watching = await open(bench.side, { method: 'GET', path: `${path}?watch=true&resourceVersion=${resourceVersion}` });
    const [event] = (await once(watching.setEncoding('utf8'), 'data')) as [string];
    watching.destroy();
    expect([watching.statusCode, JSON.parse(event)]).toMatchObject([200, { type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  });

  it('reads again by itself after the connections of a restart', async () => {
    expect(await bench.client.list(SECRETS, { ...CALL, namespace: NAMESPACE })).toEqual([]);
    await server.halt();
    await server.resume();
    expect(await bench.client.list(SECRETS, { ...CALL, namespace: NAMESPACE })).toEqual([]);
  });
});
