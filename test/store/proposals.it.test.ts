import type { Cluster, Redis } from 'ioredis';
import { Secret as OtpSecret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { createProposals, type ProposalStore } from '../../src/store/proposals.ts';
import { PLAN } from '../changes/stage.ts';
import { twoClients } from './changes.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 24, 12);
const KEY = new Secret('k'.repeat(32));
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const TOTP_SECRETS = new Map([
  ['lena', new Secret(SEED)],
  ['mara', new Secret(SEED)],
]);
const KEY_OF_PLAN = '{meshwarden}:proposal:k7f3';
const ROOT = { id: 'k7f3', plan: PLAN, by: 'lena', needed: 2, secondFactor: true, delayMs: 0 };
const EXPIRES = START + 15 * MINUTE;

let server: Awaited<ReturnType<typeof twoClients>>;
let redis: Redis | Cluster;
let bot: ProposalStore;
let worker: ProposalStore;
let now = START;

beforeAll(async () => {
  server = await twoClients();
  [redis] = server.clients;
  const store = (client: Redis | Cluster): ProposalStore =>
    createProposals({ redis: client, key: KEY, totp: TOTP_SECRETS, now: () => now });
  bot = store(redis);
  worker = store(server.clients[1]);
});
afterAll(() => server.stop());
beforeEach(async () => {
  now = START;
  await redis.flushall();
});

const approve = (user: string) => bot.approve('k7f3', { user, at: now });

describe('a plan that waits for approval', () => {
  it('is approved by as many different people as it takes, and taken once', async () => {
    await bot.create(ROOT, START);

    expect(await approve('lena')).toEqual({ state: 'recorded', have: 1, need: 2 });
    expect(await worker.take('k7f3', 'job-1')).toBeUndefined();
    expect(await approve('lena')).toEqual({ state: 'already', have: 1, need: 2 });
    expect(await approve('mara')).toEqual({ state: 'enough', have: 2, need: 2 });

    const approvals = [
      { user: 'lena', at: START },
      { user: 'mara', at: START },
    ];
    const taken = { ...ROOT, plan: JSON.parse(JSON.stringify(PLAN)), expiresAt: EXPIRES, approvals, state: 'used' };
    expect(await worker.take('k7f3', 'job-1')).toEqual(taken);
    expect(await bot.take('k7f3', 'job-2')).toBeUndefined();
    // The same job run again, after its worker died.
    expect(await worker.take('k7f3', 'job-1')).toEqual(taken);
    expect(await approve('otto')).toEqual({ state: 'already', have: 2, need: 2 });
  });

  it('is brought over the line by one of many who press at once', async () => {
    await bot.create(ROOT, START);

    const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((user) => approve(user)));

    expect(answers.map(({ state }) => state).toSorted()).toEqual(['already', 'already', 'already', 'enough', 'recorded']);
    expect((await worker.get('k7f3'))?.approvals).toHaveLength(2);
  });

  it('is taken by one of two workers at the same instant', async () => {
    await bot.create({ ...ROOT, needed: 1 }, START);
    await approve('lena');

    const taken = await Promise.all([bot.take('k7f3', 'job-1'), worker.take('k7f3', 'job-2')]);

    expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
  });

  it('expires after a quarter of an hour, and is forgotten later', async () => {
    await bot.create(ROOT, START);
    await approve('lena');
    now = EXPIRES + 1;

    expect(await approve('mara')).toEqual({ state: 'expired', have: 1, need: 2 });
    expect(await redis.pttl(KEY_OF_PLAN)).toBeGreaterThan(70 * MINUTE);
    expect(await redis.pttl(KEY_OF_PLAN)).toBeLessThanOrEqual(75 * MINUTE);
  });

  it('that was approved is not carried out by a worker that comes long after its end', async () => {
    await bot.create({ ...ROOT, needed: 1 }, START);
    await approve('lena');

    now = EXPIRES + 5 * MINUTE + 1;
    expect(await worker.take('k7f3', 'job-1')).toBeUndefined();
    now = EXPIRES + 5 * MINUTE;
    expect((await worker.take('k7f3', 'job-1'))?.state).toBe('used');
    now = EXPIRES + 60 * MINUTE;
    expect((await worker.take('k7f3', 'job-1'))?.state).toBe('used');
  });

  it('is cancelled until enough people approved', async () => {
    await bot.create(ROOT, START);
    await approve('lena');

    expect([await bot.cancel('k7f3'), await worker.cancel('k7f3')]).toEqual([true, false]);
    expect(await approve('mara')).toEqual({ state: 'cancelled', have: 1, need: 2 });
    expect((await bot.get('k7f3'))?.state).toBe('cancelled');
    expect(await worker.take('k7f3', 'job-1')).toBeUndefined();
  });

  it('takes no id twice, and what is not known is said to be unknown', async () => {
    await bot.create(ROOT, START);

    await expect(worker.create({ ...ROOT, by: 'mara' }, START)).rejects.toMatchObject({ reason: 'conflict' });
    expect((await bot.get('k7f3'))?.by).toBe('lena');
    expect(await bot.approve('none', { user: 'lena', at: now })).toEqual({ state: 'unknown', have: 0, need: 0 });
    expect([await bot.get('none'), await bot.cancel('none'), await worker.take('none', 'job-1')]).toEqual([undefined, false, undefined]);
  });
});

describe('whoever can write to Redis alone', () => {
  const forge = (fields: Readonly<Record<string, string>>) => redis.hset(KEY_OF_PLAN, fields);

  it('cannot approve', async () => {
    await bot.create(ROOT, START);
    await approve('lena');
    const signature = (await redis.hget(KEY_OF_PLAN, 'approval:lena')) ?? '';
    await forge({ 'approval:mara': signature, 'approval:otto': '{"at":1,"signature":"AAAA"}', 'approval:none': 'garbage', state: 'used' });

    expect((await worker.get('k7f3'))?.approvals).toEqual([{ user: 'lena', at: START }]);
    expect(await worker.take('k7f3', 'job-1')).toBeUndefined();
  });

  it('cannot put another plan under an approval, nor give it another end', async () => {
    await bot.create(ROOT, START);
    await approve('lena');
    await forge({ body: JSON.stringify({ ...ROOT, plan: { ...PLAN, hash: 'b'.repeat(64) } }) });
    expect((await worker.get('k7f3'))?.approvals).toEqual([]);

    await forge({ body: JSON.stringify(ROOT), expiresAt: String(EXPIRES + 1) });
    expect((await worker.get('k7f3'))?.approvals).toEqual([]);
  });

  it('cannot make a plan that needs nobody, nor one that cannot be read', async () => {
    for (const body of [JSON.stringify({ ...ROOT, needed: 0 }), 'garbage', '{}']) {
      await redis.del(KEY_OF_PLAN);
      await forge({ body, expiresAt: String(EXPIRES), state: 'used' });
      expect([await worker.get('k7f3'), await worker.take('k7f3', 'job-1')]).toEqual([undefined, undefined]);
    }
  });

  it('cannot read the key or the secrets of authenticators there', async () => {
    await bot.create(ROOT, START);
    await approve('lena');
    await bot.secondFactor('k7f3', 'lena', code(START));

    const keys = await redis.keys('*');
    const texts = await Promise.all(
      keys.map(async (key) => (key === KEY_OF_PLAN ? JSON.stringify(await redis.hgetall(key)) : redis.get(key))),
    );
    expect([...keys, ...texts].join('\n')).not.toMatch(new RegExp(`${KEY.reveal()}|${SEED}`));
  });
});

function code(timestamp: number): string {
  return new TOTP({ secret: OtpSecret.fromBase32(SEED) }).generate({ timestamp });
}

describe('a one-time code', () => {
  const check = (user: string, given: string) => bot.secondFactor('k7f3', user, given);

  it('is good once for each user, however many bots are asked', async () => {
    const answers = await Promise.all([bot, worker].map((store) => store.secondFactor('k7f3', 'lena', code(START))));

    expect(new Set(answers)).toEqual(new Set([false, true]));
    expect([await check('mara', code(START)), await check('mara', code(START))]).toEqual([true, false]);
  });

  it.each([
    [-60_000, false],
    [-30_000, true],
    [30_000, true],
    [60_000, false],
  ])('of a clock that is %d ms off: %s', async (off, good) => {
    expect(await check('lena', code(START + off))).toBe(good);
  });

  it('of somebody without an authenticator, or that is no code, is none', async () => {
    const other = code(START) === '000000' ? '000001' : '000000';
    expect([await check('otto', code(START)), await check('lena', 'abcdef'), await check('lena', other)]).toEqual([false, false, false]);
  });

  it('is not looked at after five wrong ones, until a quarter of an hour has passed', async () => {
    const wrong = [0, 1, 2, 3, 4].map((digit) => `00000${digit}`);
    for (const guess of wrong) expect(await check('lena', guess)).toBe(false);

    expect([await check('lena', code(START)), await check('mara', code(START))]).toEqual([false, true]);
    expect(await redis.pttl('{meshwarden}:wrong-codes:lena')).toBeGreaterThan(14 * MINUTE);
    await redis.del('{meshwarden}:wrong-codes:lena');
    expect(await check('lena', code(START))).toBe(true);
  });
});
