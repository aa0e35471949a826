import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeAlerts } from '../../src/actions/change-alerts.ts';
import { advance, DEFAULT_POLICY, emptyState } from '../../src/alerts/index.ts';
import type { AlertEvent, AlertState, Silence } from '../../src/alerts/model.ts';
import { DAY, HOUR } from '../../src/core/duration.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createAlertStore, type AlertStore } from '../../src/store/alerts.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { createIncidentBoard } from '../../src/store/incidents.ts';
import { LINK, NOON, sampleOf } from '../actions/alerts.ts';
import { logLines } from '../core/log-lines.ts';
import { targetOf, testRedis, type TestRedis } from './redis.ts';

const SUBJECTS = '{meshwarden}:alerts:subjects';
const INCIDENTS = '{meshwarden}:alerts:incidents';
const META = '{meshwarden}:alerts:meta';

let server: TestRedis;
let connections: ReturnType<typeof connectRedis>;
let redis: Redis | Cluster;
/** Of two processes. */
let one: AlertStore;
let other: AlertStore;

const usable = (client: Redis | Cluster): Promise<void> => whenReady(client, AbortSignal.timeout(10_000));

beforeAll(async () => {
  server = await testRedis();
  connections = connectRedis(targetOf(server), logLines().log);
  redis = connections.open('prompt');
  const second = connections.open('prompt');
  await Promise.all([usable(redis), usable(second)]);
  one = createAlertStore(redis, () => NOON);
  other = createAlertStore(second, () => NOON + HOUR);
});
afterAll(async () => {
  connections.close();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await redis.flushall();
});

const trial = (name: string, at: number, outcome: 'ok' | 'failing' = 'failing'): AlertEvent => ({
  kind: 'samples',
  samples: [sampleOf('trial', { kind: 'trial', name }, outcome, at)],
});
const linkOk = (at: number): AlertEvent => ({ kind: 'samples', samples: [sampleOf('link-down', LINK, 'ok', at)] });
const after = (state: AlertState, event: AlertEvent, now: number): AlertState => advance(state, event, now, DEFAULT_POLICY);

async function happen(event: AlertEvent, now: number, store = one): Promise<AlertState> {
  const before = await store.load();
  const next = after(before.state, event, now);
  expect(await store.commit(before, next)).toBe(true);
  return next;
}

function silence(id: string): Silence {
  return { id, match: '*', by: 'lena', reason: 'work', from: NOON, until: NOON + HOUR };
}

describe('the state of alerts', () => {
  it('is empty and begins now where nothing is remembered', async () => {
    expect(await one.load()).toEqual({ version: 0, state: emptyState(NOON) });
    expect(await redis.keys('*')).toEqual([]);
  });

  it('is the same for every process, whole, with when it was begun', async () => {
    await happen(linkOk(NOON), NOON);
    await happen({ kind: 'silence', silence: silence('s1') }, NOON + 1);
    const last = await happen(trial('a', NOON + 2), NOON + 2);

    const { state } = await other.load();

    expect(state).toEqual(last);
    expect([state.begunAt, Object.keys(state.subjects).toSorted(), Object.keys(state.incidents).length, state.silences]).toEqual([
      NOON,
      ['link-down|link:cluster-a>cluster-b', 'trial|trial:a'],
      1,
      [silence('s1')],
    ]);
  });

  it('writes nothing where nothing changed', async () => {
    await happen(linkOk(NOON), NOON);
    const before = await one.load();

    expect(await one.commit(before, after(before.state, { kind: 'tick' }, NOON + 1))).toBe(true);

    expect(await other.load()).toEqual(before);
  });

  it('writes only what changed, and keeps what only a newer version knows', async () => {
    await happen(linkOk(NOON), NOON);
    await happen(trial('a', NOON), NOON);
    const key = 'link-down|link:cluster-a>cluster-b';
    const kept = JSON.parse((await redis.hget(SUBJECTS, key)) ?? '') as object;
    const newer = JSON.stringify({ ...kept, jitterMs: 4 });
    await redis.hset(SUBJECTS, key, newer);
    await redis.hset(SUBJECTS, 'link-wobbles|link:x>y', '{"rule":"link-wobbles"}');

    await happen(trial('a', NOON + 1, 'ok'), NOON + 1);
    expect([await redis.hget(SUBJECTS, key), await redis.hget(SUBJECTS, 'link-wobbles|link:x>y')]).toEqual([
      newer,
      '{"rule":"link-wobbles"}',
    ]);
    expect((await one.load()).state.subjects[key]).toEqual({ ...kept, jitterMs: 4 });
  });

  it('forgets a subject that is followed no longer', async () => {
    await happen(linkOk(NOON), NOON);
    await happen({ kind: 'retire', keys: ['link-down|link:cluster-a>cluster-b'] }, NOON + 1);

    expect([(await other.load()).state.subjects, await redis.hlen(SUBJECTS)]).toEqual([{}, 0]);
  });

  it.each([
    ['a subject', () => redis.hset(SUBJECTS, 'trial|trial:a', '{"rule":"trial","state":"on fire"}')],
    ['an incident', async () => redis.hset(INCIDENTS, (await redis.hkeys(INCIDENTS))[0] ?? '', 'no JSON')],
    ['when it began', () => redis.hset(META, 'rest', '{"silences":7}')],
    ['its version', () => redis.hset(META, 'version', 'seven')],
  ])('goes on where %s cannot be read', async (_, damage) => {
    await happen({ kind: 'silence', silence: silence('s1') }, NOON);
    await happen(trial('a', NOON), NOON);
    await damage();

    await happen(trial('b', NOON + 1), NOON + 1, other);
    await happen(trial('a', NOON + 2), NOON + 2);

    const { state } = await other.load();
    expect(Object.values(state.subjects).map(({ state: how }) => how)).toEqual(['firing', 'firing']);
    expect(Object.values(state.incidents).filter(({ endedAt }) => endedAt === undefined)).toHaveLength(2);
    // Where the beginning was lost, it is written anew and stays.
    expect(state.begunAt).toBe((await one.load()).state.begunAt);
  });
});

describe('of two who write at once', () => {
  it('one is told to decide anew', async () => {
    const [mine, theirs] = await Promise.all([one.load(), other.load()]);
    const next = after(mine.state, trial('a', NOON), NOON);
    const also = after(theirs.state, trial('b', NOON), NOON);

    expect([await one.commit(mine, next), await other.commit(theirs, also)]).toEqual([true, false]);
    expect((await other.load()).state).toEqual(next);
  });

  it('neither loses anything', async () => {
    const write = (store: AlertStore, who: string) => async () => {
      for (let count = 0; count < 20; count += 1) {
        const alerts = { store, policy: DEFAULT_POLICY };
        const context = { alerts, clock: { ...systemClock, now: () => NOON }, signal: AbortSignal.timeout(20_000) };
        await changeAlerts(context, () => [{ kind: 'silence', silence: silence(`${who}${count}`) }]);
      }
    };

    await Promise.all([write(one, 'a')(), write(other, 'b')()]);

    const ids = (await one.load()).state.silences.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(['a', 'b'].flatMap((who) => Array.from({ length: 20 }, (_, count) => `${who}${count}`)).toSorted());
  });

  it('an answer that was lost does no harm: the same is written once', async () => {
    const before = await one.load();
    const next = after(before.state, trial('a', NOON), NOON);

    expect([await one.commit(before, next), await one.commit(before, next)]).toEqual([true, true]);

    expect((await one.load()).state).toEqual(next);
    expect(await createIncidentBoard(redis).due(10)).toHaveLength(1);
  });
});

describe('what is due in the channel', () => {
  it('is marked with the write that made it so, and with no other', async () => {
    const board = createIncidentBoard(redis);
    await happen(linkOk(NOON), NOON);
    expect(await board.due(10)).toEqual([]);
    const begun = await happen(trial('a', NOON), NOON);
    const [incident] = Object.values(begun.incidents);

    expect(await board.due(10)).toEqual([{ incident }]);
    await board.shown(incident?.id ?? '', { version: 1, turn: 1, channel: 'c', message: 'm', told: 0 });
    await happen(linkOk(NOON + 1), NOON + 1);
    expect(await board.due(10)).toEqual([]);
  });

  it('is nothing that nobody is told of', async () => {
    await happen({ kind: 'silence', silence: silence('s1') }, NOON);
    await happen(trial('a', NOON + 1), NOON + 1);

    expect(Object.values((await one.load()).state.incidents).map(({ muted }) => muted?.by)).toEqual(['lena']);
    expect(await createIncidentBoard(redis).due(10)).toEqual([]);
  });

  it('stays until it was shown to its end, although the state has forgotten it', async () => {
    const board = createIncidentBoard(redis);
    await happen(trial('a', NOON), NOON);
    await happen(trial('a', NOON + 1, 'ok'), NOON + 1);
    const later = NOON + 2 * DAY;
    expect((await happen({ kind: 'tick' }, later)).incidents).toEqual({});

    const [due] = await board.due(10);
    expect([due?.incident.state, due?.incident.version]).toEqual(['over', 2]);
    const id = due?.incident.id ?? '';
    expect(await board.get(id)).toEqual(due);
    await board.shown(id, { version: 2, turn: 2, channel: 'c', message: 'm', told: 1 });
    expect([await board.due(10), await board.get(id), await redis.keys('*incidents:*')]).toEqual([[], undefined, []]);
  });

  it('is forgotten where too many wait already that ended long ago: nobody comes for them', async () => {
    const rest = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`old-${at}`, '{}']));
    await redis.hset('{meshwarden}:incidents:left', rest);
    await happen(trial('a', NOON), NOON);
    await happen(trial('a', NOON + 1, 'ok'), NOON + 1);
    expect(await redis.zcard('{meshwarden}:incidents:due')).toBe(1);
    await happen({ kind: 'tick' }, NOON + 2 * DAY);

    expect(await redis.zcard('{meshwarden}:incidents:due')).toBe(0);
    expect(await redis.hlen('{meshwarden}:incidents:left')).toBe(1_000);
  });

  it('is forgotten with its incident once it was shown', async () => {
    const board = createIncidentBoard(redis);
    await happen(trial('a', NOON), NOON);
    await happen(trial('a', NOON + 1, 'ok'), NOON + 1);
    const [due] = await board.due(10);
    await board.shown(due?.incident.id ?? '', { version: 2, turn: 2, channel: 'c', message: 'm', told: 1 });
    await happen({ kind: 'tick' }, NOON + 2 * DAY);

    expect(await redis.keys('*incident*')).toEqual([]);
  });
});

describe('a Redis that fails', () => {
  it('which lost everything between reading and writing is written nothing half', async () => {
    await happen(linkOk(NOON), NOON);
    const before = await one.load();
    await redis.flushall();

    expect(await one.commit(before, after(before.state, trial('a', NOON + 1), NOON + 1))).toBe(false);

    expect(await redis.keys('*')).toEqual([]);
    const anew = await happen(trial('a', NOON + 1), NOON + 1, other);
    expect([anew.begunAt, Object.keys(anew.subjects)]).toEqual([NOON + HOUR, ['trial|trial:a']]);
  });

  it('and got other content meanwhile takes nothing that was decided on what it had', async () => {
    await happen(trial('a', NOON), NOON);
    const before = await one.load();
    await redis.flushall();
    await happen(trial('b', NOON), NOON, other);

    expect(await one.commit(before, after(before.state, linkOk(NOON + 1), NOON + 1))).toBe(false);
    expect(Object.keys((await one.load()).state.subjects)).toEqual(['trial|trial:b']);
  });

  it('by a power cut still has what it acknowledged, with what is due', async () => {
    const next = await happen(trial('a', NOON), NOON);
    const stale = await other.load();
    await happen(linkOk(NOON + 1), NOON + 1);
    await server.kill();
    await expect(one.load()).rejects.toMatchObject({ reason: 'unreachable', what: 'Cannot read how alerts stand', where: 'Redis' });
    await expect(one.commit(stale, after(next, linkOk(NOON + 2), NOON + 2))).rejects.toMatchObject({
      reason: 'unreachable',
      what: 'Cannot keep how alerts stand',
    });
    await server.start();
    await usable(redis);

    const { state } = await one.load();
    expect(Object.keys(state.subjects).toSorted()).toEqual(['link-down|link:cluster-a>cluster-b', 'trial|trial:a']);
    expect(await createIncidentBoard(redis).due(10)).toEqual([{ incident: Object.values(state.incidents)[0] }]);
  });
});
