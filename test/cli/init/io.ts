import { PassThrough } from 'node:stream';
import type { CliIo } from '../../../src/cli/io.ts';

/** A terminal over a table of files. The folder `/gone` is not there. */
export interface TestIo extends CliIo {
  readonly files: Map<string, string>;
  /** All that was written to stdout and stderr so far. */
  out(): string;
}

export interface TestIoOptions {
  readonly files: Readonly<Record<string, string>>;
  /** What a person types, line by line, and then ends the input; undefined: nobody is there. */
  readonly typed?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export function testIo({ files: initial, typed, environment = {} }: TestIoOptions): TestIo {
  const files = new Map(Object.entries(initial));
  const stdin = new PassThrough();
  stdin.end((typed ?? []).map((line) => `${line}\n`).join(''));
  let text = '';
  const output = { write: (part: string) => (text += part) };
  return {
    stdout: output,
    stderr: output,
    stdin,
    isTty: typed !== undefined,
    environment: { HOME: '/home/lena', ...environment },
    cwd: '/srv',
    files,
    out: () => text,
    readFile(path) {
      const found = files.get(path);
      return found === undefined ? Promise.reject(nodeError('ENOENT')) : Promise.resolve(found);
    },
    writeFile(path, content, mode) {
      if (path.startsWith('/gone/')) return Promise.reject(nodeError('ENOENT'));
      if (mode === 'create' && files.has(path)) return Promise.reject(nodeError('EEXIST'));
      files.set(path, content);
      return Promise.resolve();
    },
  };
}

function nodeError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
