/** Time, randomness and the environment are arguments: only `core`, `app.ts` and `main.ts` reach for them. */
import { findAll, roomOf, type Rule } from './source.ts';

const HOME = new Set(['core', 'app.ts', 'main.ts']);
const PURE = new Set(['pki', 'mesh', 'rotation', 'alerts', 'pictures']);

const AMBIENT: readonly (readonly [RegExp, string, string])[] = [
  [/\bDate\.now\b/g, 'ambient time (Date.now)', 'Take a Clock, or "now" as an argument.'],
  [/\bnew Date\(\s*\)/g, 'ambient time (new Date())', 'Take a Clock, or "now" as an argument.'],
  [/\bperformance\.now\b/g, 'ambient time (performance.now)', 'Take a Clock, or "now" as an argument.'],
  [/\bprocess\.hrtime\b/g, 'ambient time (process.hrtime)', 'Take a Clock, or "now" as an argument.'],
  [/(?<!\.)\b(?:setTimeout|setInterval)\b/g, 'ambient timer', 'Use clock.after or clock.sleep.'],
  [/\bMath\.random\b/g, 'ambient randomness', 'Take a Random.'],
  [/\bprocess\.env\b/g, 'ambient environment', 'Read it in main.ts and pass the value.'],
];

/** Ambient time, timers, randomness and environment in `src`. */
export const ambient: Rule = (source) => {
  const room = roomOf(source.path);
  if (room === undefined || HOME.has(room)) return [];
  const found = AMBIENT.flatMap(([pattern, rule, next]) => findAll(source, pattern, rule, next));
  if (!PURE.has(room)) return found;
  return [
    ...found,
    ...findAll(
      source,
      /(?<!\.)\bprocess\.(?!env\b|hrtime\b)\w+/g,
      'process in a pure room',
      `${room} is pure: take the value as an argument.`,
    ),
  ];
};
