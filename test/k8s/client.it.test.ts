import { writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/core/errors.ts';
import { ApiError } from '../../src/k8s/errors.ts';
import { CERTIFICATES, CONFIG_MAPS, SECRETS } from '../../src/k8s/resources.ts';
import { NEVER, rejectionOf, startBench, type Bench } from './lab.ts';

const READ = { signal: NEVER };
const WRITE = { signal: NEVER };

function configMap(name: string, data: Record<string, string>, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name, ...metadata }, data };
}

async function failureOf(promise: Promise<unknown>): Promise<OperatorError> {
  const error = await rejectionOf(promise);
  if (!(error instanceof OperatorError)) throw new Error('It failed with something that is no OperatorError', { cause: error });
  return error;
}

describe('src/k8s/client.ts', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.stop());

  const statuses = (): readonly (number | undefined)[] => bench.calls.map(({ status }) => status);

  it('creates, reads, replaces, patches and deletes', async () => {
    const { client } = bench;
    const created = (await client.create(CONFIG_MAPS, configMap('one', { a: '1' }), WRITE)) as { metadata: { resourceVersion: string } };
    const { resourceVersion } = created.metadata;
    const replaced = configMap('one', { a: '2' }, { resourceVersion });
    await client.replace(CONFIG_MAPS, { ...replaced, metadata: { ...replaced.metadata, resourceVersion } }, WRITE);
    await client.mergePatch(CONFIG_MAPS, { namespace: 'default', name: 'one' }, { data: { b: '3' } }, WRITE);
    expect(await client.get(CONFIG_MAPS, { namespace: 'default', name: 'one' }, READ)).toMatchObject({ data: { a: '2', b: '3' } });
    await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'one' }, WRITE);
    expect(await failureOf(client.get(CONFIG_MAPS, { namespace: 'default', name: 'one' }, READ))).toMatchObject({ reason: 'notFound' });
    expect(bench.calls.map(({ verb, status }) => [verb, status])).toEqual([
      ['create', 201],
      ['update', 200],
      ['patch', 200],
      ['get', 200],
      ['delete', 200],
      ['get', 404],
    ]);
  });

  it('does not replace an object that has changed since it was read', async () => {
    bench.api.store.put(configMap('one', { a: '1' }));
    const object = configMap('one', { a: '2' }, { resourceVersion: '1' });
    const stale = { ...object, metadata: { ...object.metadata, resourceVersion: '1' } };
    expect(await failureOf(bench.client.replace(CONFIG_MAPS, stale, WRITE))).toMatchObject({ reason: 'conflict' });
    expect(bench.api.store.get('ConfigMap', 'default', 'one')?.['data']).toEqual({ a: '1' });
  });

  it('deletes only the object that was meant', async () => {
    bench.api.store.put(configMap('one', { a: '1' }));
    const preconditions = { uid: '00000000-0000-4000-8000-000000000000' };
    const place = { namespace: 'default', name: 'one' };
    expect(await failureOf(bench.client.delete(CONFIG_MAPS, place, { ...WRITE, preconditions }))).toMatchObject({ reason: 'conflict' });
    expect(bench.api.store.get('ConfigMap', 'default', 'one')?.['data']).toEqual({ a: '1' });
  });

  it('keeps nothing of a dry run', async () => {
    await bench.client.create(CONFIG_MAPS, configMap('one', {}), { ...WRITE, dryRun: true });
    await bench.client.apply(CONFIG_MAPS, configMap('two', {}), { ...WRITE, dryRun: true });
    bench.api.store.put(configMap('three', { a: '1' }));
    await bench.client.delete(CONFIG_MAPS, { namespace: 'default', name: 'three' }, { ...WRITE, dryRun: true });
    expect(bench.api.store.get('ConfigMap', 'default', 'three')?.['data']).toEqual({ a: '1' });
    expect(bench.api.store.list('ConfigMap', 'default').map(({ metadata }) => metadata.name)).not.toContain('one');
    expect(bench.api.store.list('ConfigMap', 'default').map(({ metadata }) => metadata.name)).not.toContain('two');
  });

  it('applies its own fields, and says whose the others are before it takes them', async () => {
    const { client } = bench;
    bench.api.store.put(configMap('two', { mesh: 'theirs' }), { manager: 'kubectl-edit' });
    const ours = configMap('two', { mesh: 'ours' });
    const conflict = await failureOf(client.apply(CONFIG_MAPS, ours, WRITE));
    expect(conflict).toBeInstanceOf(ApiError);
    expect((conflict as ApiError).conflicts).toEqual([{ manager: 'kubectl-edit', field: '.data.mesh' }]);
    await client.apply(CONFIG_MAPS, ours, { ...WRITE, force: true });
    expect(bench.api.store.get('ConfigMap', 'default', 'two')?.['data']).toEqual({ mesh: 'ours' });
  });

  it('lists page by page', async () => {
    for (let index = 0; index < 1001; index += 1) bench.api.store.put(configMap(`many-${index}`, {}));
    const found = await bench.client.list(CONFIG_MAPS, { ...READ, namespace: 'default' });
    expect(found.length).toBe(bench.api.store.list('ConfigMap', 'default').length);
    expect(bench.calls.length).toBe(3);
  });

  it('begins a list again when its pages have expired', async () => {
    for (let index = 0; index < 501; index += 1) bench.api.store.put(configMap(`many-${index}`, {}));
    let calls = 0;
    bench.api.onCall(({ verb }) => {
      calls += verb === 'list' ? 1 : 0;
      if (calls !== 1) return;
      bench.api.store.put(configMap('late', {}));
      bench.api.faults.failNext({ verb: 'list', path: 'continue=', status: 410 });
    });
    const found = await bench.client.list(CONFIG_MAPS, { ...READ, namespace: 'default' });
    expect(found.length).toBe(bench.api.store.list('ConfigMap', 'default').length);
    expect(statuses()).toEqual([200, 410, 200, 200]);
  });

  it('says that a kind is not installed', async () => {
    expect(await failureOf(bench.client.list(CERTIFICATES, READ))).toMatchObject({ reason: 'notFound', kindMissing: true });
  });

  it('asks for the newest state', async () => {
    await bench.client.get(CONFIG_MAPS, { namespace: 'default', name: 'kube-root-ca.crt' }, READ).catch(() => undefined);
    await bench.client.list(CONFIG_MAPS, READ);
    expect(bench.api.audit.filter(({ path }) => path.includes('resourceVersion'))).toEqual([]);
  });

  describe('another try', () => {
    it('reads again after a connection that was cut', async () => {
      bench.api.faults.failNext({});
      await bench.client.raw('/version', READ);
      expect(statuses()).toEqual([undefined, 200]);
    });

    it('reads again after a server error, three times in all', async () => {
      bench.api.faults.failNext({ status: 500, times: 3 });
      expect(await failureOf(bench.client.list(SECRETS, READ))).toMatchObject({ reason: 'serverError' });
      expect(statuses()).toEqual([500, 500, 500]);
    });

    it('never repeats a write that may have happened', async () => {
      bench.api.faults.failNext({ verb: 'create', status: 500, afterwards: true });
      expect(await failureOf(bench.client.create(CONFIG_MAPS, configMap('one', {}), WRITE))).toMatchObject({ reason: 'serverError' });
      bench.api.faults.failNext({ verb: 'create' });
      expect(await failureOf(bench.client.create(CONFIG_MAPS, configMap('two', {}), WRITE))).toMatchObject({ reason: 'unreachable' });
      expect(statuses()).toEqual([500, undefined]);
    });

    it('repeats a write that the server turned away at its door', async () => {
      bench.api.faults.failNext({ verb: 'create', status: 429, retryAfter: 1 });
      await bench.client.create(CONFIG_MAPS, configMap('one', {}), WRITE);
      expect(statuses()).toEqual([429, 201]);
    });

    it('does not wait longer than anybody would, and says how long it was asked to', async () => {
      bench.api.faults.failNext({ status: 429, retryAfter: 60 });
      expect(await failureOf(bench.client.list(SECRETS, READ))).toMatchObject({ reason: 'rateLimited', retryAfterMs: 60_000 });
      expect(statuses()).toEqual([429]);
    });

    it('takes the newer token from the kubeconfig after a 401, for writes too', async () => {
      const token = bench.api.addUser('rotated', { groups: ['system:masters'] });
      const client = await bench.clientOf(bench.api.kubeconfig('rotated'));
      bench.api.faults.tokenExpired('rotated');
      expect(await failureOf(client.raw('/version', READ))).toMatchObject({ reason: 'unauthorized' });
      const fresh = bench.api.addUser('fresh', { groups: ['system:masters'] });
      expect(fresh).not.toBe(token);
      await writeFile(bench.file.replace('0.yaml', '1.yaml'), bench.api.kubeconfig('fresh'));
      await client.create(CONFIG_MAPS, configMap('one', {}), WRITE);
      expect(statuses()).toEqual([401, 401, 401, 201]);
    });
  });

  it('gives up at the deadline, once', async () => {
    bench.api.faults.freeze();
    expect(await failureOf(bench.client.raw('/version', { ...READ, deadlineMs: 100 }))).toMatchObject({
      reason: 'timeout',
      message: 'Cannot get /version (cluster cluster-a): no answer within 100 ms',
    });
    expect(statuses()).toEqual([undefined]);
    bench.api.faults.thaw();
  });

  it('stops when it is told to', async () => {
    bench.api.faults.freeze();
    const stop = new AbortController();
    const call = failureOf(bench.client.raw('/version', { signal: stop.signal }));
    stop.abort();
    expect(await call).toMatchObject({ reason: 'cancelled' });
    bench.api.faults.thaw();
  });

  it('is refused where nothing listens', async () => {
    await bench.api.faults.down();
    const error = await failureOf(bench.client.raw('/version', READ));
    expect(error).toMatchObject({ reason: 'unreachable', why: 'connection refused', where: 'cluster cluster-a' });
  });

  it('does not take a server of another authority', async () => {
    const other = await startBench('cluster-b');
    const [ours, theirs] = [bench, other].map(({ api }) => Buffer.from(api.caPem).toString('base64'));
    const client = await bench.clientOf(bench.api.kubeconfig().replace(ours ?? '', theirs ?? ''));
    expect(await failureOf(client.raw('/version', READ))).toMatchObject({ reason: 'tls' });
    await other.stop();
  });

  describe('secrets', () => {
    const TOKEN = 'token-that-nobody-may-see-0123456789';
    const KEY = 'c2VjcmV0LWtleS1vZi1hLWNsdXN0ZXI=';
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 's' }, data: { 'ca-key.pem': KEY } };

    it.each<[string, (bench: Bench) => Promise<void> | void]>([
      ['refused', (one) => one.api.faults.down()],
      ['cut', (one) => one.api.faults.failNext({ times: 9 })],
      ['401', (one) => one.api.faults.tokenExpired('shy')],
      ['403', (one) => one.api.faults.failNext({ status: 403, times: 9 })],
      [
        '500 that repeats it',
        (one) => one.api.faults.failNext({ status: 500, times: 9, body: { kind: 'Status', message: `Invalid value: "${KEY}"` } }),
      ],
      ['200 that is no JSON', (one) => one.api.faults.failNext({ status: 200, times: 9, body: `{"data":"${KEY}` })],
    ])('a call that fails by %s shows neither token nor key', async (_, breakIt) => {
      bench.api.addUser('shy', { token: TOKEN, groups: ['system:masters'] });
      const client = await bench.clientOf(bench.api.kubeconfig('shy'));
      await breakIt(bench);
      const errors = [
        await failureOf(client.get(SECRETS, { namespace: 'default', name: 's' }, READ)),
        await failureOf(client.create(SECRETS, secret, WRITE)),
      ];
      const text = errors.map((error) => inspect(error, { depth: null, showHidden: true })).join('\n');
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(KEY);
    });

    it('a token that no header may hold is not shown either', async () => {
      bench.api.addUser('shy', { token: TOKEN, groups: ['system:masters'] });
      const client = await bench.clientOf(bench.api.kubeconfig('shy').replace(`token: ${TOKEN}`, `token: "${TOKEN}\\nmore"`));
      const error = await failureOf(client.raw('/version', READ));
      expect(error).toMatchObject({ reason: 'unauthorized' });
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(TOKEN);
    });
  });
});
