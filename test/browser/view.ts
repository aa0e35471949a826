import type { Browser, Tab } from './browser.ts';

/** The lab's page in a browser tab of its own, as a person sees and works it; whatever lab stands behind it. */
export interface View {
  readonly tab: Tab;
  /** What the browser complained about; a test that expects a complaint takes it out. */
  readonly problems: string[];
  /** Requests that left the lab's origin. */
  readonly foreign: string[];
  /** What a person reads there, line by line. */
  lines(selector: string): Promise<string[]>;
  /** Presses what has this role and accessible name. */
  click(role: string, name: string): Promise<void>;
  /** Waits until the element shows this text. */
  shows(selector: string, text: string): Promise<void>;
  /** Waits until it is gone. */
  loses(selector: string): Promise<void>;
  press(...keys: readonly string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** Goes to a channel by its id. */
  go(channel: string): Promise<void>;
  /** Rejects where the browser complained or where a request left the lab. */
  close(): Promise<void>;
}

export interface ViewOptions {
  readonly width?: number;
  readonly height?: number;
  /** The id of the channel to open first. */
  readonly channel?: string;
}

/** Generous, as the machine may be busy; a wait that fails says what it waited for. */
const waitMs = 8000;

/** Opens the page of the lab at `url` (its origin with a slash) and waits until it shows a channel. */
export async function openView(browser: Browser, url: string, options: ViewOptions = {}): Promise<View> {
  const tab = await browser.newPage();
  tab.setDefaultTimeout(waitMs);
  const { problems, foreign } = listen(tab, url);
  await tab.setViewport({ width: options.width ?? 1280, height: options.height ?? 900 });
  await tab.goto(`${url}${options.channel === undefined ? '' : `#${options.channel}`}`);
  await tab.waitForFunction("document.querySelector('.messages') !== null");
  return {
    tab,
    problems,
    foreign,
    ...eyes(tab),
    ...hands(tab),
    async close() {
      await tab.close();
      const wrong = [...problems, ...foreign.map((each) => `request to ${each}`)];
      if (wrong.length > 0) throw new Error(`The page is not clean:\n${wrong.join('\n')}`);
    },
  };
}

function listen(tab: Tab, url: string): Pick<View, 'problems' | 'foreign'> {
  const problems: string[] = [];
  const foreign: string[] = [];
  tab.on('console', (message) => {
    if (['error', 'warn', 'warning'].includes(message.type())) problems.push(message.text());
  });
  tab.on('pageerror', (error) => problems.push(String(error)));
  tab.on('request', (request) => {
    if (!request.url().startsWith(url)) foreign.push(request.url());
  });
  return { problems, foreign };
}

function eyes(tab: Tab): Pick<View, 'lines' | 'shows' | 'loses'> {
  return {
    async lines(selector) {
      const text = await tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
      return String(text)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    },
    async shows(selector, text) {
      await tab.waitForFunction(`document.querySelector(${JSON.stringify(selector)})?.innerText.includes(${JSON.stringify(text)})`);
    },
    async loses(selector) {
      await tab.waitForFunction(`document.querySelector(${JSON.stringify(selector)}) === null`);
    },
  };
}

function hands(tab: Tab): Pick<View, 'click' | 'press' | 'type' | 'go'> {
  return {
    async click(role, name) {
      await tab.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
    },
    async press(...keys) {
      for (const key of keys) await tab.keyboard.press(key);
    },
    type: async (text) => tab.keyboard.type(text),
    async go(channel) {
      await tab.evaluate(`location.hash = ${JSON.stringify(`#${channel}`)}`);
      await tab.waitForFunction(`document.querySelector('.channel.current')?.hash === ${JSON.stringify(`#${channel}`)}`);
    },
  };
}
