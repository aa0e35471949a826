import picocolors from 'picocolors';
import type { DoctorResult, State } from './result.ts';

export interface RenderOptions {
  readonly colour: boolean;
  /** Of the terminal, in characters. */
  readonly columns: number;
}

/** The state in shape, never in colour alone. */
const MARKS: Readonly<Record<State, string>> = { ok: '●', warning: '△', failed: '▲', untried: '◌' };
const LEAST_COLUMNS = 30;
const INDENT = '  ';

/** A heading, then everything that was found under it. */
export function headingText(group: string, options: RenderOptions): string {
  return `\n${picocolors.createColors(options.colour).bold(group)}\n`;
}

/** One check: its mark and what is so, then what to do next, then what to paste. */
export function resultText({ state, text, next, paste, check }: DoctorResult, options: RenderOptions): string {
  const paint = picocolors.createColors(options.colour);
  const tint = { ok: paint.green, warning: paint.yellow, failed: paint.red, untried: paint.dim }[state];
  const tagged = state === 'failed' || state === 'warning' ? `${text}  [${check}]` : text;
  const lines = wrap(tagged, options.columns).map((line, index) => (index === 0 ? `${tint(MARKS[state])} ${line}` : `${INDENT}${line}`));
  const then = next === undefined ? [] : wrap(`Next: ${next}`, options.columns).map((line) => `${INDENT}${line}`);
  // Not broken into lines: it is copied.
  const pasted = (paste ?? []).map((line) => `${INDENT}${INDENT}${line}`);
  return `${[...lines, ...then, ...pasted].join('\n')}\n`;
}

/** The last lines: how it went, and where more is said. */
export function summaryText(results: readonly DoctorResult[], options: RenderOptions): string {
  const count = (state: State): number => results.filter((result) => result.state === state).length;
  const parts = [
    `${MARKS.ok} ${count('ok')} ok`,
    `${MARKS.warning} ${count('warning')} ${count('warning') === 1 ? 'warning' : 'warnings'}`,
    `${MARKS.failed} ${count('failed')} failed`,
    `${MARKS.untried} ${count('untried')} not tried`,
  ];
  const verdict = verdictOf(count('failed'), count('untried'));
  const more = count('failed') + count('warning') > 0 ? ' docs/doctor.md has a heading for each [name].' : '';
  return `\n${wrap(parts.join(' · '), options.columns + INDENT.length).join('\n')}\n${wrap(verdict + more, options.columns + INDENT.length).join('\n')}\n`;
}

/** What was not tried may still be what fails at the start. */
function verdictOf(failed: number, untried: number): string {
  if (failed > 0) return 'Mend what failed, from the top, and run it again.';
  return untried > 0 ? 'Nothing that was tried stands in the way.' : 'meshwarden can start.';
}

/** Lines no longer than what the terminal holds beside the mark; a word that is longer stands alone. */
function wrap(text: string, columns: number): readonly string[] {
  const width = Math.max(LEAST_COLUMNS, columns) - INDENT.length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
