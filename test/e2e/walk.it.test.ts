import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Demo } from '../../lab/demo/start.ts';
import { messageText } from '../../lab/discord/text.ts';
import { launchBrowser, type Browser } from '../browser/browser.ts';
import { openView, type View } from '../browser/view.ts';
import { startQuietDemo } from './demo.ts';

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startQuietDemo(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await demo.stop();
});

const LAST = '.message:last-of-type';
/** How many parts of the page are wider than what is shown of them. */
const STICKING_OUT = `[document.documentElement, ...document.querySelectorAll('.messages, main, .composer')].filter((each) => each.scrollWidth > each.clientWidth).length`;

async function open(width = 1280): Promise<View> {
  const { discord } = demo;
  return openView(browser, `${discord.url}/`, { channel: discord.channel('mesh').id, width });
}

/** Types a command as a person does, key by key, and sends it. */
async function send(view: View, command: string): Promise<void> {
  await view.press('/');
  await view.type(command);
  await view.press('Escape', 'Enter');
}

/** Works a switch of the panel and waits until the lab is in that state. */
async function flip(view: View, title: string): Promise<void> {
  const on = `document.querySelectorAll('.toggle[aria-checked=true]').length`;
  const before = Number(await view.tab.evaluate(on));
  await view.click('switch', title);
  await view.tab.waitForFunction(`${on} !== ${before}`);
}

/** The latest answer in #mesh, as Discord has it. */
function latest(): string {
  const posts = demo.discord.posts(demo.discord.channel('mesh'));
  return JSON.stringify(posts.at(-1));
}

describe('a stranger at the page', () => {
  it('asks for the status with autocomplete, breaks cacerts, reads the cause and sees it mended', async () => {
    const view = await open();
    await view.press('/');
    await view.type('mesh sta');
    await view.shows('.suggestions', '/mesh status');
    await view.press('Enter');
    await view.type('cluster:');
    await view.shows('.suggestions', 'cluster-b');
    await view.press('ArrowDown', 'Enter', 'Enter');
    await view.shows(LAST, 'cluster-b healthy');
    await view.shows(`${LAST} .asked .command`, '/mesh status');
    await flip(view, 'Put a foreign key into cacerts of cluster-b');
    await view.click('button', 'Re-check');
    await view.shows(LAST, 'cacerts of cluster-b holds a private key that does not fit its certificate');
    const broken = await view.lines(`${LAST} .body`);
    await flip(view, 'Put a foreign key into cacerts of cluster-b');
    await view.click('button', 'Re-check');
    await view.shows(LAST, 'cluster-b healthy');
    const mended = await view.lines(`${LAST} .body`);
    await view.close();

    expect(broken).toContainEqual(expect.stringMatching(/^Next: istiod refuses it/));
    expect(mended.filter((line) => line.includes('▲'))).toEqual([]);
  });

  it('stops Redis, reads what happened, and goes on when it is back', async () => {
    const view = await open();
    await flip(view, 'Stop Redis');
    await send(view, 'mesh status');
    await view.shows(LAST, 'The mesh could not be looked at');
    const away = await view.lines(`${LAST} .body`);
    await flip(view, 'Stop Redis');
    await expect
      .poll(
        async () => {
          await demo.discord.slash('mesh status', { user: demo.people.lena }).then((reply) => reply.waitFor(({ thinking }) => !thinking));
          return latest();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toContain('Mesh healthy');
    await view.shows(LAST, 'Mesh healthy');
    await view.close();

    expect(away).toContainEqual(expect.stringContaining('Redis'));
    expect(away).toContainEqual(expect.stringMatching(/^Next: /));
  });

  it('takes an alert over on a phone, and reads in the same card when it is over', async () => {
    const alerts = demo.discord.channel('alerts');
    const before = demo.discord.posts(alerts).length;
    await demo.faults.set('link-cut-cluster-b-cluster-a', true);
    await demo.discord.waitFor(() => demo.discord.posts(alerts).length > before, 25_000);
    const view = await openView(browser, `${demo.discord.url}/`, { channel: alerts.id, width: 360 });
    await view.shows(LAST, 'Link cluster-b → cluster-a is down');
    const told = await view.lines(`${LAST} .body`);
    await view.click('button', 'Ack 1 h');
    // What the person alone is told comes last; the card itself stands above it.
    await view.shows('.messages', 'PAGE, acked');
    const wide = await view.tab.evaluate(STICKING_OUT);
    await demo.faults.set('link-cut-cluster-b-cluster-a', false);
    await demo.discord.waitFor(
      () =>
        demo.discord
          .posts(alerts)
          .slice(before)
          .some((one) => messageText(one).includes('was down for')),
      25_000,
    );
    await view.shows('.messages', 'Link cluster-b → cluster-a was down for');
    const again = demo.discord.posts(alerts).length;
    await view.close();

    expect(told).toContainEqual(expect.stringMatching(/^Hides \d+: gateway of cluster-a from cluster-b/));
    expect([wide, again]).toEqual([0, before + 1]);
  });

  it('reads the card on a phone without anything sticking out', async () => {
    const view = await open(390);
    await send(view, 'mesh certs');
    await view.shows(LAST, 'Next renewal');
    const wide = await view.tab.evaluate(STICKING_OUT);
    await view.close();

    expect(wide).toBe(0);
  });
});
