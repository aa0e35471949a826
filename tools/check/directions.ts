/** Who may import whom: the arrows of the house. */
import { posix } from 'node:path';
import { importsOf, roomOf, type Import, type Rule, type Source, type Violation } from './source.ts';

const PURE = ['core', 'pki', 'mesh', 'rotation', 'alerts', 'pictures'];
const TALKERS = { values: [...PURE, 'actions'], types: ['config', 'changes'] };

interface Arrows {
  /** Rooms that may be imported. */
  readonly values: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
}

const ARROWS: Readonly<Record<string, Arrows>> = {
  'version.ts': { values: [] },
  core: { values: [] },
  pki: { values: ['core'] },
  mesh: { values: ['core', 'pki'] },
  rotation: { values: ['core', 'pki', 'mesh'] },
  alerts: { values: ['core', 'pki', 'mesh'] },
  pictures: { values: ['core', 'pki', 'mesh'] },
  config: { values: ['core'] },
  k8s: { values: PURE },
  tailnet: { values: PURE },
  probes: { values: PURE },
  store: { values: PURE },
  changes: { values: PURE },
  provision: { values: PURE, types: ['changes'] },
  actions: { values: [...PURE, 'changes', 'provision'] },
  jobs: TALKERS,
  bot: TALKERS,
  // The command line finds the configuration, writes one and says what is wrong with one.
  cli: { values: [...TALKERS.values, 'config'], types: ['changes'] },
  web: TALKERS,
};

/** What may not be loaded in a pure room, and modules below it such as `node:fs/promises`. */
const IMPURE = [
  'discord.js',
  'bullmq',
  'ioredis',
  '@kubernetes/client-node',
  'undici',
  'ws',
  'node-cron',
  'node:fs',
  'node:net',
  'node:tls',
  'node:dns',
  'node:http',
  'node:https',
  'node:http2',
  'node:child_process',
  'node:process',
  'node:os',
  'node:timers',
  'node:worker_threads',
];

/** The import directions of one file of `src` or `lab`. */
export const directions: Rule = (source) =>
  importsOf(source).flatMap((imported) => {
    const why = refuse(source, imported);
    return why === undefined ? [] : [toViolation(source, imported, why)];
  });

function refuse(source: Source, imported: Import): string | undefined {
  const target = imported.specifier.startsWith('.') ? posix.join(posix.dirname(source.path), imported.specifier) : undefined;
  if (source.path.startsWith('lab/')) return target === undefined ? undefined : refuseInLab(target, imported);
  const room = roomOf(source.path);
  if (room === undefined) return undefined;
  if (target === undefined) return refusePackage(room, imported.specifier);
  if (!target.startsWith('src/')) return 'The product never imports what is outside src: move it into src, or pass it in.';
  return refuseRoom(room, roomOf(target) ?? '', imported);
}

function refuseInLab(target: string, imported: Import): string | undefined {
  if (/^(?:test|tools)\//.test(target)) return 'The lab does not import tests or tools.';
  const room = roomOf(target);
  if (room === undefined || imported.typeOnly || room === 'pki' || room === 'core') return undefined;
  return `The lab takes only types from ${room} ("import type"); it plays the other side and shares no code with the product.`;
}

function refusePackage(room: string, specifier: string): string | undefined {
  if (!PURE.includes(room)) return undefined;
  const named = IMPURE.find((name) => specifier === name || specifier.startsWith(`${name}/`) || `node:${specifier}` === name);
  return named === undefined ? undefined : `${room} is pure: give it the data, and let an IO room fetch it with ${named}.`;
}

/** The composition root: one file, and the folder with its parts. */
const COMPOSITION: ReadonlySet<string> = new Set(['app.ts', 'app']);

function refuseRoom(from: string, to: string, imported: Import): string | undefined {
  if (from === to || COMPOSITION.has(from) || to === 'version.ts') return undefined;
  if (COMPOSITION.has(to) && from !== 'main.ts') return 'Only main.ts imports app.ts.';
  if (from === 'main.ts') {
    return ['k8s', 'tailnet', 'probes', 'store'].includes(to)
      ? `Only app.ts constructs clients of ${to}: let it hand out what is needed.`
      : undefined;
  }
  const arrows = ARROWS[from];
  if (arrows === undefined) return `The room ${from} is not in the design: add it there and to tools/check/directions.ts.`;
  if (arrows.values.includes(to)) return undefined;
  const types = arrows.types?.includes(to) === true;
  if (types && imported.typeOnly) return undefined;
  const allowed = arrows.values.length === 0 ? 'nothing of ours' : arrows.values.join(', ');
  return types
    ? `${from} takes only types from ${to}: use "import type".`
    : `${from} may import ${allowed}; declare a port (a type) and receive ${to} from app.ts.`;
}

function toViolation(source: Source, imported: Import, next: string): Violation {
  return { file: source.path, line: imported.line, rule: `import of ${imported.specifier}`, next };
}
