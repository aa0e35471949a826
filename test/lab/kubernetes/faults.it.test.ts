import { once } from 'node:events';
import { Agent } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { startLabCluster, type LabCluster } from '../../../lab/kubernetes/cluster.ts';
import { codeOf, coreApi, get, textOf } from './client.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';

describe('faults of a lab cluster', () => {
  let cluster: LabCluster;

  beforeEach(async () => {
    cluster = await startLabCluster({ name: 'cluster-a', clock: createLabClock() });
  });
  afterEach(() => cluster.stop());

  it('is down and up again at the same address with the same objects', async () => {
    cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kept', namespace: 'default' } });

    await cluster.faults.down();
    expect(await codeOf(get(cluster, SECRETS))).toEqual('ECONNREFUSED');

    await cluster.faults.up();
    expect((await coreApi(cluster).listNamespacedSecret({ namespace: 'default' })).items.map(({ metadata }) => metadata?.name)).toEqual([
      'kept',
    ]);
  });

  it('answers nothing while frozen, and then everything', async () => {
    const order: string[] = [];
    const watch = await get(cluster, `${SECRETS}?watch=1`);
    watch.on('data', () => order.push('event'));
    const event = once(watch, 'data');
    cluster.faults.freeze();
    cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'new', namespace: 'default' } });
    const call = get(cluster, SECRETS).then(() => order.push('answer'));
    // as long as a whole call to a server that is not frozen takes
    const other = await startLabCluster({ name: 'cluster-b', clock: createLabClock() });
    await textOf(await get(other, SECRETS));
    await other.stop();

    order.push('thaw');
    cluster.faults.thaw();
    await Promise.all([call, event]);

    expect(order.toSorted()).toEqual(['answer', 'event', 'thaw']);
    expect(order[0]).toEqual('thaw');
    watch.destroy();
  });

  it('delays every answer', async () => {
    cluster.faults.delayMs(30);
    const start = performance.now();

    await textOf(await get(cluster, '/version'));

    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });

  it('fails the next call that fits, in the words of the real server', async () => {
    cluster.faults.failNext({ verb: 'list', path: '/secrets', status: 429 });

    const other = await get(cluster, '/api/v1/namespaces/default/configmaps');
    const failed = await get(cluster, SECRETS);
    const again = await get(cluster, SECRETS);

    expect([other.statusCode, failed.statusCode, again.statusCode]).toEqual([200, 429, 200]);
    expect(failed.headers['retry-after']).toEqual('1');
    expect(await textOf(failed)).toEqual('Too many requests, please try again later.\n');
  });

  it('fails several calls, with a body of one’s own', async () => {
    cluster.faults.failNext({ status: 503, times: 2, retryAfter: 7, body: 'away' });

    const answers = [await get(cluster, SECRETS), await get(cluster, SECRETS), await get(cluster, SECRETS)];

    expect(answers.map(({ statusCode, headers }) => [statusCode, headers['retry-after']])).toEqual([
      [503, '7'],
      [503, '7'],
      [200, undefined],
    ]);
  });

  it('can carry out a write and fail its answer', async () => {
    cluster.faults.failNext({ verb: 'create', status: 504, afterwards: true });
    const body = { metadata: { name: 'done' }, data: {} };

    expect(await codeOf(coreApi(cluster).createNamespacedSecret({ namespace: 'default', body }))).toEqual(504);
    expect(cluster.store.get('Secret', 'default', 'done')?.metadata.name).toEqual('done');
  });

  it('cuts a call without an answer, and notes it so', async () => {
    cluster.faults.failNext();

    expect(await codeOf(get(cluster, SECRETS))).toEqual('ECONNRESET');
    expect(cluster.audit.at(-1)?.status).toEqual(0);
  });

  it('cuts open connections', async () => {
    const agent = new Agent({ keepAlive: true });
    const watch = await get(cluster, `${SECRETS}?watch=1`, agent);
    const ended = codeOf(textOf(watch));

    cluster.faults.resetConnections();

    expect(await ended).toEqual('ECONNRESET');
    expect((await get(cluster, '/version')).statusCode).toEqual(200);
    agent.destroy();
  });

  it('expires versions: open watches end, older ones and lists are 410', async () => {
    const version = cluster.store.resourceVersion;
    const watch = textOf(await get(cluster, `${SECRETS}?watch=1&resourceVersion=${version}`));

    cluster.faults.expireResourceVersions();

    expect(await watch).toEqual('');
    const late = await textOf(await get(cluster, `${SECRETS}?watch=1&resourceVersion=${version}`));
    expect(JSON.parse(late)).toMatchObject({ type: 'ERROR', object: { reason: 'Expired', code: 410 } });
    const list = await get(cluster, `${SECRETS}?resourceVersion=${version}&resourceVersionMatch=Exact`);
    expect(list.statusCode).toEqual(410);
  });

  it('refuses the tokens of a user', async () => {
    cluster.faults.tokenExpired('admin');

    expect((await get(cluster, SECRETS)).statusCode).toEqual(401);
  });
});
