/** Discord's markdown as a tree. Pure: names behind mentions and the age of timestamps are filled in by whoever shows it. */
import { parseInline } from './markdown-inline.ts';

export type TimeStyle = 't' | 'T' | 'd' | 'D' | 'f' | 'F' | 'R';

export type Inline =
  | { readonly kind: 'text' | 'code' | 'everyone' | 'emoji' | 'command'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly url: string; readonly children: readonly Inline[] }
  | { readonly kind: 'user' | 'role' | 'channel'; readonly id: string }
  /** `at` is in UTC milliseconds. */
  | { readonly kind: 'time'; readonly at: number; readonly style: TimeStyle }
  | { readonly kind: 'break' };

export type Block =
  | { readonly kind: 'paragraph' | 'subtext'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly children: readonly Inline[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'codeBlock'; readonly language: string; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly start: number; readonly items: readonly (readonly Block[])[] };

const fence = /```(?:([a-z0-9_+\-.#]+)\n)?\n*([^\n][\s\S]*?)\n*```/gi;
const listItem = /^(\s*)([-*]|\d{1,9}\.)\s+(.*)$/;

/** Every text is valid markdown: what is not understood stays as it was typed. */
export function parseMarkdown(source: string): Block[] {
  const blocks: Block[] = [];
  let from = 0;
  for (const match of source.matchAll(fence)) {
    blocks.push(...parseLines(source.slice(from, match.index)));
    blocks.push({ kind: 'codeBlock', language: match[1] ?? '', text: match[2] ?? '' });
    from = match.index + match[0].length;
  }
  blocks.push(...parseLines(source.slice(from)));
  return blocks;
}

function parseLines(source: string): Block[] {
  const text = source.replace(/^\n|\n$/g, '');
  if (text === '') return [];
  const lines = text.split('\n');
  const blocks: Block[] = [];
  while (lines.length > 0) blocks.push(takeBlock(lines));
  return blocks;
}

function takeBlock(lines: string[]): Block {
  const line = lines[0] ?? '';
  if (line.startsWith('>>> ')) {
    const rest = lines.splice(0).join('\n').slice(4);
    return { kind: 'quote', blocks: parseLines(rest) };
  }
  if (isQuote(line)) {
    const quoted = takeWhile(lines, isQuote).map((each) => each.slice(2));
    return { kind: 'quote', blocks: parseLines(quoted.join('\n')) };
  }
  const single = oneLineBlock(line);
  if (single !== undefined) {
    lines.shift();
    return single;
  }
  const item = readItem(line);
  if (item !== undefined) return takeList(lines, item);
  const first = lines.shift() ?? '';
  const paragraph = [first, ...takeWhile(lines, (each) => !startsBlock(each))];
  return { kind: 'paragraph', children: parseInline(paragraph.join('\n')) };
}

function oneLineBlock(line: string): Block | undefined {
  const heading = /^(#{1,3})\s+(\S.*)$/.exec(line);
  if (heading !== null) return { kind: 'heading', level: headingLevel(heading[1] ?? ''), children: parseInline(heading[2] ?? '') };
  const subtext = /^-#\s+(\S.*)$/.exec(line);
  return subtext === null ? undefined : { kind: 'subtext', children: parseInline(subtext[1] ?? '') };
}

function headingLevel(marks: string): 1 | 2 | 3 {
  if (marks.length === 1) return 1;
  return marks.length === 2 ? 2 : 3;
}

function isQuote(line: string): boolean {
  return line.startsWith('> ');
}

function startsBlock(line: string): boolean {
  return isQuote(line) || line.startsWith('>>> ') || listItem.test(line) || oneLineBlock(line) !== undefined;
}

function takeWhile(lines: string[], test: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !test(line));
  return lines.splice(0, end === -1 ? lines.length : end);
}

interface Item {
  readonly indent: number;
  readonly ordered: boolean;
  readonly number: number;
  readonly text: string;
}

function readItem(line: string | undefined): Item | undefined {
  const match = listItem.exec(line ?? '');
  if (match === null) return undefined;
  const [, indent = '', marker = '', text = ''] = match;
  const ordered = marker.endsWith('.');
  return { indent: indent.length, ordered, number: ordered ? Number.parseInt(marker, 10) : 1, text };
}

/** Items at the indentation of the first one; deeper ones become a list inside the item above them. */
function takeList(lines: string[], first: Item): Block {
  const items: Block[][] = [];
  for (let item: Item | undefined = first; item !== undefined && item.indent >= first.indent; item = readItem(lines[0])) {
    const above = items.at(-1);
    if (above !== undefined && item.indent > first.indent) {
      above.push(takeList(lines, item));
      continue;
    }
    if (item.ordered !== first.ordered) break;
    lines.shift();
    items.push([{ kind: 'paragraph', children: parseInline(item.text) }]);
  }
  return { kind: 'list', ordered: first.ordered, start: first.number, items };
}
