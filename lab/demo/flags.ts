/** What `./run demo` is told on its command line. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface DemoFlags {
  readonly help: boolean;
  /** Plays the main job by itself. */
  readonly script: boolean;
  /** The page is reachable from other machines. */
  readonly host: boolean;
  /** Of the page; 0 for any that is free. */
  readonly port: number;
  readonly dir: string;
}

/** The command line is not one of the demo's. */
export class WrongFlags extends Error {}

export const USAGE = `Usage: ./run demo [--host] [--port <number>] [--dir <folder>] [--script]

  --host          the page is reachable from other machines; Redis and the API servers stay on this one
  --port <number> the page's port; any that is free unless told
  --dir <folder>  where it keeps its files: .demo beside run unless told
  --script        plays the main job without a person and checks each answer`;

/** @throws WrongFlags with what is wrong and the usage. */
export function parseFlags(args: readonly string[]): DemoFlags {
  const values = parsed(args);
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new WrongFlags(`--port ${values.port} is no port: 0 to 65535.\n\n${USAGE}`);
  return { ...values, port, dir: resolve(values.dir) };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        script: { type: 'boolean', default: false },
        host: { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
        dir: { type: 'string', default: join(import.meta.dirname, '..', '..', '.demo') },
      },
    });
    return values;
  } catch (cause) {
    throw new WrongFlags(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
}
