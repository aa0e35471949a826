import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { count } from '../../tools/vitest-reporter.ts';

const failure = { message: 'no' };

interface Shape {
  readonly states: readonly string[];
  readonly errors?: number;
  readonly failedSuites?: number;
}

/** The part of vitest's module that is counted. */
function moduleOf({ states, errors = 0, failedSuites = 0 }: Shape): TestModule {
  return {
    errors: () => Array.from({ length: errors }, () => failure),
    children: {
      allSuites: () => Array.from({ length: failedSuites }, () => ({ errors: () => [failure, failure] })),
      allTests: () => states.map((state) => ({ result: () => ({ state }) })),
    },
  } as unknown as TestModule;
}

describe('tools/vitest-reporter', () => {
  it('adds the tests of all files and leaves out what was skipped', () => {
    const modules = [moduleOf({ states: ['passed', 'passed', 'failed'] }), moduleOf({ states: ['passed', 'skipped', 'pending'] })];
    expect(count(modules, [])).toEqual({ passed: 3, failed: 1 });
  });

  it('counts a file that could not be loaded, a hook that failed and an error outside every test as failed', () => {
    const modules = [moduleOf({ states: [], errors: 2 }), moduleOf({ states: ['skipped'], failedSuites: 1 })];
    expect(count(modules, [failure])).toEqual({ passed: 0, failed: 3 });
  });

  it('counts nothing where nothing ran', () => {
    expect(count([], [])).toEqual({ passed: 0, failed: 0 });
  });
});
