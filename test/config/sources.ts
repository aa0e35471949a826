import { renderFaults } from '../../src/config/fault.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { ConfigSources, Environment } from '../../src/config/sources.ts';

/** An error as Node's file functions reject with. */
export function nodeError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Sources over a table of files; an `Error` in place of a text is what reading it rejects with. */
export function sourcesOf(files: Readonly<Record<string, string | Error>>, environment: Environment = {}): ConfigSources {
  return {
    environment: { HOME: '/home/lena', ...environment },
    cwd: '/srv',
    readFile(path) {
      const found = files[path] ?? nodeError('ENOENT');
      return typeof found === 'string' ? Promise.resolve(found) : Promise.reject(found);
    },
  };
}

/** Every fault of a text, as the lines that a person reads. */
export async function faultsOf(
  text: string,
  environment: Environment = {},
  files: Readonly<Record<string, string | Error>> = {},
): Promise<string[]> {
  const loaded = await parseConfig(text, '/c.yaml', 'read', sourcesOf(files, environment));
  if (loaded.kind !== 'faults') return [];
  return renderFaults(undefined, loaded.faults).split('\n  ').slice(1);
}
