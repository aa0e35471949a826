import { loadFromKubeconfig } from '../config/contexts.ts';
import type { Config } from '../config/config.ts';
import { renderFaults } from '../config/fault.ts';
import { loadConfig } from '../config/load.ts';
import type { ConfigSources } from '../config/sources.ts';
import { OperatorError } from '../core/errors.ts';
import type { CliIo } from './io.ts';

export interface ConfigFlags {
  readonly config?: string;
}

/**
 * The configuration for a command that cannot do without a file. `secrets`: `read` where the command uses them, `skip` where it only looks at
 * clusters. @throws OperatorError that lists every fault.
 */
export async function requireConfig(flags: ConfigFlags, io: CliIo, secrets: 'read' | 'skip' = 'read'): Promise<Config> {
  const loaded = await load(flags, io, secrets);
  if (loaded !== undefined) return loaded;
  throw new OperatorError({
    reason: 'invalid',
    what: 'There is no configuration file',
    why: 'none was named, and none is in the usual places',
    next: 'Write one with `meshwarden init`, or name it with --config.',
  });
}

/** The configuration for a command that only looks: without a file, every context of the kubeconfig stands for a cluster. */
export async function configOrContexts(flags: ConfigFlags, contexts: readonly string[] | undefined, io: CliIo): Promise<Config> {
  const loaded = contexts === undefined ? await load(flags, io, 'skip') : undefined;
  if (loaded !== undefined) return loaded;
  const config = await loadFromKubeconfig(sourcesOf(io), { kubeconfig: undefined, contexts });
  const names = config.clusters.map(({ context, name }) => context ?? name).join(', ');
  io.stderr.write(`No configuration file: looking at ${names}. \`meshwarden init\` writes one.\n`);
  return config;
}

/** Where a command's configuration comes from. */
export function sourcesOf(io: CliIo): ConfigSources {
  return { environment: io.environment, cwd: io.cwd, readFile: (path) => io.readFile(path) };
}

async function load({ config }: ConfigFlags, io: CliIo, secrets: 'read' | 'skip'): Promise<Config | undefined> {
  const loaded = await loadConfig(sourcesOf(io), { file: config, secrets });
  if (loaded.kind === 'config') return loaded.config;
  if (loaded.kind === 'none') return undefined;
  throw new OperatorError({ reason: 'invalid', what: renderFaults(loaded.file, loaded.faults) });
}

/** The clusters that were asked for by name. @throws OperatorError for a name that is not configured. */
export function checkNames(asked: readonly string[] | undefined, { clusters }: Config): readonly string[] | undefined {
  const known = clusters.map(({ name }) => name);
  const unknown = asked?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length === 0) return asked;
  throw new OperatorError({
    reason: 'invalid',
    what: `There is no cluster ${unknown.join(', ')}`,
    next: `Choose from: ${known.join(', ')}.`,
  });
}
