import type { Browser, Tab } from './browser.ts';
import { startFixtureLab, type FixtureLab } from './fixture-server.ts';

/** The page in a browser tab of its own, with the lab behind it. */
export interface Screen {
  readonly lab: FixtureLab;
  readonly tab: Tab;
  /** What the browser complained about; a test that expects a complaint takes it out. */
  readonly problems: string[];
  /** Requests that left the lab's origin. */
  readonly foreign: string[];
  /** What a person reads there, line by line. */
  lines(selector: string): Promise<string[]>;
  /** One message, by the last three digits of its id. */
  message(id: string): Promise<string[]>;
  /** Presses what has this role and accessible name. */
  click(role: string, name: string): Promise<void>;
  /** Waits until the element shows this text. */
  shows(selector: string, text: string): Promise<void>;
  /** Waits until it is gone. */
  loses(selector: string): Promise<void>;
  press(...keys: readonly string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** Waits for the nth POST (counted from 1) and returns it. */
  asked(count: number): Promise<FixtureLab['asked'][number] | undefined>;
  go(channel: string): Promise<void>;
  /** Rejects where the browser complained or where a request left the lab. */
  close(): Promise<void>;
}

export interface ScreenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly channel?: string;
}

/** Generous, as the machine may be busy; a wait that fails says what it waited for. */
const waitMs = 8000;

export async function openScreen(browser: Browser, options: ScreenOptions = {}): Promise<Screen> {
  const lab = await startFixtureLab();
  const tab = await browser.newPage();
  tab.setDefaultTimeout(waitMs);
  const problems: string[] = [];
  const foreign: string[] = [];
  tab.on('console', (message) => {
    if (['error', 'warn', 'warning'].includes(message.type())) problems.push(message.text());
  });
  tab.on('pageerror', (error) => problems.push(String(error)));
  tab.on('request', (request) => {
    if (!request.url().startsWith(lab.url)) foreign.push(request.url());
  });
  await tab.setViewport({ width: options.width ?? 1280, height: options.height ?? 900 });
  await tab.goto(`${lab.url}${options.channel === undefined ? '' : `#${options.channel}`}`);
  await tab.waitForFunction("document.querySelector('.messages') !== null");
  return { lab, tab, problems, foreign, ...readers(tab), ...hands(tab, lab), close: async () => close({ tab, lab, problems, foreign }) };
}

async function close({ tab, lab, problems, foreign }: Pick<Screen, 'tab' | 'lab' | 'problems' | 'foreign'>): Promise<void> {
  await tab.close();
  await lab.close();
  const wrong = [...problems, ...foreign.map((url) => `request to ${url}`)];
  if (wrong.length > 0) throw new Error(`The page is not clean:\n${wrong.join('\n')}`);
}

function readers(tab: Tab): Pick<Screen, 'lines' | 'message' | 'shows' | 'loses'> {
  async function lines(selector: string): Promise<string[]> {
    const text = await tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
    return String(text)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
  return {
    lines,
    message: async (id) => lines(`[data-id="200000000000000${id}"]`),
    async shows(selector, text) {
      await tab.waitForFunction(`document.querySelector(${JSON.stringify(selector)})?.innerText.includes(${JSON.stringify(text)})`);
    },
    async loses(selector) {
      await tab.waitForFunction(`document.querySelector(${JSON.stringify(selector)}) === null`);
    },
  };
}

function hands(tab: Tab, lab: FixtureLab): Pick<Screen, 'click' | 'press' | 'type' | 'asked' | 'go'> {
  return {
    async click(role, name) {
      await tab.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
    },
    async press(...keys) {
      for (const key of keys) await tab.keyboard.press(key);
    },
    type: async (text) => tab.keyboard.type(text),
    asked: async (count) => lab.nthAsked(count),
    async go(channel) {
      await tab.evaluate(`location.hash = ${JSON.stringify(`#${channel}`)}`);
      await tab.waitForFunction(`document.querySelector('.channel.current')?.hash === ${JSON.stringify(`#${channel}`)}`);
    },
  };
}
