/** The files of the project, without what is installed, built or recorded. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceOf, type Source } from './source.ts';

const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', 'golden', '.git', '.cache', '.demo', '.vitest']);
const TEXT =
  /(?:\.(?:ts|mjs|js|json|ya?ml|md|sh|html|css|go|mod|toml)|\/(?:run|Dockerfile)|^(?:run|Dockerfile|\.gitignore|\.dockerignore))$/;

/** Every text file below `root`, in order of path. */
export function readSources(root: string): readonly Source[] {
  return walk(root, '').map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')));
}

function walk(root: string, folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() && TEXT.test(path) ? [path] : [];
  });
}
