/** Nothing in the project knows the machine that it was written on. */
import { lineAt, type Rule } from './source.ts';

const PLACES: readonly (readonly [RegExp, string, string])[] = [
  [
    /(?<![\w.~}-])\/(?:work|tmp|root)\b(?!-)(?=\/|['"`\s):,]|$)/gm,
    'path of a machine',
    'Use a path relative to the project, or os.tmpdir().',
  ],
  [/\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.\w+/g, 'registry host', 'Leave it out: npm knows its registry.'],
  [/_authToken\b/g, 'credential of a registry', 'Leave it out: it belongs into the npmrc of a person.'],
];

/** Machine paths and registry hosts in any file. */
export const places: Rule = ({ path, text }) => {
  // These hold the patterns themselves and their failing samples.
  if (/^(?:tools|test\/tools)\/check\//.test(path)) return [];
  return PLACES.flatMap(([pattern, rule, next]) =>
    [...text.matchAll(pattern)].map((match) => ({ file: path, line: lineAt(text, match.index), rule: `${rule}: ${match[0]}`, next })),
  );
};
