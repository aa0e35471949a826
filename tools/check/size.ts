/** A file holds one thing. */
import type { Rule } from './source.ts';

const MOST_LINES = 300;

/** Files of `src`, `lab` and `tools` with more than 300 lines. */
export const size: Rule = ({ path, text }) => {
  if (!/^(?:src|lab|tools)\/.*\.ts$/.test(path)) return [];
  const lines = text.trimEnd().split('\n').length;
  if (lines <= MOST_LINES) return [];
  return [
    { file: path, line: lines, rule: `${lines} lines`, next: `A file has at most ${MOST_LINES} lines: split it by what it is about.` },
  ];
};
