import { STEPS } from './script.ts';
import type { Demo } from './start.ts';

/** Plays every step and prints both sides. Resolves with the exit code: 0 only when each answer was the expected one and Discord refused nothing. */
export async function playScript(demo: Demo, say: (text: string) => void): Promise<number> {
  const { discord } = demo;
  let failed = 0;
  let printed = 0;
  for (const [index, step] of STEPS.entries()) {
    say(`\n=== ${index + 1}. ${step.name}`);
    try {
      await step.run(demo);
    } catch (error) {
      failed += 1;
      say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
    const lines = discord.transcript.slice(printed);
    printed += lines.length;
    say(lines.join('\n'));
  }
  const problems = discord.takeProblems();
  if (problems.length > 0) say(`\nDiscord refused or misread:\n${problems.join('\n')}`);
  say(`\n${STEPS.length - failed} steps as expected, ${failed} not. Log of meshwarden: ${demo.logFile}`);
  return failed === 0 && problems.length === 0 ? 0 : 1;
}
