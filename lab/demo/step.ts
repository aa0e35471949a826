/** A step of the script, and what every step does. */
import type { Reply } from '../discord/reply.ts';
import type { Demo } from './start.ts';

export interface Step {
  readonly name: string;
  run(demo: Demo): Promise<void>;
}

/** Looks for texts in an answer until they are all there; without them the step fails with what was there instead. */
export async function expectAnswer(reply: Reply, texts: readonly string[], never: readonly string[] = []): Promise<void> {
  await reply.waitFor(({ text }) => texts.every((part) => text.includes(part)), 20_000);
  const wrong = never.filter((part) => reply.text.includes(part));
  if (wrong.length > 0) throw new Error(`The answer should not say ${wrong.join(', ')}:\n${reply.text}`);
}

export async function withFault({ discord, faults }: Demo, id: string, during: () => Promise<void>): Promise<void> {
  const title = faults.list().find((fault) => fault.id === id)?.title ?? id;
  discord.note(title);
  await faults.set(id, true);
  try {
    await during();
  } finally {
    discord.note(`Undone: ${title}`);
    await faults.set(id, false);
  }
}
