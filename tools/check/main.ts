/** `./run check`: everything that can be told without running the product. All faults are told at once. */
import { join } from 'node:path';
import { commandsOf, runCommand } from './commands.ts';
import { readSources } from './files.ts';
import { formatViolation, violationsOf } from './rules.ts';

const AT_ONCE = 2;
const root = join(import.meta.dirname, '..', '..');
const failed: string[] = [];

const violations = violationsOf(readSources(root));
report(`own rules (tools/check)`, violations.length === 0, violations.map(formatViolation).join('\n'), `${violations.length} faults.`);

const waiting = [...commandsOf(root)];
async function workThrough(): Promise<void> {
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
    const { ok, output } = await runCommand(root, command, process.env);
    report(command.title, ok, output, command.next);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, workThrough));

console.log(failed.length === 0 ? 'check: all is well' : `check: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function report(title: string, ok: boolean, output: string, next: string): void {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${title}`);
  if (ok) return;
  failed.push(title);
  console.log(`\n${output.trimEnd()}\n    ${next}\n`);
}
