/** Builds the product that ships: `dist/meshwarden.mjs` and the chunks that it loads lazily. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const ENTRY = 'meshwarden.mjs';
const DAY_MS = 86_400_000;

/** Optional packages that are looked for at run time and not installed, or that are faster copies of what is bundled. */
const EXTERNAL = [
  'pg',
  'redis',
  'bullmq-otel',
  'msgpackr-extract',
  'bufferutil',
  'utf-8-validate',
  'zlib-sync',
  '@discordjs/voice',
  'erlpack',
];

const began = new Date();
const built = await build({
  absWorkingDir: ROOT,
  entryPoints: [{ in: 'src/main.ts', out: 'meshwarden' }],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  external: EXTERNAL,
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  legalComments: 'none',
  // Node keeps the source text in memory: without its comments and blanks a process takes 45 MB less. Names stay, so stack traces can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  write: false,
}).catch(() => process.exit(1)); // esbuild has already said what is wrong, and where

mkdirSync(DIST, { recursive: true });
const names = new Set(built.outputFiles.map((file) => basename(file.path)));
// The entry comes last and in one move: a broken-off build leaves the old product whole, and a running one keeps its chunks for a day.
const byEntryLast = built.outputFiles.toSorted((a, b) => Number(basename(a.path) === ENTRY) - Number(basename(b.path) === ENTRY));
for (const file of byEntryLast) replace(file.path, file.contents);
for (const name of readdirSync(DIST)) {
  const path = join(DIST, name);
  if (!names.has(name) && began.getTime() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { force: true, recursive: true });
}

/** Dated from the start of the build: what was edited meanwhile counts as newer. */
function replace(path: string, contents: Uint8Array): void {
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, contents);
  utimesSync(part, began, began);
  renameSync(part, path);
}
