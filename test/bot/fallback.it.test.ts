import { onTestFinished, expect, test } from 'vitest';
import { messageText } from '../../lab/discord/text.ts';
import { startBot } from '../../src/bot/bot.ts';
import { createFallback } from '../../src/bot/fallback.ts';
import { superviseBot } from '../../src/bot/supervise.ts';
import { createLogger } from '../../src/core/logger.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Incident } from '../../src/alerts/model.ts';
import { acked, incident, later, over } from './incident-samples.ts';
import { allShown, threads, titles, watched, type Watching } from './incidents.ts';
import { AT } from './samples.ts';

const OPEN = '### ▲ PAGE · Link cluster-a → cluster-b is down · <t:1795521600:R>';
const OVER = '### ● Link cluster-a → cluster-b was down for 6 min 12 s · over since <t:1795521972:T>';

/** The bot under its supervisor with a fallback webhook. Its token can be replaced, as by an operator who restarts it. */
async function supervised(tokenOf?: (setup: Watching) => string) {
  const setup = await watched();
  const { d, context, clock, incidents } = setup;
  const channel = d.addChannel('fallback');
  const webhook = new Secret(d.addWebhook(channel));
  let token = tokenOf?.(setup) ?? d.token;
  const { log, claims } = context;
  const supervisor = superviseBot({
    start: (signal) => startBot({ token: new Secret(token), api: d.api, context, signal }),
    memory: { read: async () => undefined, write: async () => undefined },
    fallback: createFallback({ webhook, api: d.api, incidents, claims, clock, log }),
    clock,
    random: { next: () => 0, id: () => 'x' },
    log,
  });
  onTestFinished(() => supervisor.stop());
  await supervisor.attempted;
  return {
    setup,
    supervisor,
    /** The first line of each message there. */
    elsewhere: () => d.posts(channel).map((message) => messageText(message).split('\n')[0]),
    /** The small print of the last one. */
    smallPrint: () =>
      d
        .posts(channel)
        .map((message) => messageText(message).split('\n').at(-1))
        .at(-1),
    mend: () => (token = d.token),
  };
}

test('while the token is refused each change of state goes through the webhook, once; afterwards the channel says what is so', async () => {
  const { setup, elsewhere, smallPrint, mend } = await supervised(() => 'no token');
  const { d, incidents, people } = setup;
  const [a, b, c] = ['a', 'b', 'c'].map((marker) => incident({ id: `${marker}-1`, marker }));
  if (a === undefined || b === undefined || c === undefined) throw new Error('not three');
  for (const one of [a, b]) incidents.put(one);
  d.clock.advance(60_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual([OPEN, OPEN]);
  expect(smallPrint()).toBe('-# link-down · b-1 · fallback webhook: the bot is down, so no buttons and no thread');
  incidents.put(acked(a, people.lena.user.id));
  incidents.put(over(b));
  d.clock.advance(15_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual([OPEN, OPEN, OVER]);
  mend();
  d.clock.advance(10_000);
  await allShown(setup);
  expect(titles(setup)).toEqual(['### ▲ PAGE, acked · Link cluster-a → cluster-b is down · <t:1795521600:R>']);
  incidents.put(over(acked(a, people.lena.user.id)));
  await allShown(setup);
  expect([titles(setup), elsewhere()]).toEqual([[OVER], [OPEN, OPEN, OVER]]);
});

test('what was opened through the webhook, and could not be ended there, is ended in the channel', async () => {
  const { setup, elsewhere, mend } = await supervised(() => 'no token');
  const { d, incidents } = setup;
  incidents.put(incident());
  d.clock.advance(60_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual([OPEN]);
  d.fault({ route: 'POST /webhooks/{webhook_id}/{webhook_token}', status: 500 });
  incidents.put(over(incident()));
  mend();
  d.clock.advance(10_000);
  await allShown(setup);
  expect([titles(setup), elsewhere()]).toEqual([[OVER], [OPEN]]);
});

test('a message of the channel that ended meanwhile is edited when the bot is back', async () => {
  const { setup, elsewhere, mend } = await supervised();
  const { d, incidents } = setup;
  incidents.put(incident());
  await allShown(setup);
  d.revokeToken();
  await expect.poll(() => setup.logs.some((line) => line.includes('the bot is down')), { timeout: 10_000 }).toBe(true);
  incidents.put(over(incident()));
  d.clock.advance(60_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual([OVER]);
  expect(titles(setup)).toEqual([OPEN]);
  mend();
  d.clock.advance(10_000);
  await allShown(setup);
  expect([titles(setup), threads(setup).length, elsewhere()]).toEqual([[OVER], 1, [OVER]]);
});

test('while the bot is up, and in its first minute of trouble, nothing goes through the webhook', async () => {
  const { setup, elsewhere } = await supervised(() => 'no token');
  const { d, incidents, clock } = setup;
  const now = clock.now();
  incidents.put({ ...incident(), announcedAt: now, history: [{ at: now, says: 'Link cluster-a → cluster-b is down' }] });
  await expect.poll(() => setup.logs.filter((line) => line.includes('the bot is down')).length, { timeout: 10_000 }).toBeGreaterThan(1);
  expect(elsewhere()).toEqual([]);
  d.clock.advance(60_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toHaveLength(1);
});

test('what changed just now is left to another bot, and what another alert explains is told where people read of it', async () => {
  const { setup, elsewhere } = await supervised(() => 'no token');
  const { d, incidents, clock } = setup;
  const merged = (before: Incident): Incident =>
    later(before, 'Explained by another alert', { state: 'merged', title: 'x was down', endedAt: AT, turn: 2 });
  const read = incident({ id: 'r-1', marker: 'r' });
  incidents.put(read);
  d.clock.advance(60_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual([OPEN]);
  const now = clock.now();
  incidents.put(incident({ id: 'n-1', marker: 'n', history: [{ at: now, says: 'It is down' }] }));
  incidents.put(merged(incident({ id: 'u-1', marker: 'u' })));
  incidents.put(merged(read));
  incidents.put(incident({ id: 'o-1', marker: 'o', severity: 'info', title: 'old' }));
  const all = [OPEN, '### ◌ x was down · goes on elsewhere', '### ◇ INFO · old · <t:1795521600:R>'];
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual(all);
  d.clock.advance(15_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual([...all, OPEN]);
});

test('a webhook that fails is tried again, and its address stays out of the log', async () => {
  const { setup, elsewhere } = await supervised(() => 'no token');
  const { d, incidents } = setup;
  d.fault({ route: 'POST /webhooks/{webhook_id}/{webhook_token}', status: 500, times: 2 });
  incidents.put(incident());
  incidents.put(over(incident({ id: 'b-1', marker: 'b' })));
  d.clock.advance(60_000);
  await expect.poll(elsewhere, { timeout: 10_000 }).toEqual([OPEN, OVER]);
  expect(setup.logs.filter((line) => line.includes('lab-www'))).toEqual([]);
});

test('an address that is no webhook stops nothing and is said once, without the address', async () => {
  const { clock, context, incidents } = await watched();
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  const webhook = new Secret('https://example.org/hook/s3cret');
  await createFallback({ webhook, api: 'http://127.0.0.1:9', incidents, claims: context.claims, clock, log }).run(
    () => 0,
    AbortSignal.timeout(1_000),
  );
  expect([lines.length, lines[0]?.includes('is not one of Discord'), lines[0]?.includes('s3cret')]).toEqual([1, true, false]);
});
