import { expect, test } from 'vitest';
import { emptyState } from '../../src/alerts/index.ts';
import { markerOf } from '../../src/alerts/incident.ts';
import type { AlertState, SubjectHealth } from '../../src/alerts/model.ts';
import { acked, incident, later, over } from './incident-samples.ts';
import { allShown, posted, sent, threads, titles, watched, type Watching } from './incidents.ts';

const HOUR = 3_600_000;
const OPEN = '### ▲ PAGE · Link cluster-a → cluster-b is down · <t:1795521600:R>';
const OVER = '### ● Link cluster-a → cluster-b was down for 6 min 12 s · over since <t:1795521972:T>';
const OVER_LINE = 'Over after 6 min 12 s; the 4 that it hid are healthy again';
const alerts = ({ d }: Watching) => d.channel('alerts');

async function opened(setup: Watching, first = incident()) {
  setup.incidents.put(first);
  await allShown(setup);
  const before = sent(setup).length;
  return { first, since: () => sent(setup).slice(before) };
}

async function started() {
  const setup = await watched();
  await setup.startBot();
  return setup;
}

test('a message that somebody deleted is posted anew, and goes on there', async () => {
  const setup = await started();
  const { incidents, people } = setup;
  const { first, since } = await opened(setup);
  alerts(setup).messages.clear();
  const second = acked(first, people.lena.user.id);
  incidents.put(second);
  await allShown(setup);
  incidents.put(over(second));
  await allShown(setup);
  expect(since()).toEqual([
    'PATCH #alerts/messages/{message_id} 404',
    'POST #alerts/messages 200',
    'POST #alerts/messages/{message_id}/threads 201',
    'POST thread/messages 200',
    'PATCH #alerts/messages/{message_id} 200',
    'POST thread/messages 200',
    'PATCH thread 200',
  ]);
  expect(titles(setup)).toEqual([OVER]);
});

test('an old message that somebody deleted is posted anew for what is no change of state, too', async () => {
  const setup = await started();
  const { d, incidents, people } = setup;
  const { first, since } = await opened(setup);
  d.clock.advance(2 * HOUR);
  alerts(setup).messages.clear();
  incidents.put(acked(first, people.lena.user.id));
  await allShown(setup);
  expect(since()).toEqual([
    'POST #alerts/messages/{message_id}/threads 404',
    'POST #alerts/messages 200',
    'POST #alerts/messages/{message_id}/threads 201',
    'POST thread/messages 200',
  ]);
  expect(titles(setup)).toEqual(['### ▲ PAGE, acked · Link cluster-a → cluster-b is down · <t:1795521600:R>']);
});

test('what would stand in a thread that somebody deleted answers the message', async () => {
  const setup = await started();
  const { d, incidents, people } = setup;
  const { first } = await opened(setup);
  const second = acked(first, people.lena.user.id);
  incidents.put(second);
  await allShown(setup);
  for (const thread of d.threads(alerts(setup))) d.world.channels.delete(thread.id);
  incidents.put(over(second));
  await allShown(setup);
  const [message, reply] = posted(setup);
  expect([posted(setup).length, reply?.content.replace(/^<t:\d+:T> /, ''), reply?.message_reference?.message_id]).toEqual([
    2,
    OVER_LINE,
    message?.id,
  ]);
});

test('a thread that was put away opens by itself, a locked one by hand, and one that cannot be opened is answered outside', async () => {
  const setup = await started();
  const { d, incidents } = setup;
  const { first } = await opened(setup);
  let now = later(first, 'line 1');
  incidents.put(now);
  await allShown(setup);
  const [thread] = d.threads(alerts(setup));
  if (thread?.thread === undefined) throw new Error('there is no thread');
  const add = async (line: string): Promise<void> => {
    now = later(now, line);
    incidents.put(now);
    await allShown(setup);
  };
  thread.thread.archived = true;
  await add('line 2');
  Object.assign(thread.thread, { archived: true, locked: true });
  await add('line 3');
  Object.assign(thread.thread, { archived: true, locked: true });
  d.fault({ route: 'PATCH /channels/{channel_id}', status: 403, body: { message: 'Missing Permissions', code: 50_013 } });
  await add('line 4');
  const outside = posted(setup)
    .slice(1)
    .map(({ content }) => content.replace(/^<t:\d+:T> /, ''));
  expect([threads(setup), outside]).toEqual([[{ archived: true, lines: ['line 1', 'line 2', 'line 3'] }], ['line 4']]);
});

test('where no thread may be started the lines answer the message', async () => {
  const setup = await started();
  const { d, incidents } = setup;
  const { first } = await opened(setup);
  d.removePermission(alerts(setup), 'CreatePublicThreads');
  incidents.put(later(first, 'line 1'));
  await allShown(setup);
  expect(
    posted(setup)
      .slice(1)
      .map(({ content }) => content.replace(/^<t:\d+:T> /, '')),
  ).toEqual(['line 1']);
  expect(d.threads(alerts(setup))).toEqual([]);
});

test('without the right to post nothing is lost, and `/mesh bot` says what is missing', async () => {
  const setup = await started();
  const { d, incidents, people } = setup;
  d.removePermission(alerts(setup), 'SendMessages');
  incidents.put(incident());
  await expect.poll(() => setup.logs.some((line) => line.includes('an alert could not be shown')), { timeout: 10_000 }).toBe(true);
  const health = await d.slash('mesh bot', { user: people.jon });
  await health.waitFor(({ text }) => text.includes('Alerts'));
  expect(health.text.split('\n').find((line) => line.includes('**Alerts**'))).toBe(
    '**Alerts** cannot be posted: Discord refused a message: 403 50013 Missing Permissions. Give the bot Send Messages, Embed Links and Attach Files in this channel.',
  );
  alerts(setup).overwrites.length = 0;
  await allShown(setup);
  expect(titles(setup)).toEqual([OPEN]);
});

test('without the channel nothing is lost, and what to correct is said', async () => {
  const setup = await started();
  const { d, incidents, people } = setup;
  const channel = alerts(setup);
  d.removeChannel(channel);
  incidents.put(incident());
  await expect.poll(() => setup.logs.some((line) => line.includes('an alert could not be shown')), { timeout: 10_000 }).toBe(true);
  const health = await d.slash('mesh bot', { user: people.jon });
  await health.waitFor(({ text }) => text.includes('Alerts'));
  expect(health.text).toContain('Unknown Channel. Correct the channel id in the configuration.');
  d.world.channels.set(channel.id, channel);
  await allShown(setup);
  expect(titles(setup)).toEqual([OPEN]);
});

test('one that Discord does not take holds up nobody', async () => {
  const setup = await started();
  const { d, incidents } = setup;
  const [bad, good] = [incident({ id: 'bad-1', marker: 'bad' }), incident({ id: 'good-1', marker: 'good' })];
  await opened(setup, bad);
  for (const thread of posted(setup)) d.world.channels.delete(thread.id);
  const fault = d.fault({
    route: 'PATCH /channels/{channel_id}/messages/{message_id}',
    status: 400,
    body: { message: 'no', code: 40_000 },
  });
  incidents.put(over(bad));
  incidents.put(good);
  await expect.poll(() => titles(setup), { timeout: 10_000 }).toEqual([OPEN, OPEN]);
  expect((await incidents.due(10)).map((due) => due.incident.id)).toEqual(['bad-1']);
  fault.end();
  await allShown(setup);
  expect(titles(setup)).toEqual([OVER, OPEN]);
});

/** One attempt after the other: which alert, and how often all that are due had been read by then. */
async function refused(ids: readonly string[]) {
  const setup = await watched();
  const { d, incidents } = setup;
  const tried: (readonly [string, number])[] = [];
  const fault = d.fault({ route: 'POST /channels/{channel_id}/messages', status: 400, body: { message: 'no', code: 40_000 } });
  const get = async (id: string) => {
    tried.push([id, incidents.looks()]);
    return incidents.get(id);
  };
  for (const id of ids) incidents.put(incident({ id, marker: id }));
  await setup.startBot(d.token, { ...setup.context, incidents: { ...incidents, get } });
  return {
    tries: async (count: number) => {
      await expect.poll(() => tried.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
      return tried.slice(0, count);
    },
    end: async () => {
      fault.end();
      await allShown(setup);
    },
  };
}

test('where all fail they wait together, and each has its turn', async () => {
  const { tries, end } = await refused(['a', 'b', 'c']);
  expect(await tries(6)).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 1],
    ['a', 2],
    ['b', 3],
    ['c', 4],
  ]);
  await end();
});

test('one that Discord never takes is left alone for ever longer, and the others are looked for all the while', async () => {
  const { tries, end } = await refused(['a']);
  expect(await tries(5)).toEqual([
    ['a', 1],
    ['a', 5],
    ['a', 13],
    ['a', 29],
    ['a', 61],
  ]);
  await end();
});

test('of a message older than an hour only changes of state are edited, and what Discord takes later is done later', async () => {
  const setup = await started();
  const { d, incidents, people } = setup;
  const { first, since } = await opened(setup);
  d.clock.advance(2 * HOUR);
  const second = acked(first, people.lena.user.id);
  incidents.put(second);
  await allShown(setup);
  expect(since()).toEqual(['POST #alerts/messages/{message_id}/threads 201', 'POST thread/messages 200']);
  const tooOften = {
    message: 'Maximum number of edits to messages older than 1 hour reached. Try again later.',
    code: 30_046,
    retry_after: 60,
    global: false,
  };
  d.fault({ route: 'PATCH /channels/{channel_id}/messages/{message_id}', status: 429, retryAfter: 60, body: tooOften, times: 1 });
  incidents.put(over(second));
  await expect
    .poll(() => threads(setup), { timeout: 10_000 })
    .toEqual([{ archived: false, lines: [`Acked by <@${people.lena.user.id}>`, OVER_LINE] }]);
  expect(titles(setup)).toEqual([OPEN]);
  await allShown(setup);
  expect([titles(setup), threads(setup)[0]]).toEqual([
    [OVER],
    { archived: true, lines: [`Acked by <@${people.lena.user.id}>`, OVER_LINE] },
  ]);
});

test('two bots say everything once', async () => {
  const setup = await started();
  const { incidents, people } = setup;
  await setup.startBot(setup.d.token, { ...setup.anotherContext(), incidents });
  const all = Array.from({ length: 12 }, (_, at) => incident({ id: `m${at}-1`, marker: `m${at}` }));
  for (const one of all) incidents.put(one);
  await allShown(setup);
  setup.d.clock.advance(10_000);
  for (const one of all) incidents.put(over(acked(one, people.lena.user.id)));
  await allShown(setup);
  expect(titles(setup)).toEqual(all.map(() => OVER));
  expect(threads(setup)).toEqual(all.map(() => ({ archived: true, lines: [`Acked by <@${people.lena.user.id}>`, OVER_LINE] })));
});

test('after Redis lost everything open messages are found again, and what is well by now says so', async () => {
  const root = 'link-down|link:cluster-a>cluster-b';
  const [again, well, gone] = [markerOf(root, 'failing'), markerOf('api-down|api:cluster-b', 'failing'), 'f0f0f0f0f0'];
  let state: AlertState | undefined;
  const setup = await watched({ alertState: async () => state ?? emptyState(0) });
  const { d, incidents, clock } = setup;
  const bot = await setup.startBot();
  for (const marker of [again, well, gone]) incidents.put(incident({ id: `${marker}-old`, marker }));
  await allShown(setup);
  await bot.stop();
  for (const marker of [again, well, gone]) incidents.forget(`${marker}-old`);
  d.clock.advance(60_000);
  const begunAt = clock.now();
  const since = begunAt + 5_000;
  const api: SubjectHealth = {
    rule: 'api-down',
    subject: { kind: 'api', cluster: 'cluster-b' },
    state: 'ok',
    since,
    window: '+',
    turns: [],
    sampledAt: since,
    knownAt: since,
    vantage: 'cluster-b',
  };
  state = { ...emptyState(begunAt), subjects: { 'api-down|api:cluster-b': api } };
  const taken = incident({ id: `${again}-new`, marker: again });
  state = { ...state, incidents: { [taken.id]: taken } };
  incidents.put(taken);
  d.clock.advance(31 * 60_000);
  await setup.startBot();
  await allShown(setup);
  await expect
    .poll(() => titles(setup), { timeout: 10_000 })
    .toEqual([
      OPEN,
      `### ● API of cluster-b is well · seen since <t:${Math.floor(since / 1_000)}:T>`,
      '### ◌ This alert is followed no longer',
    ]);
  expect(incidents.shownOf(`${again}-new`)?.message).toBe(posted(setup)[0]?.id);
});

test('two hundred at once are one message each, pages first, without a 429', async () => {
  const setup = await watched({ faster: 100 });
  const { d, incidents } = setup;
  d.fault({ route: 'POST /channels/{channel_id}/messages', rate: { limit: 5, perMs: 45 } });
  await setup.startBot();
  const severities = ['info', 'ticket', 'page', 'page'] as const;
  for (let at = 0; at < 200; at += 1) {
    const severity = severities[at % 4] ?? 'page';
    incidents.put(incident({ id: `s${at}-1`, marker: `s${at}`, title: `s${at}`, severity }));
  }
  await allShown(setup, 60_000);
  const words = titles(setup).map((title) => title.split(' ')[2] ?? '');
  expect([words.length, words.slice(0, 100).every((word) => word === 'PAGE'), new Set(titles(setup)).size]).toEqual([200, true, 200]);
  expect(words.slice(100)).toEqual([...Array<string>(50).fill('TICKET'), ...Array<string>(50).fill('INFO')]);
  expect(d.requests.filter(({ status }) => status === 429)).toEqual([]);
});

test('after the channel was changed in the configuration an open message stays where it is, unless that is gone', async () => {
  const setup = await watched();
  const { d, incidents, context, people } = setup;
  const bot = await setup.startBot();
  const [a, b] = [incident({ id: 'a-1', marker: 'a' }), incident({ id: 'b-1', marker: 'b' })];
  incidents.put(a);
  await allShown(setup);
  await bot.stop();
  const fresh = d.addChannel('fresh');
  d.clock.advance(10_000);
  await setup.startBot(d.token, { ...context, alertsChannel: fresh.id });
  incidents.put(acked(a, people.lena.user.id));
  incidents.put(b);
  await allShown(setup);
  expect([titles(setup).length, d.posts(fresh).length]).toEqual([1, 1]);
  d.removeChannel(alerts(setup));
  incidents.put(over(acked(a, people.lena.user.id)));
  await expect.poll(() => d.posts(fresh).length, { timeout: 10_000 }).toBe(2);
});
