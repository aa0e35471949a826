/** Alerts, as people meet them: one card for each cause, in the channel, and the same card when it is over. */
import type { APIMessage } from 'discord-api-types/v10';
import { messageText } from '../discord/text.ts';
import { eventually } from './eventually.ts';
import { withFault, type Step } from './step.ts';
import type { Demo } from './start.ts';

/** From the failure to the card. */
const CARD_WITHIN_MS = 15_000;
const SOON_MS = 30_000;

const LINK_DOWN = 'Link cluster-a → cluster-b is down';
const LINK_OVER = 'Link cluster-a → cluster-b was down for';
const GATEWAY_DOWN = 'No gateway pod of cluster-b is ready';
const GATEWAY_OVER = 'No gateway pod of cluster-b was ready for';

/** The channel as it was at one moment, and what came since. */
interface Since {
  all(): readonly APIMessage[];
  /** The message that says all of these; undefined: none does. */
  find(...texts: readonly string[]): APIMessage | undefined;
  waitFor(texts: readonly string[], withinMs: number): Promise<APIMessage>;
}

function sinceNow({ discord }: Demo): Since {
  const alerts = discord.channel('alerts');
  const before = new Set(discord.posts(alerts).map(({ id }) => id));
  const all = (): readonly APIMessage[] => discord.posts(alerts).filter(({ id }) => !before.has(id));
  const find = (...texts: readonly string[]): APIMessage | undefined =>
    all().find((message) => texts.every((text) => messageText(message).includes(text)));
  return {
    all,
    find,
    async waitFor(texts, withinMs) {
      await discord.waitFor(() => find(...texts) !== undefined, withinMs);
      const found = find(...texts);
      if (found === undefined) throw new Error(`Nobody says ${texts.join(', ')}`);
      return found;
    },
  };
}

function expectOnly(since: Since, texts: readonly string[]): void {
  const said = since.all().map(messageText);
  const isExpected = said.length === texts.length && texts.every((text) => said.some((one) => one.includes(text)));
  if (!isExpected) throw new Error(`#alerts should say ${texts.join(' and ')}, and says:\n${said.join('\n---\n')}`);
}

/** Everything is measured, in both directions, and well. */
export async function untilWell({ clock, discord, people }: Demo): Promise<void> {
  await eventually(clock, SOON_MS, async () => {
    const reply = await discord.slash('mesh status', { user: people.lena });
    await reply.waitFor(({ text }) => text.includes('### '), 20_000);
    const { text } = reply;
    const isMeasured = /cluster-a→cluster-b [\d.]+ ms/.test(text) && /cluster-b→cluster-a [\d.]+ ms/.test(text);
    return isMeasured && text.includes('● Mesh healthy') ? { found: text } : { seen: text };
  });
}

/** Waits until the product, asked in a terminal, knows of so many open alerts that say this. */
async function untilOpen(demo: Demo, count: number): Promise<void> {
  await eventually(demo.clock, SOON_MS, async () => {
    const text = await demo.terminal(['alerts', 'list', '--json']);
    const { open } = JSON.parse(text) as { readonly open: readonly unknown[] };
    return open.length === count ? { found: text } : { seen: text };
  });
}

export const ALERT_STEPS: readonly Step[] = [
  {
    name: 'a link is cut one way: one card within 15 s that names what it hides; it is taken over, and the same card says that it is over',
    async run(demo) {
      const { discord, people } = demo;
      await untilWell(demo);
      const since = sinceNow(demo);
      const cut = performance.now();
      await withFault(demo, 'link-cut-cluster-a-cluster-b', async () => {
        const card = await since.waitFor([LINK_DOWN, 'Hides', 'gateway of cluster-b from cluster-a'], CARD_WITHIN_MS);
        discord.note(`The card is there after ${((performance.now() - cut) / 1_000).toFixed(1)} s`);
        if (!messageText(card).includes('cluster-b → cluster-a')) throw new Error('The card does not say how the other direction is');
        await discord.click(card, 'Ack 1 h', { user: people.lena });
        await since.waitFor([LINK_DOWN, people.lena.user.id], SOON_MS);
      });
      await since.waitFor([LINK_OVER], SOON_MS);
      await untilWell(demo);
      expectOnly(since, [LINK_OVER]);
    },
  },
  {
    name: 'the gateway stops behind a link that works: another cause, and another card',
    async run(demo) {
      const since = sinceNow(demo);
      await withFault(demo, 'gateway-not-ready-cluster-b', async () => {
        await since.waitFor([GATEWAY_DOWN, 'gateway of cluster-b from cluster-a'], CARD_WITHIN_MS);
        expectOnly(since, [GATEWAY_DOWN]);
      });
      await since.waitFor([GATEWAY_OVER], SOON_MS);
      await untilWell(demo);
      expectOnly(since, [GATEWAY_OVER]);
    },
  },
  {
    name: 'Discord is away while one thing breaks and mends and another breaks: once it is back, the channel says exactly that',
    async run(demo) {
      const since = sinceNow(demo);
      const { discord, faults } = demo;
      await withFault(demo, 'discord-muted', async () => {
        await withFault(demo, 'link-cut-cluster-a-cluster-b', () => untilOpen(demo, 1));
        await untilOpen(demo, 0);
        discord.note('The gateway of cluster-b stops');
        await faults.set('gateway-not-ready-cluster-b', true);
        await untilOpen(demo, 1);
        expectOnly(since, []);
      });
      await since.waitFor([GATEWAY_DOWN], SOON_MS);
      await since.waitFor([LINK_OVER], SOON_MS);
      expectOnly(since, [LINK_OVER, GATEWAY_DOWN]);
      discord.note('The gateway of cluster-b is back');
      await faults.set('gateway-not-ready-cluster-b', false);
      await since.waitFor([GATEWAY_OVER], SOON_MS);
      await untilWell(demo);
      expectOnly(since, [LINK_OVER, GATEWAY_OVER]);
    },
  },
];
