import { Redis } from 'ioredis';
import { onTestFinished, expect, test } from 'vitest';
import { advance, DEFAULT_POLICY } from '../../src/alerts/index.ts';
import type { AlertEvent } from '../../src/alerts/model.ts';
import type { Sample } from '../../src/mesh/health.ts';
import { createAlertStore } from '../../src/store/alerts.ts';
import { createIncidentBoard } from '../../src/store/incidents.ts';
import { CAUSE } from './incident-samples.ts';
import { threads, titles, type Watching } from './incidents.ts';
import { setUp } from './product.ts';

/** The bot over what the rules make of samples, kept in a real Redis. */
async function kept() {
  const setup = await setUp({ faster: 20 });
  const { d, clock, context } = setup;
  const redis = new Redis({ host: '127.0.0.1', port: setup.redis.port });
  onTestFinished(() => redis.disconnect());
  const store = createAlertStore(redis, () => clock.now());
  const board = createIncidentBoard(redis);
  const happen = async (event: AlertEvent): Promise<void> => {
    const before = await store.load();
    if (!(await store.commit(before, advance(before.state, event, clock.now(), DEFAULT_POLICY)))) throw new Error('somebody else wrote');
  };
  const own = { ...context, incidents: board, alertState: () => store.load().then(({ state }) => state) };
  return { ...setup, d, board, redis, store, happen, start: () => setup.startBot(d.token, own) };
}

function sampleAt(at: number, outcome: Sample['outcome'], rule: 'link-down' | 'api-down' = 'link-down'): Sample {
  const subject =
    rule === 'link-down'
      ? ({ kind: 'link', from: 'cluster-a', to: 'cluster-b' } as const)
      : ({ kind: 'api', cluster: 'cluster-b' } as const);
  return { rule, subject, at, vantage: 'cluster-a', outcome, ...(outcome === 'failing' ? { cause: CAUSE } : {}) };
}

test('what the rules say is in the channel: opened, taken, and over, also when Redis lost everything in between', async () => {
  const { d, clock, board, redis, store, happen, start, ...setup } = await kept();
  const look = { d } as unknown as Watching;
  const shown = async (): Promise<void> => {
    await expect.poll(() => board.due(10), { timeout: 15_000 }).toEqual([]);
  };
  const measure = async (outcome: Sample['outcome'], times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      d.clock.advance(3_000);
      await happen({ kind: 'samples', samples: [sampleAt(clock.now(), outcome)] });
    }
  };
  const bot = await start();
  await measure('ok', 2);
  await measure('failing', 4);
  await shown();
  expect(titles(look).map((title) => title.replace(/<.*>/, '<when>'))).toEqual([
    '### ▲ PAGE · Link cluster-a → cluster-b is down · <when>',
  ]);
  const [id] = Object.keys((await store.load()).state.incidents);
  if (id === undefined) throw new Error('no incident');
  const lena = setup.people.lena.user.id;
  await happen({ kind: 'ack', incident: id, by: lena, forMs: undefined });
  await shown();
  await bot.stop();
  await redis.flushall();
  d.clock.advance(20_000);
  await start();
  await measure('failing', 4);
  await shown();
  await measure('ok', 3);
  await shown();
  const [line = ''] = titles(look);
  expect([titles(look).length, /^### ● Link cluster-a → cluster-b was down for \d+ s · over since <t:\d+:T>$/.test(line)]).toEqual([
    1,
    true,
  ]);
  const [thread] = threads(look);
  expect([thread?.archived, thread?.lines[0], thread?.lines.at(-1)?.replace(/\d+ s/, 'some s')]).toEqual([
    true,
    `Acked by <@${lena}>`,
    'Over after some s',
  ]);
});
