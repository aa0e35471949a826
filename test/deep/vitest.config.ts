import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LastLine } from '../../tools/vitest-reporter.ts';

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    reporters: ['default', new LastLine()],
    include: ['test/deep/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 7_200_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
  },
});
