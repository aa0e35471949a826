import { defineConfig } from 'vitest/config';
import { LastLine } from './tools/vitest-reporter.ts';

const slow = ['test/**/*.it.test.ts', 'test/conformance/**', 'test/e2e/**', 'test/browser/**'];

export default defineConfig({
  test: {
    reporters: ['default', new LastLine()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...slow, 'test/real/**', 'test/deep/**'],
          isolate: false,
          sequence: { shuffle: true },
          // Laws that are tried thousands of times take long on a machine that is busy.
          testTimeout: 30_000,
          env: { TZ: 'UTC' },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.it.test.ts', 'test/conformance/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/browser/**/*.test.ts'],
          exclude: ['test/real/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 30_000,
          env: { TZ: 'UTC' },
        },
      },
    ],
  },
});
