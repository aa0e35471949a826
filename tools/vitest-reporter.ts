/** Prints `N passed, N failed` as the very last line of a test run and fails a run in which nothing was tested. */
import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export interface Count {
  passed: number;
  failed: number;
}

/** Counts tests; a file, a suite or a hook that failed on its own, and an error outside every test, count as one failed each. */
export function count(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Count {
  const total: Count = { passed: 0, failed: unhandled.length };
  for (const module of modules) {
    if (module.errors().length > 0) total.failed += 1;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) total.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') total.passed += 1;
      if (state === 'failed') total.failed += 1;
    }
  }
  return total;
}

export class LastLine implements Reporter {
  // A run that ends before its result is known has failed.
  #count: Count = { passed: 0, failed: 1 };

  onInit(): void {
    // At exit, so that nothing which vitest says at the end comes after it; synchronous, so that it is not lost.
    process.once('exit', () => {
      if (this.#count.failed > 0 || this.#count.passed === 0) process.exitCode ||= 1;
      writeSync(process.stdout.fd, `${this.#count.passed} passed, ${this.#count.failed} failed\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#count = count(modules, unhandled);
  }
}
