import { OperatorError } from '../core/errors.ts';
import type { Config } from './config.ts';
import { configFromKubeconfig } from './from-kubeconfig.ts';
import { readKubeconfig, type KubeContext } from './kubeconfig.ts';
import { nearest } from './nearest.ts';
import { absolute, defaultKubeconfig } from './paths.ts';
import { isMissing, readFailureWords, type ConfigSources } from './sources.ts';

export interface KubeconfigOptions {
  /** The kubeconfig that the command line names. */
  readonly kubeconfig: string | undefined;
  /** The contexts that the command line names; undefined: all. */
  readonly contexts: readonly string[] | undefined;
}

/** What to do about a kubeconfig that cannot be read, for a command with the flag. */
const WITH_FLAG = 'Name a file with --kubeconfig or in KUBECONFIG.';

/**
 * A configuration for whoever has a kubeconfig and no configuration file.
 *
 * @throws OperatorError with reason `invalid` where there is no kubeconfig, it has no context, or not the ones that are named.
 */
export async function loadFromKubeconfig(sources: ConfigSources, options: KubeconfigOptions): Promise<Config> {
  const { kubeconfig, contexts } = options;
  // Whoever named no file here may have no flag to name one with.
  const all = await readContexts(kubeconfig, sources, kubeconfig === undefined ? 'Name one in KUBECONFIG.' : WITH_FLAG);
  if (contexts === undefined) return configFromKubeconfig(all);
  const names = all.map(({ name }) => name);
  const unknown = contexts.filter((name) => !names.includes(name));
  if (unknown.length === 0) return configFromKubeconfig(all.filter(({ name }) => contexts.includes(name)));
  const near = nearest(unknown[0] ?? '', names);
  throw new OperatorError({
    reason: 'invalid',
    what: `No context is named ${unknown.join(', ')}`,
    ...(near === undefined ? {} : { why: `did you mean ${near}` }),
    next: `Name some of ${names.join(', ')}.`,
  });
}

/**
 * The contexts of the kubeconfig that kubectl would use, or of the one that is named; of two with the same name the first, as kubectl has it.
 * `next` is the advice where none can be read.
 *
 * @throws OperatorError where there is no kubeconfig, or none with a context.
 */
export async function readContexts(
  named: string | undefined,
  sources: ConfigSources,
  next: string = WITH_FLAG,
): Promise<readonly KubeContext[]> {
  const files = named === undefined ? defaultKubeconfig(sources) : [absolute(named, sources.cwd, sources)];
  const byName = new Map<string, KubeContext>();
  let isThere = false;
  for (const file of files) {
    const text = await readOptional({ file, next, mayBeMissing: files.length > 1 }, sources);
    if (text === undefined) continue;
    isThere = true;
    for (const context of readKubeconfig(text, file)) if (!byName.has(context.name)) byName.set(context.name, context);
  }
  if (byName.size > 0) return [...byName.values()];
  const why = isThere ? 'it has no context' : 'no such file';
  throw refused({ file: files.join(', '), next }, why);
}

/** A file, and the advice for whoever cannot read it. */
interface Wanted {
  readonly file: string;
  readonly next: string;
}

/** Like kubectl: files of a list may be missing, a single one may not. */
async function readOptional(
  { mayBeMissing, ...wanted }: Wanted & { readonly mayBeMissing: boolean },
  sources: ConfigSources,
): Promise<string | undefined> {
  try {
    return await sources.readFile(wanted.file);
  } catch (error) {
    if (mayBeMissing && isMissing(error)) return undefined;
    throw refused(wanted, readFailureWords(error), error);
  }
}

function refused({ file: where, next }: Wanted, why: string, cause?: unknown): OperatorError {
  return new OperatorError({ reason: 'invalid', what: 'Cannot read the kubeconfig', where, why, next, cause });
}
