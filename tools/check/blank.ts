/** Finds out what in a TypeScript file is code, comment or text, so that the rules can search code with plain expressions. */

/** Three views of one file, all of the same length and with the same line ends, so that an offset means the same place in each. */
export interface Views {
  readonly text: string;
  /** Without comments. */
  readonly code: string;
  /** Without comments and without the contents of strings, templates and regular expressions. */
  readonly bare: string;
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const STRING = /'(?:\\[\s\S]|[^'\\\n])*'?|"(?:\\[\s\S]|[^"\\\n])*"?/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])+/y;
const WORD = /[\w$]+/y;
/** After these a slash divides nothing: it begins a regular expression. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|await|yield|void|delete|throw))\s*$/;

type Kind = 'code' | 'comment' | 'text';
type Frame = 'template' | 'placeholder' | 'brace';

/** The views of `text`. Text that is no TypeScript gives some views, never an exception. */
export function blank(text: string): Views {
  let code = '';
  let bare = '';
  const frames: Frame[] = [];
  while (code.length < text.length) {
    const { length, kind } = next(text, code.length, code, frames);
    const piece = text.slice(code.length, code.length + length);
    code += kind === 'comment' ? spaces(piece) : piece;
    bare += kind === 'code' ? piece : spaces(piece);
  }
  return { text, code, bare };
}

function next(text: string, at: number, before: string, frames: Frame[]): { length: number; kind: Kind } {
  const frame = frames.at(-1);
  if (frame === 'template') return nextInTemplate(text, at, frames);
  const comment = lengthOf(COMMENT, text, at);
  if (comment > 0) return { length: comment, kind: 'comment' };
  const string = lengthOf(STRING, text, at);
  if (string > 0) return { length: string, kind: 'text' };
  if (text[at] === '/' && BEFORE_REGEX.test(before.slice(-40))) {
    const regex = lengthOf(REGEX, text, at);
    if (regex > 0) return { length: regex, kind: 'text' };
  }
  if (text[at] === '`') frames.push('template');
  if (text[at] === '{') frames.push('brace');
  if (text[at] === '}') frames.pop();
  return { length: Math.max(1, lengthOf(WORD, text, at)), kind: 'code' };
}

function nextInTemplate(text: string, at: number, frames: Frame[]): { length: number; kind: Kind } {
  const inside = lengthOf(TEMPLATE_TEXT, text, at);
  if (inside > 0) return { length: inside, kind: 'text' };
  if (text[at] === '`') {
    frames.pop();
    return { length: 1, kind: 'code' };
  }
  frames.push('placeholder');
  return { length: 2, kind: 'code' };
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

function spaces(piece: string): string {
  return piece.replaceAll(/[^\n]/g, ' ');
}
