import { describe, expect, it } from 'vitest';
import { freePort } from '../../lab/redis.ts';
import { Secret } from '../../src/core/secret.ts';
import { connectRedis, whenReady, type RedisConnections, type RedisTarget } from '../../src/store/connection.ts';
import { createCaMemory } from '../../src/store/memory.ts';
import { createOutbox } from '../../src/store/outbox.ts';
import { logLines, type LogLines } from '../core/log-lines.ts';
import { targetOf, testRedis } from './redis.ts';

const NEXT = 'Start Redis or correct redis.url; `meshwarden status` works without it.';

function connect(target: RedisTarget): { connections: RedisConnections; lines: LogLines } & Disposable {
  const lines = logLines();
  const connections = connectRedis(target, lines.log);
  return { connections, lines, [Symbol.dispose]: () => connections.close() };
}

describe('a connection', () => {
  it('says that nothing listens, at once', async () => {
    using parts = connect(targetOf({ port: await freePort() }));
    const redis = parts.connections.open('prompt');
    await parts.lines.line('Redis is away; trying again until it is back');

    await expect(createCaMemory(redis).read()).rejects.toMatchObject({
      reason: 'unreachable',
      message: 'Cannot read what was last seen of the authority (Redis): it does not answer',
      next: NEXT,
    });
  });

  it.each([
    ['a wrong password', 'wrong', /WRONGPASS/],
    ['no password', undefined, /NOAUTH/],
  ])('says what is wrong with %s, and shows neither', async (_what, password, why) => {
    await using server = await testRedis('--requirepass', 'the-right-one');
    using parts = connect(targetOf(server, password));
    parts.connections.open('prompt');

    const line = await parts.lines.line('Redis is away; trying again until it is back');

    expect(line['why']).toMatch(why);
    expect(parts.connections.away()).toMatch(why);
    expect(JSON.stringify(parts.lines.lines)).not.toMatch(/the-right-one|"wrong"/);
  });

  it('is let in with the right password', async () => {
    await using server = await testRedis('--requirepass', 'the-right-one');
    using parts = connect(targetOf(server, 'the-right-one'));
    const redis = parts.connections.open('prompt');
    await whenReady(redis, AbortSignal.timeout(5_000));

    expect(await createCaMemory(redis).read()).toEqual({ certificates: {}, told: {} });
    expect(parts.connections.away()).toBeUndefined();
    expect(parts.lines.lines).toEqual([]);
  });

  it('tells an outage once for all connections, and its end', async () => {
    await using server = await testRedis();
    using parts = connect(targetOf(server));
    const all = (['prompt', 'prompt', 'blocking', 'blocking'] as const).map((use) => parts.connections.open(use));
    await Promise.all(all.map((redis) => whenReady(redis, AbortSignal.timeout(5_000))));

    await server.kill();
    await parts.lines.line('Redis is away; trying again until it is back');
    await server.start();
    await parts.lines.line('Redis is back');
    await Promise.all(all.map((redis) => whenReady(redis, AbortSignal.timeout(10_000))));

    expect(parts.lines.lines.map(({ msg }) => msg)).toEqual(['Redis is away; trying again until it is back', 'Redis is back']);
    expect(parts.connections.away()).toBeUndefined();
  });

  it('does not wait for a Redis that is frozen', async () => {
    await using server = await testRedis();
    using parts = connect(targetOf(server));
    const redis = parts.connections.open('prompt');
    await whenReady(redis, AbortSignal.timeout(5_000));

    server.freeze();
    const asked = createOutbox(redis).depth();

    await expect(asked).rejects.toMatchObject({ message: 'Cannot count the outbox (Redis): it does not answer' });
    server.thaw();
    expect(await createOutbox(redis).depth()).toBe(0);
  });

  it('ends the wait of whoever no longer wants it', async () => {
    using parts = connect(targetOf({ port: await freePort() }));
    const controller = new AbortController();
    const waiting = whenReady(parts.connections.open('prompt'), controller.signal);

    controller.abort('enough');

    await expect(waiting).rejects.toBe('enough');
  });
});

describe('a Redis Cluster', () => {
  it('takes every key of the store', async () => {
    await using server = await testRedis('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    using parts = connect({
      address: { kind: 'cluster', nodes: [{ host: '127.0.0.1', port: server.port }], tls: false },
      username: undefined,
      password: undefined,
    });
    using plain = connect(targetOf(server));
    const node = plain.connections.open('blocking');
    await node.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const redis = parts.connections.open('prompt');
    await whenReady(redis, AbortSignal.timeout(25_000));
    const outbox = createOutbox<{ id: string }>(redis);

    const added = await outbox.add({ id: 'a' }, 1);
    const claimed = await outbox.claim(1, 10);
    await outbox.done('a', 'm');
    const seen = { certificates: { root: { notBefore: 1, notAfter: 2 } }, told: {} };
    await createCaMemory(redis).write(seen);

    expect([added, claimed?.id, await outbox.depth()]).toEqual(['added', 'a', 0]);
    expect(await createCaMemory(redis).read()).toEqual(seen);
  });
});

it('never shows the password of a target', () => {
  const target = { ...targetOf({ port: 1 }), password: new Secret('hunter2') };

  expect(JSON.stringify(target)).not.toContain('hunter2');
});
