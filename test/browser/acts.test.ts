import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, type Browser } from './browser.ts';
import { modal } from './modal-fixture.ts';
import { openScreen, type Screen } from './screen.ts';
import { ids, people } from './world-parts.ts';

const viktor = { user: people[0].id, channel: ids.mesh };
const refused = 'Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)';
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

describe('the composer', () => {
  it('lists the registered commands at / and sends the chosen one by keyboard alone', async () => {
    await screen.press('/');
    await screen.shows('.suggestions', '/mesh status');
    expect(await screen.lines('.suggestions')).toEqual([
      'Commands',
      '/mesh certs',
      'What is signed by whom, and what renews when',
      '/mesh help',
      'What the bot can do',
      '/mesh rotate-ca',
      'A new intermediate or root, step by step',
      'scope cluster? dry-run?',
      '/mesh status',
      'Clusters, link, gateways and certificates on one card',
      'cluster?',
    ]);
    await screen.press('ArrowUp', 'Enter');
    await screen.shows('.suggestions', 'Options of /mesh status');
    await screen.press('Enter');
    expect(await screen.asked(1)).toEqual({ path: '/lab/slash', body: { ...viktor, path: ['mesh', 'status'], options: [] } });
    await screen.tab.waitForFunction("document.querySelector('#composer').value === ''");
  });

  it('asks the bot for choices and sends the value behind the chosen name', async () => {
    screen.lab.answers.set('/lab/autocomplete', {
      status: 200,
      body: {
        choices: [
          { name: 'cluster-a (edge)', value: 'a' },
          { name: 'cluster-b (compute)', value: 'b' },
        ],
      },
    });
    await screen.press('/');
    await screen.type('mesh status cluster:cl');
    await screen.shows('.suggestions', 'cluster-b (compute)');
    await screen.press('ArrowDown', 'Enter', 'Enter');
    expect(await screen.asked(2)).toEqual({
      path: '/lab/slash',
      body: { ...viktor, path: ['mesh', 'status'], options: [{ name: 'cluster', value: 'b' }] },
    });
    const question = { ...viktor, path: ['mesh', 'status'], options: [{ name: 'cluster', value: 'cl' }], focused: 'cluster' };
    expect(screen.lab.asked[0]).toEqual({ path: '/lab/autocomplete', body: question });
  });

  it('refuses in place what lacks a required option, and helps with it', async () => {
    await screen.press('/');
    await screen.type('mesh rotate-ca');
    await screen.press('Enter');
    await screen.shows('.composer-status', 'scope is required: What is replaced');
    expect(await screen.lines('.suggestions')).toEqual(['scope · What is replaced', 'Intermediate', 'Root']);
    await screen.press('Enter', 'Enter');
    const body = { ...viktor, path: ['mesh', 'rotate-ca'], options: [{ name: 'scope', value: 'intermediate' }] };
    expect(await screen.asked(1)).toEqual({ path: '/lab/slash', body });
  });

  it('says so while the bot has registered no commands', async () => {
    screen.lab.change((world) => ({ ...world, commands: [], guild: { ...world.guild, name: 'Empty' } }));
    await screen.shows('.guild', 'Empty');
    await screen.press('/');
    await screen.shows('.composer-status', 'The bot has registered no commands yet');
    expect(await screen.lines('.suggestions')).toEqual([]);
  });

  it('says that it carries commands only', async () => {
    await screen.tab.locator('#composer').fill('hello');
    await screen.press('Enter');
    await screen.shows('.composer-status', 'The lab carries commands only: type / to see them');
    expect(screen.lab.asked).toEqual([]);
  });

  it('shows an answer that never came as Discord does, until it is dismissed', async () => {
    screen.lab.answers.set('/lab/slash', { status: 422, body: { error: 'The application did not respond' } });
    await screen.press('/');
    await screen.type('mesh help');
    await screen.press('Enter');
    await screen.shows('.messages', 'The application did not respond');
    expect(await screen.lines('.message:last-of-type')).toEqual([
      'viktor',
      'used',
      '/mesh help',
      'meshwarden',
      'APP',
      'Today at 14:02',
      'The application did not respond',
      'Only you can see this ·',
      'Dismiss message',
    ]);
    await screen.tab.locator('.message:last-of-type .textual').click();
    await screen.loses('.messages .failure');
    expect(screen.problems.splice(0)).toEqual([refused]);
  });
});

describe('a message', () => {
  it('sends a pressed button, and tells on the message when that failed', async () => {
    await screen.click('button', 'Re-check');
    expect(await screen.asked(1)).toEqual({
      path: '/lab/component',
      body: { ...viktor, message: '200000000000000101', customId: 'recheck:1' },
    });
    screen.lab.answers.set('/lab/component', { status: 422, body: { error: 'This interaction failed' } });
    await screen.click('button', 'Diagnose');
    await screen.shows('[data-id="200000000000000102"] .failure', 'This interaction failed');
    expect(screen.problems.splice(0)).toEqual([refused]);
  });

  it('does not send a disabled button', async () => {
    const disabled = await screen.tab.evaluate(
      "[...document.querySelectorAll('.button:disabled')].map((each) => (each.click(), each.innerText))",
    );
    expect(disabled).toEqual(['Ack 1 h']);
    expect(screen.lab.asked).toEqual([]);
  });

  it('sends a choice from a select menu by keyboard', async () => {
    await screen.click('combobox', 'Choose a cluster');
    await screen.press('ArrowDown', 'Enter');
    const body = { ...viktor, message: '200000000000000103', customId: 'cluster:1', values: ['cluster-b'] };
    expect(await screen.asked(1)).toEqual({ path: '/lab/component', body });
  });

  it('sends several people when their menu closes, and a role at once', async () => {
    await screen.click('combobox', 'Choose approvers');
    await screen.click('option', 'lena operator');
    await screen.click('option', 'mara admin');
    await screen.press('Escape');
    const message = '200000000000000103';
    const values = [people[1].id, people[2].id];
    expect(await screen.asked(1)).toEqual({ path: '/lab/component', body: { ...viktor, message, customId: 'approver:1', values } });
    await screen.click('combobox', 'Choose a role');
    await screen.click('option', '@on-call');
    expect(await screen.asked(2)).toEqual({
      path: '/lab/component',
      body: { ...viktor, message, customId: 'role:1', values: [ids.onCall] },
    });
  });

  it('for one person alone goes when it is dismissed, and stays away after a reload', async () => {
    await screen.click('button', 'Dismiss message');
    await screen.loses('[data-id="200000000000000104"]');
    await screen.tab.goto('about:blank');
    await screen.tab.goto(screen.lab.url);
    await screen.shows('.messages', 'meshwarden is thinking');
    expect(await screen.message('104')).toEqual([]);
  });
});

describe('a form of the bot', () => {
  beforeEach(async () => {
    screen.lab.answers.set('/lab/component', { status: 200, body: { interaction: '400000000000000007', modal } });
    await screen.click('button', 'Silence…');
    await screen.shows('dialog', 'Silence this alert');
  });

  it('is sent as it was filled in', async () => {
    await screen.click('radio', '4 hours Until the next shift');
    await screen.click('combobox', 'Cluster');
    await screen.press('ArrowDown', 'Enter');
    await screen.tab.locator('dialog textarea').fill('Planned work');
    await screen.click('checkbox', 'Tell the others');
    await screen.click('button', 'Submit');
    expect(await screen.asked(2)).toEqual({
      path: '/lab/modal',
      body: {
        ...viktor,
        interaction: '400000000000000007',
        customId: 'silence:form',
        fields: [
          { customId: 'duration', value: '4h' },
          { customId: 'cluster', value: ['cluster-b'] },
          { customId: 'reason', value: 'Planned work' },
          { customId: 'tell', value: 'true' },
          { customId: 'ticket', value: '' },
        ],
      },
    });
    await screen.loses('dialog');
  });

  it('tells in place what is missing and puts the focus there', async () => {
    await screen.click('button', 'Submit');
    await screen.shows('dialog', 'This field is required');
    const faults = await screen.tab.evaluate("[...document.querySelectorAll('dialog .failure')].map((each) => each.innerText)");
    expect(faults).toEqual(['This field is required', 'This field is required']);
    await screen.tab.waitForFunction("document.activeElement.getAttribute('aria-label') === 'Cluster'");
    expect(screen.lab.asked).toHaveLength(1);
  });

  it('closes at Escape without telling the bot', async () => {
    await screen.press('Escape');
    await screen.loses('dialog');
    expect(screen.lab.asked).toHaveLength(1);
  });
});

describe('the person', () => {
  it('can play as somebody else, who sees and sends other things', async () => {
    await screen.go(ids.answers);
    expect(await screen.message('301')).toEqual([]);
    await screen.tab.locator('.person select').fill(people[1].id);
    await screen.shows('.messages', 'The bundle, for your eyes only.');
    await screen.press('/');
    await screen.type('mesh help');
    await screen.press('Enter');
    const body = { user: people[1].id, channel: ids.answers, path: ['mesh', 'help'], options: [] };
    expect(await screen.asked(1)).toEqual({ path: '/lab/slash', body });
  });

  it('turns faults on and off and fires those that happen at once', async () => {
    await screen.click('switch', 'Stop the API of cluster-b');
    expect(await screen.asked(1)).toEqual({ path: '/lab/faults/api-b', body: { on: true } });
    await screen.tab.waitForFunction("document.querySelectorAll('.toggle[aria-checked=true]').length === 2");
    await screen.click('switch', 'Break cacerts of cluster-a');
    expect(await screen.asked(2)).toEqual({ path: '/lab/faults/cacerts-a', body: { on: false } });
    await screen.click('button', 'Advance the clock by a day');
    expect(await screen.asked(3)).toEqual({ path: '/lab/faults/advance-day', body: { on: true } });
  });
});
