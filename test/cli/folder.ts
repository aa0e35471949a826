import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test's own. */
export function folder(): { readonly path: string; make(): void; remove(): void } {
  let path = '';
  return {
    get path() {
      return path;
    },
    make() {
      path = mkdtempSync(join(tmpdir(), 'meshwarden-cli-'));
    },
    remove() {
      rmSync(path, { recursive: true });
    },
  };
}
