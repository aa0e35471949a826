import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LastLine } from '../../tools/vitest-reporter.ts';

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    reporters: ['default', new LastLine()],
    include: ['test/real/**/*.test.ts'],
    globalSetup: ['test/real/global-setup.ts'],
    // All files talk to the same two servers, which need the cores more than the tests do.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { TZ: 'UTC' },
  },
});
