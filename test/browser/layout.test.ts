import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, type Browser } from './browser.ts';
import { openScreen } from './screen.ts';
import { ids } from './world-parts.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => browser.close());

/** What sticks out of the page or of the list of messages, by its class. */
const wide = `[document.documentElement, ...document.querySelectorAll('.messages, .page, main, .composer, .channel-head')]
  .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.className || each.tagName)`;

describe('in every channel nothing sticks out', () => {
  it.each([1280, 768, 390, 320])('at a width of %i', async (width) => {
    const screen = await openScreen(browser, { width, height: 800 });
    const sticking: Record<string, unknown> = {};
    for (const [name, channel] of Object.entries({ mesh: ids.mesh, formats: ids.formats, answers: ids.answers, alerts: ids.alerts })) {
      await screen.go(channel);
      sticking[name] = await screen.tab.evaluate(wide);
    }
    await screen.close();
    expect(sticking).toEqual({ mesh: [], formats: [], answers: [], alerts: [] });
  });
});

describe('on a phone', () => {
  it('channels and faults lie behind buttons and give way when one is chosen', async () => {
    const screen = await openScreen(browser, { width: 390, height: 800 });
    const visible = "['.channels', '.faults'].map((each) => getComputedStyle(document.querySelector(each)).visibility)";
    expect(await screen.tab.evaluate(visible)).toEqual(['hidden', 'hidden']);
    await screen.click('button', 'Faults, 1 on');
    await screen.click('switch', 'Mute Discord');
    expect(await screen.asked(1)).toEqual({ path: '/lab/faults/mute-discord', body: { on: true } });
    expect(await screen.tab.evaluate(visible)).toEqual(['hidden', 'visible']);
    await screen.press('Escape');
    await screen.loses('.veil');
    await screen.click('button', 'Channels');
    await screen.click('link', 'alerts unread');
    await screen.shows('h1', 'alerts');
    await screen.loses('.veil');
    expect(await screen.tab.evaluate(visible)).toEqual(['hidden', 'hidden']);
    await screen.close();
  });

  it('a command can be chosen and sent by touch alone', async () => {
    const screen = await openScreen(browser, { width: 390, height: 800 });
    await screen.tab.locator('#composer').fill('/');
    await screen.click('option', '/mesh help What the bot can do');
    await screen.click('button', 'Send');
    const body = { user: '100000000000000011', channel: ids.mesh, path: ['mesh', 'help'], options: [] };
    expect(await screen.asked(1)).toEqual({ path: '/lab/slash', body });
    await screen.close();
  });
});
