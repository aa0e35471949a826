import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, type Browser } from './browser.ts';
import { openScreen, type Screen } from './screen.ts';
import { ids, minutesAgo, now, write } from './world-parts.ts';

let browser: Browser;
let screen: Screen;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => browser.close());

beforeEach(async () => {
  screen = await openScreen(browser);
});

afterEach(async () => screen.close());

describe('the page shows', () => {
  it('a card of Components V2 with who asked, its buttons and that it was edited', async () => {
    expect(await screen.message('101')).toEqual([
      'viktor',
      'used',
      '/mesh status',
      'meshwarden',
      'APP',
      'Today at 13:22',
      '● Mesh healthy',
      '2 clusters · seen 4 minutes ago',
      'Runbook',
      'cluster-a edge, signer · Kubernetes 1.36 · Istio 1.30.4',
      'cluster-b compute · Kubernetes 1.36 · Istio 1.30.4',
      'Link a→b 23 ms direct · b→a 24 ms direct',
      'CA root 9 y · a renews in 20 days · b renews in 21 days',
      '38 checks passed',
      'Details',
      'Re-check',
      '(edited)',
    ]);
  });

  it('files and pictures of a card, each once, loaded from the lab itself', async () => {
    const card = '[data-id="200000000000000102"]';
    await screen.tab.evaluate(`document.querySelector('${card} img[alt^="Cert"]').scrollIntoView()`);
    await screen.tab.waitForFunction(`document.querySelector('${card} img[alt^="Cert"]').naturalWidth === 360`);
    const shown = await screen.tab.evaluate(
      `[...document.querySelectorAll('${card} .components a')].map((each) => each.getAttribute('href'))`,
    );
    expect(shown).toEqual(['/cdn/attachments/1/report.txt', '/cdn/attachments/1/chart.png']);
  });

  it('markdown with the names behind mentions and the age of timestamps', async () => {
    await screen.go(ids.formats);
    expect(await screen.message('201')).toEqual([
      'meshwarden',
      'APP',
      'Today at 13:02',
      'One',
      'Two',
      'Three',
      'small print',
      'bold italic under gone code *not this* snake_case_name',
      'quoted',
      'first',
      'inner',
      'second',
      'one',
      'two',
      'istioctl proxy-status',
      '@lena @on-call #alerts /mesh status :ok:',
      'Seen 1 minute ago, at 14:02, on 24 November 2026. The docs hidden',
    ]);
  });

  it('a spoiler only once it is pressed', async () => {
    await screen.go(ids.formats);
    const colour = "getComputedStyle(document.querySelector('.spoiler')).color";
    expect(await screen.tab.evaluate(colour)).toBe('rgba(0, 0, 0, 0)');
    await screen.click('button', 'Spoiler, press to show');
    await screen.shows('.spoiler.shown', 'hidden');
    expect(await screen.tab.evaluate(colour)).toBe('rgb(219, 222, 225)');
  });

  it('an embed with its fields and foot', async () => {
    await screen.go(ids.formats);
    expect(await screen.message('202')).toEqual([
      'meshwarden',
      'APP',
      'Today at 13:32',
      'cert-manager',
      'Intermediate of cluster-a renewed',
      'Distributed to 2 of 2 clusters in 0.4 s.',
      'Issuer',
      'mesh root',
      'Until',
      '13/02/2027',
      'Fingerprint',
      '9F:1C:44:07:AA:31:5B:0E',
      'meshwarden • Today at 13:32',
    ]);
  });

  it('attachments as picture and file, and the message that a reply answers', async () => {
    await screen.go(ids.formats);
    expect(await screen.message('203')).toEqual(['Timeline and table:', 'certs.csv', '1.2 MB']);
    const picture = await screen.tab.evaluate(`document.querySelector('[data-id="200000000000000203"] img').alt`);
    expect(picture).toBe('Timeline of all certificates');
    expect(await screen.message('204')).toEqual([
      'meshwarden',
      'Timeline and table:',
      'VI',
      'viktor',
      'Today at 13:42',
      'Thank you, that is all I wanted to know.',
    ]);
  });

  it('an answer for one person and one that is awaited', async () => {
    expect(await screen.message('104')).toEqual([
      'viktor',
      'used',
      '/mesh rotate-ca',
      'meshwarden',
      'APP',
      'Today at 14:00',
      'You cannot do this: it needs an operator. Operators: @lena.',
      'Only you can see this ·',
      'Dismiss message',
    ]);
    expect(await screen.message('105')).toEqual([
      'lena',
      'used',
      '/mesh certs',
      'meshwarden',
      'APP',
      'Today at 14:02',
      'meshwarden is thinking…',
    ]);
  });

  it('days, threads under their message, and the way into a thread and back', async () => {
    await screen.go(ids.alerts);
    const days = await screen.tab.evaluate("[...document.querySelectorAll('.day')].map((each) => each.innerText)");
    expect(days).toEqual(['23 November 2026', '24 November 2026']);
    expect(await screen.lines('.thread-card')).toEqual(['Link cluster-a → cluster-b', '2 messages ›', 'meshwarden · 12 minutes ago']);
    await screen.tab.locator('.thread-card').click();
    await screen.shows('h1', 'Link cluster-a → cluster-b');
    expect(await screen.message('602')).toEqual(['meshwarden', 'APP', 'Today at 13:50', 'gw-b is back, up since 13:48:44.']);
    await screen.tab.locator('.crumb').click();
    await screen.shows('h1', 'alerts');
  });

  it('every channel and thread that is not archived, and which hold something unread', async () => {
    await screen.shows('.channels', 'answers');
    const channels = await screen.tab.evaluate("[...document.querySelectorAll('.channel')].map((each) => each.textContent.trim())");
    expect(channels).toEqual(['mesh', 'formats unread', 'answers', 'alerts unread', 'Link cluster-a → cluster-b unread']);
    screen.lab.change((world) => ({
      ...world,
      channels: world.channels.map((each) => (each.id === ids.incident ? { ...each, archived: true } : each)),
    }));
    await screen.loses('.threads');
    await screen.go(ids.alerts);
    expect(await screen.lines('.thread-last')).toEqual(['Archived · meshwarden · 12 minutes ago']);
  });
});

describe('as the lab changes, the page', () => {
  it('ages timestamps by the clock of the lab and tells how far ahead that is', async () => {
    screen.lab.change((world) => ({ ...world, clock: { now: now + 3 * 86_400_000, offsetMs: 3 * 86_400_000 } }));
    await screen.shows('.lab-clock', '3 d ahead');
    await screen.shows('[data-id="200000000000000101"] .timestamp', '3 days ago');
    expect(await screen.lines('[data-id="200000000000000101"] .head lab-time')).toEqual(['24/11/2026 13:22']);
  });

  it('draws the newest hundred messages at first, and more at a press', async () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      write({
        id: String(200000000000001000n + BigInt(index)),
        channel: ids.mesh,
        at: minutesAgo(250 - index),
        content: `Message ${index}`,
      }),
    );
    screen.lab.change((world) => ({
      ...world,
      channels: world.channels.map((each) => (each.id === ids.mesh ? { ...each, messages: many } : each)),
    }));
    await screen.shows('.earlier', 'Show earlier messages (150)');
    const drawn = "document.querySelectorAll('.message').length";
    expect(await screen.tab.evaluate(drawn)).toBe(100);
    await screen.click('button', 'Show earlier messages (150)');
    await screen.shows('.earlier', 'Show earlier messages (50)');
    expect(await screen.tab.evaluate(drawn)).toBe(200);
  });

  it('reads everything again after the line to the lab was broken', async () => {
    screen.lab.hangUp();
    screen.lab.world = { ...screen.lab.world, guild: { ...screen.lab.world.guild, name: 'Changed meanwhile' } };
    await screen.shows('.guild', 'Changed meanwhile');
    await screen.tab.waitForFunction("document.querySelector('.composer-status').innerText.trim() === ''");
    expect(await screen.lines('.guild')).toEqual(['Changed meanwhile']);
  });

  it('shows whether the bot is there', async () => {
    expect(await screen.lines('.presence-text')).toEqual(['meshwarden', 'Online · 2 clusters healthy']);
    screen.lab.change((world) => ({ ...world, bot: { ...world.bot, online: false } }));
    await screen.shows('.presence-text', 'Offline');
  });

  it('puts an edit in place and keeps the focus where it was', async () => {
    await screen.tab.evaluate("[...document.querySelectorAll('.button')].find((each) => each.innerText === 'Re-check').focus()");
    screen.lab.change((world) => ({
      ...world,
      channels: world.channels.map((each) => ({ ...each, messages: each.messages.slice(0, 1) })),
    }));
    await screen.loses('[data-id="200000000000000102"]');
    expect(await screen.tab.evaluate('document.activeElement.innerText')).toBe('Re-check');
  });

  it('leaves the focus on the message when an edit takes the focused button away', async () => {
    await screen.tab.evaluate("[...document.querySelectorAll('.button')].find((each) => each.innerText === 'Re-check').focus()");
    const gone = write({ id: '200000000000000101', channel: ids.mesh, at: minutesAgo(40), content: 'Nothing to press here' });
    screen.lab.change((world) => ({
      ...world,
      channels: world.channels.map((each) => (each.id === ids.mesh ? { ...each, messages: [gone] } : each)),
    }));
    await screen.shows('.messages', 'Nothing to press here');
    expect(await screen.tab.evaluate('document.activeElement.dataset.id')).toBe('200000000000000101');
  });

  it('stays with the newest message, but moves nobody who reads further up', async () => {
    const atEnd =
      "(() => { const list = document.querySelector('.messages'); return list.scrollHeight - list.scrollTop - list.clientHeight < 2; })()";
    await screen.tab.waitForFunction(atEnd);
    add('200000000000000111', 'First of two');
    await screen.shows('.messages', 'First of two');
    await screen.tab.waitForFunction(atEnd);
    await screen.tab.evaluate("document.querySelector('.gallery img').scrollIntoView()");
    await screen.tab.waitForFunction("document.querySelector('.gallery img').naturalWidth === 360");
    await screen.tab.evaluate("document.querySelector('.messages').scrollTop = 40");
    await screen.tab.waitForFunction('new Promise((done) => requestAnimationFrame(() => done(true)))');
    add('200000000000000112', 'Second of two');
    await screen.shows('.to-newest', 'New messages');
    expect(await screen.tab.evaluate("document.querySelector('.messages').scrollTop")).toBe(40);
    await screen.click('button', 'New messages');
    await screen.tab.waitForFunction(atEnd);
    await screen.tab.waitForFunction("document.querySelector('.to-newest').hidden");
  });
});

function add(id: string, content: string): void {
  const view = write({ id, channel: ids.mesh, at: now, content });
  screen.lab.change((world) => ({
    ...world,
    channels: world.channels.map((each) => (each.id === ids.mesh ? { ...each, messages: [...each.messages, view] } : each)),
  }));
}
