import type { Inline, TimeStyle } from './markdown.ts';

interface Rule {
  /** Sticky: tried at one position only. */
  readonly pattern: RegExp;
  readonly build: (match: RegExpExecArray) => Inline;
}

const group = (match: RegExpExecArray, index: number): string => match[index] ?? '';
const nested = (match: RegExpExecArray): readonly Inline[] => parseInline(group(match, 1));
const link = (url: string, label: string): Inline => ({ kind: 'link', url, children: [{ kind: 'text', text: label }] });

/** First match wins, as in Discord's client: what is literal comes before what nests. */
const rules: readonly Rule[] = [
  { pattern: /\\([^0-9A-Za-z\s])/y, build: (match) => ({ kind: 'text', text: group(match, 1) }) },
  { pattern: /(`+)([\s\S]*?[^`])\1(?!`)/y, build: (match) => ({ kind: 'code', text: trimCode(group(match, 2)) }) },
  { pattern: /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, build: time },
  { pattern: /<@!?(\d{15,20})>/y, build: (match) => ({ kind: 'user', id: group(match, 1) }) },
  { pattern: /<@&(\d{15,20})>/y, build: (match) => ({ kind: 'role', id: group(match, 1) }) },
  { pattern: /<#(\d{15,20})>/y, build: (match) => ({ kind: 'channel', id: group(match, 1) }) },
  { pattern: /<\/([^:>]+):\d+>/y, build: (match) => ({ kind: 'command', text: `/${group(match, 1)}` }) },
  { pattern: /<a?:(\w+):\d+>/y, build: (match) => ({ kind: 'emoji', text: `:${group(match, 1)}:` }) },
  { pattern: /<(https?:\/\/[^>\s]+)>/y, build: (match) => link(group(match, 1), group(match, 1)) },
  {
    pattern: /\[((?:\\.|[^[\]\\])+)\]\(<?(https?:\/\/[^\s)>]+)>?(?:\s+"[^"]*")?\)/y,
    build: (match) => ({ kind: 'link', url: group(match, 2), children: nested(match) }),
  },
  { pattern: /https?:\/\/[^\s<]*[^\s<.,:;"')\]]/y, build: (match) => link(match[0], match[0]) },
  { pattern: /@(?:everyone|here)\b/y, build: (match) => ({ kind: 'everyone', text: match[0] }) },
  { pattern: /\*\*([\s\S]+?)\*\*(?!\*)/y, build: (match) => ({ kind: 'bold', children: nested(match) }) },
  { pattern: /__([\s\S]+?)__(?!_)/y, build: (match) => ({ kind: 'underline', children: nested(match) }) },
  { pattern: /~~([\s\S]+?)~~/y, build: (match) => ({ kind: 'strike', children: nested(match) }) },
  { pattern: /\|\|([\s\S]+?)\|\|/y, build: (match) => ({ kind: 'spoiler', children: nested(match) }) },
  {
    pattern: /\*(?!\s)((?:\\.|\*\*[\s\S]+?\*\*|[^*\\])+?)(?<!\s)\*(?!\*)/y,
    build: (match) => ({ kind: 'italic', children: nested(match) }),
  },
  { pattern: /(?<!\w)_(?!\s)((?:\\.|[^_\\])+?)_(?!\w)/y, build: (match) => ({ kind: 'italic', children: nested(match) }) },
  { pattern: /\n/y, build: () => ({ kind: 'break' }) },
];

/** The inside of one paragraph, heading or list item. */
export function parseInline(source: string): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  while (at < source.length) {
    const match = firstMatch(source, at);
    if (match === undefined) {
      append(found, { kind: 'text', text: source.charAt(at) });
      at += 1;
    } else {
      append(found, match.inline);
      at += match.length;
    }
  }
  return found;
}

function firstMatch(source: string, at: number): { readonly inline: Inline; readonly length: number } | undefined {
  for (const rule of rules) {
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(source);
    if (match !== null) return { inline: rule.build(match), length: match[0].length };
  }
  return undefined;
}

function append(found: Inline[], next: Inline): void {
  const last = found.at(-1);
  if (last?.kind === 'text' && next.kind === 'text') found[found.length - 1] = { kind: 'text', text: last.text + next.text };
  else found.push(next);
}

/** One space on each side belongs to the fence where the code itself begins or ends with a backtick. */
function trimCode(text: string): string {
  return text.replace(/^ (?=`)|(?<=`) $/g, '');
}

function time(match: RegExpExecArray): Inline {
  return { kind: 'time', at: Number(group(match, 1)) * 1000, style: timeStyle(match[2]) };
}

function timeStyle(letter: string | undefined): TimeStyle {
  switch (letter) {
    case 't':
    case 'T':
    case 'd':
    case 'D':
    case 'F':
    case 'R':
      return letter;
    default:
      return 'f';
  }
}
