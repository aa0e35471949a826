import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MessageView, WorldView } from '../../lab/page/contract.ts';
import type { Incident } from '../../src/alerts/model.ts';
import { toBody } from '../../src/bot/card.ts';
import { incidentCard } from '../../src/bot/render/incident.ts';
import { acked, CAUSE, incident, over } from '../bot/incident-samples.ts';
import { launchBrowser, type Browser } from './browser.ts';
import { openScreen } from './screen.ts';
import { ids, minutesAgo, people, user, write } from './world-parts.ts';

const LENA = people[1];
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => browser.close());

const LONG = 'production_eu_central_1_blue_cluster_with_a_long_name';

/** As they are posted, one message each. */
const INCIDENTS: readonly Incident[] = [
  incident({
    title: `Link ${LONG} → cluster-b is down`,
    hides: Array.from({ length: 9 }, (_, at) => `gateway of ${LONG}-${at} from cluster-a`),
    hidMost: 9,
    cause: { ...CAUSE, commands: [`kubectl --context ${LONG} -n istio-system describe pod -l istio=eastwestgateway`] },
  }),
  acked(incident(), LENA.id),
  incident({ muted: { why: `silenced: moving gw-b (${LENA.id})`, until: minutesAgo(-60), by: LENA.id } }),
  over(acked(incident(), LENA.id)),
  incident(),
];

function posted(one: Incident, index: number): MessageView {
  const { flags, components } = toBody(incidentCard(one));
  const mentions = [user(LENA)];
  return write({ id: `20000000000000070${index}`, channel: ids.alerts, at: minutesAgo(1), flags, components, mentions });
}

function withAlerts(world: WorldView): WorldView {
  const messages = INCIDENTS.map(posted);
  return { ...world, channels: world.channels.map((channel) => (channel.id === ids.alerts ? { ...channel, messages } : channel)) };
}

/** Whatever reaches over the right edge of the window, except code that scrolls in its own box. */
const sticking = `[...document.querySelectorAll('.message, .message *')]
  .filter((each) => each.getBoundingClientRect().right > innerWidth || (each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0))
  .map((each) => each.textContent.slice(0, 40))`;

/** Buttons that are less high than this, or not wholly in the window. */
const hardToPress = (
  height: number,
): string => `[...document.querySelectorAll('.message button')].map((each) => [each.innerText, each.getBoundingClientRect()])
  .filter(([, { left, right, height }]) => left < 0 || right > innerWidth || height < ${height}).map(([text]) => text)`;

/** A thumb needs more than a pointer. */
it.each([
  [360, 40],
  [768, 32],
])('cards of alerts are read whole and answered at a width of %i', async (width, height) => {
  const screen = await openScreen(browser, { width, height: 780, channel: ids.alerts });
  screen.lab.change(withAlerts);
  await screen.shows('[data-id="200000000000000704"]', 'PAGE');
  expect([await screen.tab.evaluate(sticking), await screen.tab.evaluate(hardToPress(height))]).toEqual([[], []]);
  const card = await screen.lines('[data-id="200000000000000704"] .container');
  expect(card.slice(-5)).toEqual(['link-down · a1b2c3d4e5-k1', 'Diagnose', 'Ack 1 h', 'Silence…', 'Show commands']);
  await screen.tab.locator('[data-id="200000000000000704"] .row button:nth-of-type(2)').click();
  expect(await screen.asked(1)).toEqual({
    path: '/lab/component',
    body: { user: people[0].id, channel: ids.alerts, message: '200000000000000704', customId: 'mw1|ack|a1b2c3d4e5-k1|a1b2c3d4e5' },
  });
  await screen.close();
});
