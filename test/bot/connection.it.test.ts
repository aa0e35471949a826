import { expect, test } from 'vitest';
import { startBot } from '../../src/bot/bot.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { setUp, startAll, type Lab } from './product.ts';
import { renewedNotice } from './samples.ts';

/** So many heartbeats that a client which was left behind would have tried again meanwhile: it does so twice a second. */
async function beats(d: Lab, count: number): Promise<void> {
  const sent = () => d.gatewayLog.filter(({ from, what }) => from === 'bot' && /heartbeat/i.test(what)).length;
  const before = sent();
  await expect.poll(sent, { timeout: 10_000 }).toBeGreaterThan(before + count);
}

const POST = 'POST /channels/{channel_id}/messages';

test('of two bots one answers', async () => {
  const { d, people, anotherContext } = await startAll();
  const stopped = new AbortController();
  const second = await startBot({ token: new Secret(d.token), api: d.api, context: anotherContext(), signal: stopped.signal });
  const reply = await d.slash('mesh status', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  const help = await d.slash('mesh help', { user: people.jon });
  expect(help.text).toContain('/mesh status');
  const callbacks = d.requests.filter(({ route }) => route.startsWith('POST /interactions/'));
  expect(callbacks.map(({ status }) => status)).toEqual([200, 204]);
  await second.stop();
});

test('a token that is withdrawn ends the bot with what to do', async () => {
  const { d, bot } = await startAll();
  d.revokeToken();
  expect(await bot.ended).toMatchObject({ reason: 'unauthorized', message: 'Discord refuses the token' });
});

test('one 401 by mistake does not end it: the token is put back and notices go out', async () => {
  const { d, outbox, clock, logs } = await startAll();
  d.fault({ route: POST, status: 401, times: 1 });
  await outbox.add(renewedNotice(), clock.now());
  await d.waitFor(() => d.posts(d.channel('alerts')).length === 1, 15_000);
  expect(logs.some((line) => line.includes('takes it again'))).toBe(true);
});

test('401 on every route ends it', async () => {
  const { d, bot, outbox, clock } = await startAll();
  d.fault({ route: '*', status: 401 });
  await outbox.add(renewedNotice(), clock.now());
  expect(await bot.ended).toMatchObject({ reason: 'unauthorized' });
});

test('a Discord that answers no heartbeat ends the bot; one that does never', async () => {
  const { d, bot } = await startAll({ faster: 40, discord: { heartbeatMs: 150 } });
  let ended = false;
  void bot.ended.then(() => (ended = true));
  await beats(d, 20);
  expect(ended).toBe(false);
  d.gateway.freeze();
  expect(await bot.ended).toMatchObject({ reason: 'timeout', message: 'Discord is silent: no heartbeat was answered for 90 s' });
});

test('a login that failed leaves nothing behind that answers later', async () => {
  const setup = await setUp({ discord: { heartbeatMs: 200 } });
  const { d } = setup;
  d.gateway.refuse('503');
  await expect(setup.startBot()).rejects.toBeInstanceOf(OperatorError);
  d.gateway.refuse(undefined);
  await setup.startBot();
  await beats(d, 8);
  const identifies = d.gatewayLog.filter(({ from, what }) => from === 'bot' && /identify/i.test(what));
  expect(identifies).toHaveLength(1);
});

test('a refused token is told as such', async () => {
  const setup = await setUp();
  await expect(setup.startBot('lab.wrong.token')).rejects.toMatchObject({ reason: 'unauthorized', message: 'Discord refuses the token' });
});

test('stopping while it reconnects takes less than three seconds, and it does not come back', async () => {
  const { d, bot, clock, startBot: startAgain } = await startAll({ discord: { heartbeatMs: 200 } });
  d.gateway.refuse('503');
  d.gateway.close(4000);
  const begun = clock.now();
  await bot.stop();
  expect(clock.now() - begun).toBeLessThan(3_000);
  d.gateway.refuse(undefined);
  await startAgain();
  const begins = () => d.gatewayLog.filter(({ from, what }) => from === 'bot' && /identify|resume/i.test(what)).length;
  await beats(d, 8);
  expect(begins()).toBe(2);
});

test('a notice is posted once although Discord answers with an error after it took it, and mentions nobody', async () => {
  const { d, outbox, clock } = await startAll();
  d.fault({ route: POST, status: 502, processed: true, times: 5 });
  await outbox.add({ ...renewedNotice(), what: '@everyone <@&1>' }, clock.now());
  await expect.poll(() => outbox.depth(), { timeout: 15_000 }).toBe(0);
  expect(d.posts(d.channel('alerts'))).toHaveLength(1);
  const said = d.requests.flatMap(({ body, method }) =>
    method === 'GET' ? [] : [body as { allowed_mentions?: unknown; components?: unknown }],
  );
  const posts = said.filter((body) => body?.components !== undefined);
  expect(posts.map((body) => body.allowed_mentions)).toEqual(posts.map(() => ({ parse: [] })));
});

test('a channel where the bot may not write is told in the log and by /mesh bot, with what to give', async () => {
  const { d, people, outbox, clock, logs } = await startAll();
  d.removePermission(d.channel('alerts'), 'SendMessages');
  await outbox.add(renewedNotice(), clock.now());
  await expect.poll(() => logs.some((line) => line.includes('Give the bot Send Messages')), { timeout: 10_000 }).toBe(true);
  const health = await d.slash('mesh bot', { user: people.jon });
  await health.waitFor(({ text }) => text.includes('**Notices** cannot be posted'));
  expect(health.text).toContain('Give the bot Send Messages, Embed Links and Attach Files in this channel.');
});

test('its presence is its health', async () => {
  const { d, redis } = await startAll({ faster: 100 });
  await d.waitFor(() => d.gateway.presence.activity === 'Ready');
  await redis.stop();
  await d.waitFor(() => d.gateway.presence.status === 'dnd');
  expect(d.gateway.presence).toMatchObject({ status: 'dnd' });
  await redis.start();
});
