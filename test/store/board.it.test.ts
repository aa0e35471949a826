import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../src/store/audit.ts';
import { createBoard, type BoardStore } from '../../src/store/board.ts';
import { twoClients } from './changes.ts';

interface View {
  readonly id: string;
  readonly at: number;
  readonly says: string;
}

let server: Awaited<ReturnType<typeof twoClients>>;
let redis: Redis | Cluster;
let worker: BoardStore<View>;
let bot: BoardStore<View>;

beforeAll(async () => {
  server = await twoClients();
  [redis] = server.clients;
  worker = createBoard<View>(redis);
  bot = createBoard<View>(server.clients[1]);
});
afterAll(() => server.stop());
beforeEach(async () => {
  await redis.flushall();
});

describe('the board', () => {
  it('gives the latest view of a change until it was shown, with what was told before', async () => {
    await worker.put({ id: 'a', at: 1, says: 'begins' });
    await worker.put({ id: 'a', at: 2, says: 'writes' });

    expect(await bot.due()).toEqual([{ view: { id: 'a', at: 2, says: 'writes' }, version: 2, told: [] }]);
    await bot.shown('a', 2, ['writes']);
    expect(await bot.due()).toEqual([]);
    await worker.put({ id: 'a', at: 3, says: 'done' });
    expect(await bot.due()).toEqual([{ view: { id: 'a', at: 3, says: 'done' }, version: 3, told: ['writes'] }]);
  });

  it('takes a view that says nothing new but its time for no news', async () => {
    await worker.put({ id: 'a', at: 1, says: 'waits' });
    await bot.shown('a', 1, []);
    await worker.put({ id: 'a', at: 60_000, says: 'waits' });

    expect([await bot.due(), await bot.get('a')]).toEqual([[], { id: 'a', at: 1, says: 'waits' }]);
  });

  it('shows a view that came while the one before was being shown', async () => {
    await worker.put({ id: 'a', at: 1, says: 'one' });
    const [first] = await bot.due();
    await worker.put({ id: 'a', at: 2, says: 'two' });
    await bot.shown('a', first?.version ?? 0, []);

    expect((await bot.due()).map(({ view }) => view.says)).toEqual(['two']);
  });

  it('keeps the last fifty changes', async () => {
    for (let at = 0; at < 52; at += 1) await worker.put({ id: `c${at}`, at, says: 'done' });

    const ids = (await bot.all()).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(Array.from({ length: 50 }, (_, index) => `c${index + 2}`).toSorted());
    expect(await bot.get('c0')).toBeUndefined();
  });
});

describe('the audit', () => {
  it('gives what was done, newest first, as many as are asked for', async () => {
    const audit = createAudit<{ readonly what: string }>(redis);
    for (const what of ['plan', 'approve', 'start', 'done']) await audit.add({ what });

    expect(await audit.newest(3)).toEqual([{ what: 'done' }, { what: 'start' }, { what: 'approve' }]);
    expect(await createAudit(server.clients[1]).newest(10_000)).toHaveLength(4);
  });

  it('forgets what is older than some ten thousand entries', async () => {
    const audit = createAudit<{ readonly count: number }>(redis);
    for (let batch = 0; batch < 11; batch += 1)
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => audit.add({ count: batch * 1_000 + index })));

    const kept = await redis.xlen('{meshwarden}:audit');
    expect(kept).toBeGreaterThanOrEqual(10_000);
    expect(kept).toBeLessThan(10_200);
    expect(await audit.newest(1)).toEqual([{ count: 10_999 }]);
  });
});
