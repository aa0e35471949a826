import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';

describe('the headless browser', () => {
  it('names the command that installs it where it is missing', async () => {
    await expect(launchBrowser(tmpdir())).rejects.toThrow(
      'The headless browser is not installed: run `./run test`, which puts it into tools/browser/node_modules',
    );
  });
});
