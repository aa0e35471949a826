import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, ROOT } from './pages.ts';

/** Rooms whose findings say why something is not changed. */
const ROOMS = ['src/rotation', 'src/changes'];

/** Every finding code that stands in a source of those rooms. */
function codesIn(room: string): readonly string[] {
  return readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...read(join(room, name)).matchAll(/\bcode: '(?<code>[a-z]+(?:-[a-z]+)+)'/g)])
    .map(({ groups }) => groups?.['code'] ?? '');
}

const codes = [...new Set(ROOMS.flatMap((room) => codesIn(room)))].toSorted();
const headings = new Set([...read('docs/checks.md').matchAll(/^### (?<code>\S+)$/gm)].map(({ groups }) => groups?.['code'] ?? ''));

it('finds the codes of both rooms', () => {
  expect(codes).toEqual(expect.arrayContaining(['plan-stale', 'root-not-proved']));
  expect(codes.length).toBeGreaterThan(60);
});

it.each(codes)('%s has its heading in docs/checks.md', (code) => {
  expect([...headings]).toContain(code);
});
