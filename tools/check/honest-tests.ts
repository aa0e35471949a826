/** Tests use the real parts, all of them run, and none waits by time. */
import { findAll, importsOf, type Rule } from './source.ts';

const FORBIDDEN: readonly (readonly [RegExp, string, string])[] = [
  [/\bvi\.(?:mock|doMock|hoisted)\b/g, 'module mocking', 'Pass a real part, or a double of the lab, as an argument.'],
  [
    /\b(?:describe|it|test|suite)(?:\.\w+)*\.(?:skip|only|todo|skipIf|runIf|fails)\b/g,
    'a test that is not run',
    'Run it or delete it; what a machine may lack belongs under test/real.',
  ],
  [
    /(?<!\.)\b(?:setTimeout|setInterval|sleep|delay)\s*\(/g,
    'waiting by time',
    'Wait for an event, advance a lab clock, or use expect.poll.',
  ],
];

/** Mocks, tests that are left out and sleeps in `test`. */
export const honestTests: Rule = (source) => {
  if (!source.path.startsWith('test/')) return [];
  const timers = importsOf(source).filter(({ specifier }) => specifier.startsWith('node:timers'));
  return [
    ...FORBIDDEN.flatMap(([pattern, rule, next]) => findAll(source, pattern, rule, next)),
    ...timers.map(({ line }) => ({ file: source.path, line, rule: 'waiting by time', next: 'Wait for an event, or advance a lab clock.' })),
  ];
};
