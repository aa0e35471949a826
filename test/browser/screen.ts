import type { Browser } from './browser.ts';
import { startFixtureLab, type FixtureLab } from './fixture-server.ts';
import { openView, type View, type ViewOptions } from './view.ts';

/** The page with the scripted lab behind it. */
export interface Screen extends View {
  readonly lab: FixtureLab;
  /** One message, by the last three digits of its id. */
  message(id: string): Promise<string[]>;
  /** Waits for the nth POST (counted from 1) and returns it. */
  asked(count: number): Promise<FixtureLab['asked'][number] | undefined>;
}

export async function openScreen(browser: Browser, options: ViewOptions = {}): Promise<Screen> {
  const lab = await startFixtureLab();
  const view = await openView(browser, lab.url, options);
  return {
    ...view,
    lab,
    message: async (id) => view.lines(`[data-id="200000000000000${id}"]`),
    asked: async (count) => lab.nthAsked(count),
    async close() {
      try {
        await view.close();
      } finally {
        await lab.close();
      }
    },
  };
}
