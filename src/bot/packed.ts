import { cut } from './card.ts';

/** https://discord.com/developers/docs/resources/message#create-message */
const LONGEST_TEXT = 2_000;

/** Lines joined to as few messages as Discord takes. */
export function packed(lines: readonly string[]): readonly string[] {
  const messages: string[] = [];
  for (const line of lines.map((text) => cut(text, LONGEST_TEXT))) {
    const last = messages.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= LONGEST_TEXT) messages[messages.length - 1] = `${last}\n${line}`;
    else messages.push(line);
  }
  return messages;
}
