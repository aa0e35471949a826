/** A real headless browser from npm packages that `./run test` installs apart from the product's own. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The part of puppeteer that the tests use; its types are not there where the browser is not installed. */
export interface Tab {
  goto(url: string): Promise<unknown>;
  /** For everything that is waited for in this tab. */
  setDefaultTimeout(ms: number): void;
  setViewport(size: { readonly width: number; readonly height: number }): Promise<void>;
  /** Runs a JavaScript expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until a JavaScript expression is true in the page. */
  waitForFunction(expression: string): Promise<unknown>;
  locator(selector: string): { click(): Promise<void>; fill(value: string): Promise<void> };
  screenshot(options: { readonly path: string }): Promise<unknown>;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): unknown;
  on(event: 'pageerror', listener: (error: Error) => void): unknown;
  on(event: 'request', listener: (request: { url(): string }) => void): unknown;
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  close(): Promise<void>;
}

export interface Browser {
  newPage(): Promise<Tab>;
  close(): Promise<void>;
}

interface Launcher {
  launch(options: { readonly args: readonly string[]; readonly executablePath: string; readonly headless: 'shell' }): Promise<Browser>;
}

const installed = join(import.meta.dirname, '../../tools/browser/node_modules');

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Rejects with the command that installs it where the browser is missing. */
export async function launchBrowser(modules: string = installed): Promise<Browser> {
  if (!existsSync(join(modules, 'puppeteer-core'))) {
    throw new Error('The headless browser is not installed: run `./run test`, which puts it into tools/browser/node_modules');
  }
  const resolve = createRequire(join(modules, 'x.js')).resolve;
  const chromium = (await import(pathToFileURL(resolve('@sparticuz/chromium')).href)) as {
    readonly default: { executablePath(): Promise<string> };
  };
  const puppeteer = (await import(pathToFileURL(resolve('puppeteer-core')).href)) as { readonly default: Launcher };
  const executablePath = await chromium.default.executablePath();
  return puppeteer.default.launch({ args: flags, executablePath, headless: 'shell' });
}
