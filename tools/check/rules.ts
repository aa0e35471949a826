/** The project's own rules. A rule is one file and one line here. */
import { ambient } from './ambient.ts';
import { directions } from './directions.ts';
import { honestTests } from './honest-tests.ts';
import { lockFile } from './lock-file.ts';
import { logMessages } from './log-messages.ts';
import { places } from './places.ts';
import { size } from './size.ts';
import type { Source, Violation } from './source.ts';

const RULES = [directions, ambient, logMessages, honestTests, size, places, lockFile];

/** Every violation of every rule, in the order of the files. */
export function violationsOf(sources: readonly Source[]): readonly Violation[] {
  return sources.flatMap((source) => RULES.flatMap((rule) => rule(source)).toSorted((a, b) => a.line - b.line));
}

/** `file:line: rule`, and below it what to do. */
export function formatViolation({ file, line, rule, next }: Violation): string {
  return `${file}:${line}: ${rule}\n    ${next}`;
}
