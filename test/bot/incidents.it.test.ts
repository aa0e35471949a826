import { MessageFlags } from 'discord-api-types/v10';
import { expect, test } from 'vitest';
import { acked, incident, later, over } from './incident-samples.ts';
import { allShown, posted, sent, threads, titles, watched } from './incidents.ts';
import { AT } from './samples.ts';

const OPEN = '### ▲ PAGE · Link cluster-a → cluster-b is down · <t:1795521600:R>';
const ACKED = '### ▲ PAGE, acked · Link cluster-a → cluster-b is down · <t:1795521600:R>';
const OVER = '### ● Link cluster-a → cluster-b was down for 6 min 12 s · over since <t:1795521972:T>';
const OVER_LINE = 'Over after 6 min 12 s; the 4 that it hid are healthy again';
const POST = 'POST #alerts/messages 200';
const EDIT = 'PATCH #alerts/messages/{message_id} 200';
const READ = 'GET #alerts/messages 200';
const START = 'POST #alerts/messages/{message_id}/threads 201';
const TELL = 'POST thread/messages 200';
const ARCHIVE = 'PATCH thread 200';

test('one that opens, is acked and ends is one message and one thread', async () => {
  const setup = await watched();
  const { incidents, people } = setup;
  await setup.startBot();
  const seen: unknown[] = [];
  const first = incident();
  const second = acked(first, people.lena.user.id);
  for (const state of [first, second, over(second)]) {
    incidents.put(state);
    await allShown(setup);
    seen.push(titles(setup));
  }
  expect(seen).toEqual([[OPEN], [ACKED], [OVER]]);
  expect(sent(setup)).toEqual([READ, POST, EDIT, START, TELL, EDIT, TELL, ARCHIVE]);
  expect(threads(setup)).toEqual([{ archived: true, lines: [`Acked by <@${people.lena.user.id}>`, OVER_LINE] }]);
  const { id: message, channel_id: channel } = posted(setup)[0] ?? {};
  expect(incidents.noted.filter(({ version }) => version === 3)).toEqual([
    { id: first.id, version: 3, turn: 2, channel, message, told: 3 },
  ]);
});

test('a page is heard, everything else is read; the thread wakes nobody', async () => {
  const setup = await watched();
  const { d, incidents } = setup;
  await setup.startBot();
  incidents.put(incident({ id: 'p-1', marker: 'p' }));
  incidents.put(incident({ id: 't-1', marker: 't', severity: 'ticket' }));
  incidents.put(incident({ id: 'i-1', marker: 'i', severity: 'info' }));
  incidents.put(over(incident({ id: 'o-1', marker: 'o' })));
  incidents.put(incident({ id: 'm-1', marker: 'm', muted: { why: 'silenced', until: undefined, by: undefined } }));
  incidents.put(later(incident({ id: 'p-1', marker: 'p' }), 'Another reason now: refused'));
  await allShown(setup);
  const isQuiet = (flags = 0): boolean => (flags & MessageFlags.SuppressNotifications) !== 0;
  const loud = posted(setup).map((message, at) => [titles(setup)[at]?.slice(0, 9), !isQuiet(message.flags)]);
  expect(loud).toEqual([
    ['### ▲ PAG', true],
    ['### ● Lin', false],
    ['### ◌ PAG', false],
    ['### ▲ TIC', false],
    ['### ◇ INF', false],
  ]);
  const lines = d.threads(d.channel('alerts')).flatMap((thread) => d.posts(thread));
  expect(lines.map(({ flags, mentions, mention_roles }) => [isQuiet(flags), mentions, mention_roles])).toEqual([[true, [], []]]);
});

test('a page that nobody took calls the role, a nag the person; each exactly them, once', async () => {
  const setup = await watched();
  const { d, incidents, people } = setup;
  await setup.startBot();
  const lena = people.lena.user.id;
  const escalated = (before = incident()) => ({
    ...later(before, 'Nobody acked this page within 10 min'),
    history: [...before.history, { at: AT + 609_000, says: 'Nobody acked this page within 10 min', wakes: 'role' as const }],
  });
  const first = escalated();
  incidents.put(first);
  await allShown(setup);
  const second = acked(first, lena);
  const third = {
    ...second,
    version: 4,
    history: [...second.history, { at: AT + 4_000_000, says: `${lena} acked this 1 h ago, and it still fails`, wakes: 'person' as const }],
  };
  incidents.put(third);
  await allShown(setup);
  incidents.put({ ...over(third), version: 5 });
  await allShown(setup);
  const [thread] = d.threads(d.channel('alerts'));
  const calls =
    thread === undefined
      ? []
      : d
          .posts(thread)
          .map(({ content, mentions, mention_roles }) => [content.replace(/<t:\d+:T> /g, ''), mentions.map(({ id }) => id), mention_roles]);
  expect(calls).toEqual([
    [`Nobody acked this page within 10 min · <@&${people.operatorRole.id}>`, [], [people.operatorRole.id]],
    [`Acked by <@${lena}>`, [], []],
    [`<@${lena}> acked this 1 h ago, and it still fails · <@${lena}>`, [lena], []],
    [OVER_LINE, [], []],
  ]);
});

test('a role that was to be called while Discord was away is not called for what was acked or is over since', async () => {
  const setup = await watched();
  const { d, incidents, people } = setup;
  const waking = (marker: string) => {
    const first = incident({ id: `${marker}-1`, marker });
    return {
      ...first,
      version: 2,
      history: [...first.history, { at: AT + 609_000, says: 'Nobody acked this page', wakes: 'role' as const }],
    };
  };
  incidents.put(acked(waking('a'), people.lena.user.id));
  incidents.put(over(waking('o')));
  await setup.startBot();
  await allShown(setup);
  const roles = [...d.threads(d.channel('alerts')), d.channel('alerts')].flatMap((where) =>
    d.posts(where).flatMap((one) => one.mention_roles),
  );
  expect([roles, posted(setup).length]).toEqual([[], 2]);
});

test('what another alert explains before anybody read of it is told there alone', async () => {
  const setup = await watched();
  const { incidents } = setup;
  await setup.startBot();
  const first = incident();
  const merged = later(first, 'Explained by another alert: API of cluster-b is down', { state: 'merged', endedAt: AT + 60_000, turn: 2 });
  incidents.put(merged);
  await allShown(setup);
  expect([posted(setup), incidents.shownOf(first.id)]).toEqual([
    [],
    { version: 2, turn: 2, channel: setup.d.channel('alerts').id, message: '', told: 2 },
  ]);
});

test('three transitions while Discord is away leave exactly the truth', async () => {
  const setup = await watched();
  const { d, incidents, people } = setup;
  await setup.startBot();
  const [a, b] = [incident({ id: 'a-1', marker: 'a' }), incident({ id: 'b-1', marker: 'b' })];
  incidents.put(a);
  await allShown(setup);
  const away = d.mute();
  incidents.put(acked(a, people.lena.user.id));
  await expect.poll(() => sent(setup).filter((line) => line.endsWith('503')).length, { timeout: 10_000 }).toBeGreaterThan(0);
  incidents.put(over(acked(a, people.lena.user.id)));
  incidents.put(over(b));
  away.end();
  await allShown(setup);
  expect(titles(setup)).toEqual([OVER, OVER]);
  expect(threads(setup)).toEqual([{ archived: true, lines: [`Acked by <@${people.lena.user.id}>`, OVER_LINE] }]);
});

test.each([
  ['a server error', { status: 500 }],
  ['a server error after it was taken', { status: 502, processed: true }],
  ['a cut connection', { reset: 'fin' }],
  ['a connection that was cut after it was taken', { reset: 'fin', processed: true }],
  ['a page of a proxy', { status: 503, html: true }],
  ['a wait', { status: 429, retryAfter: 0.1 }],
] as const)('%s at any call loses and doubles nothing', async (_name, fault) => {
  const setup = await watched();
  const { d, incidents, people } = setup;
  await setup.startBot();
  const calls = [
    'POST /channels/{channel_id}/messages',
    'PATCH /channels/{channel_id}/messages/{message_id}',
    'POST /channels/{channel_id}/messages/{message_id}/threads',
    'PATCH /channels/{channel_id}',
  ];
  for (const route of calls) d.fault({ route, times: 1, ...fault });
  const first = incident();
  incidents.put(first);
  await allShown(setup);
  for (const route of calls) d.fault({ route, times: 1, ...fault });
  incidents.put(over(acked(first, people.lena.user.id)));
  await allShown(setup);
  expect(titles(setup)).toEqual([OVER]);
  expect(threads(setup)).toEqual([{ archived: true, lines: [`Acked by <@${people.lena.user.id}>`, OVER_LINE] }]);
});

test('a bot that ends between a post and its note finds its message again', async () => {
  const setup = await watched();
  const { incidents, people } = setup;
  const bot = await setup.startBot();
  const first = incident();
  incidents.put(first);
  await allShown(setup);
  await bot.stop();
  incidents.forgetShown();
  const second = acked(first, people.lena.user.id);
  incidents.put(second);
  setup.d.clock.advance(10_000);
  await setup.startBot();
  await allShown(setup);
  incidents.forgetShown();
  incidents.put(over(second));
  await allShown(setup);
  expect(titles(setup)).toEqual([OVER]);
  expect(threads(setup).map(({ lines }) => lines)).toEqual([[`Acked by <@${people.lena.user.id}>`, OVER_LINE]]);
});
