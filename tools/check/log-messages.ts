/** Warn and error messages are static text, so that lines of one kind can be counted; what varies stands in the fields. */
import { lineAt, type Rule, type Source, type Violation } from './source.ts';

const CALL = /\b(?:\w*[lL]og|\w*[lL]ogger)\.(?:warn|error)\(/g;
const STATIC_TEXT = /^(?:'[^']*'|"[^"]*"|`[^`$]*`)$/;

/** Calls of `log.warn` and `log.error` in `src` whose last argument is not a plain string. */
export const logMessages: Rule = (source) => {
  if (!source.path.startsWith('src/')) return [];
  return [...source.bare.matchAll(CALL)].flatMap((match) => {
    const last = lastArgument(source, match.index + match[0].length);
    return STATIC_TEXT.test(last) ? [] : [violation(source, match.index)];
  });
};

function violation(source: Source, offset: number): Violation {
  return {
    file: source.path,
    line: lineAt(source.text, offset),
    rule: 'log message that varies',
    next: "Write log.warn({ fields }, 'static text'): what varies goes into the fields.",
  };
}

/** The text of the last argument of a call whose opening parenthesis ends at `start`. */
function lastArgument({ bare, code }: Source, start: number): string {
  let depth = 0;
  let from = start;
  let last = '';
  for (let at = start; at < bare.length; at += 1) {
    const char = bare[at] ?? '';
    if (depth === 0 && (char === ',' || char === ')')) {
      last = code.slice(from, at).trim() || last;
      from = at + 1;
      if (char === ')') return last;
    }
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth -= 1;
  }
  return last;
}
