import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ShownIncident } from '../../src/actions/alerts.ts';
import type { AlertState, Incident } from '../../src/alerts/model.ts';
import { createAlertStore } from '../../src/store/alerts.ts';
import { createIncidentBoard, type IncidentBoard } from '../../src/store/incidents.ts';
import { createVantages } from '../../src/store/vantages.ts';
import { LINK, NOON } from '../actions/alerts.ts';
import { twoClients } from './changes.ts';

let server: Awaited<ReturnType<typeof twoClients>>;
let redis: Redis | Cluster;
/** Of two bots. */
let board: IncidentBoard;
let second: IncidentBoard;

beforeAll(async () => {
  server = await twoClients();
  [redis] = server.clients;
  board = createIncidentBoard(redis);
  second = createIncidentBoard(server.clients[1]);
});
afterAll(() => server.stop());
beforeEach(async () => {
  await redis.flushall();
});

function incident(id: string, version = 1): Incident {
  return {
    id,
    marker: `m-${id}`,
    root: 'link-down|link:cluster-a>cluster-b',
    about: 'failing',
    rule: 'link-down',
    subject: LINK,
    severity: 'page',
    startedAt: NOON,
    openedAt: NOON + 9_000,
    announcedAt: NOON + 9_000,
    state: 'firing',
    title: 'Link cluster-a → cluster-b is down',
    cause: { code: 'timed-out', says: 'connect timed out', facts: ['gw-b answers no ping'], hint: 'Look.', commands: ['tailscale status'] },
    evidence: '3 of 4 probes failed',
    hides: ['gateway of cluster-b from cluster-a'],
    hidMost: 1,
    context: ['cluster-b → cluster-a: not measured'],
    ack: { by: 'lena', at: NOON, nagAt: NOON },
    muted: { why: 'silence', until: undefined, by: undefined },
    history: [{ at: NOON, says: 'It began', wakes: 'role' }],
    version,
    turn: 1,
  };
}

/** Writes incidents as the state of alerts would. */
async function put(...incidents: readonly Incident[]): Promise<void> {
  const store = createAlertStore(redis, () => NOON);
  const before = await store.load();
  const next: AlertState = {
    ...before.state,
    incidents: { ...before.state.incidents, ...Object.fromEntries(incidents.map((one) => [one.id, one])) },
  };
  expect(await store.commit(before, next)).toBe(true);
}

function shown(version: number, changed: Partial<ShownIncident> = {}): ShownIncident {
  return { version, turn: 1, channel: 'alerts', message: 'message-1', told: 1, ...changed };
}

const ids = async (limit = 10): Promise<readonly string[]> => (await board.due(limit)).map(({ incident: { id } }) => id);

describe('the board of incidents', () => {
  it('gives an incident, whole, until it was shown', async () => {
    await put(incident('a'));

    expect(await second.due(10)).toEqual([{ incident: incident('a') }]);
    await board.shown('a', shown(1));
    expect([await second.due(10), await second.get('a')]).toEqual([[], { incident: incident('a'), shown: shown(1) }]);
  });

  it('gives it again with what was shown when it changed', async () => {
    await put(incident('a'));
    await board.shown('a', shown(1, { fallback: true }));
    await put(incident('a', 2));

    expect(await board.due(10)).toEqual([{ incident: incident('a', 2), shown: shown(1, { fallback: true }) }]);
  });

  it('keeps one due that changed while it was being shown, behind those that wait', async () => {
    await put(incident('a'));
    await put(incident('b'));
    await put(incident('a', 3));
    await board.shown('a', shown(1));

    expect(await ids()).toEqual(['b', 'a']);
    await board.shown('a', shown(3));
    expect(await ids()).toEqual(['b']);
  });

  it('does not hear a bot that showed less than another did', async () => {
    await put(incident('a', 2));
    await board.shown('a', shown(2, { told: 5 }));
    await second.shown('a', shown(1));

    expect([await ids(), (await board.get('a'))?.shown]).toEqual([[], shown(2, { told: 5 })]);
  });

  it('gives the oldest first, as many as are asked for', async () => {
    for (const id of ['d', 'b', 'a', 'c']) await put(incident(id));

    expect([await ids(2), await ids(4)]).toEqual([
      ['d', 'b'],
      ['d', 'b', 'a', 'c'],
    ]);
  });

  it('passes over what it cannot read', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await put(incident(id));
    await redis.hset('{meshwarden}:alerts:incidents', { a: '{}', b: 'no JSON' });

    expect([await ids(1), await ids(2), await board.get('a')]).toEqual([['c'], ['c', 'd'], undefined]);
  });

  it('shows again where what was shown cannot be read', async () => {
    await put(incident('a'));
    await board.shown('a', shown(1));
    await put(incident('a', 2));
    await redis.hset('{meshwarden}:incidents:shown', 'a', '[]');

    expect(await board.due(10)).toEqual([{ incident: incident('a', 2) }]);
    await board.shown('a', shown(2));
    expect(await ids()).toEqual([]);
  });

  it('notes nothing of an incident that nobody knows any more', async () => {
    await put(incident('a'));
    await redis.flushall();
    await board.shown('a', shown(1));

    expect(await redis.keys('*')).toEqual([]);
  });
});

describe('vantages', () => {
  it('are alive for twenty seconds after they said so', async () => {
    const [here, there] = server.clients.map((client) => createVantages(client));
    await here?.beat('cluster-b', NOON);
    await there?.beat('cluster-a', NOON + 5_000);

    expect(await here?.alive(NOON + 20_000)).toEqual(['cluster-a', 'cluster-b']);
    expect(await here?.alive(NOON + 20_001)).toEqual(['cluster-a']);
    expect(await here?.alive(NOON + 25_001)).toEqual([]);
  });

  it('whose clock was set back are not alive for ever', async () => {
    const vantages = createVantages(redis);
    await vantages.beat('cluster-b', NOON + 3_600_000);

    expect(await vantages.alive(NOON)).toEqual([]);
    await vantages.beat('cluster-b', NOON);
    expect(await vantages.alive(NOON)).toEqual(['cluster-b']);
  });

  it('are forgotten after an hour', async () => {
    const vantages = createVantages(redis);
    await vantages.beat('cluster-b', NOON);
    await vantages.beat('cluster-a', NOON + 3_600_000);

    expect(await redis.zcard('{meshwarden}:vantages')).toBe(1);
  });
});
