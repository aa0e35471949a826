import { createInterface } from 'node:readline/promises';
import type { CliIo } from './io.ts';

/** Asks a person to type a word; false where they type another one, or the input ends. */
export async function confirmed(question: string, word: string, io: CliIo): Promise<boolean> {
  const lines = createInterface({ input: io.stdin });
  try {
    io.stdout.write(`${question} Type ${word} to go on: `);
    const typed = await lines[Symbol.asyncIterator]().next();
    return typed.done !== true && typed.value.trim() === word;
  } finally {
    lines.close();
  }
}
