import type { Config } from './config.ts';
import { readDocument } from './document.ts';
import { readEnvironment, type FromEnvironment } from './environment.ts';
import type { ConfigFault } from './fault.ts';
import { issueFaults } from './issues.ts';
import { defaultFiles, namedFile } from './paths.ts';
import { resolveConfig } from './resolve.ts';
import { ruleFaults } from './rules.ts';
import { FileSchema } from './schema.ts';
import { shownPath } from './shown.ts';
import { NO_WATCHING_SECRETS } from './watching.ts';
import { isMissing, readFailureWords, type ConfigSources } from './sources.ts';

export interface LoadOptions {
  /** What the command line names; undefined: `MESHWARDEN_CONFIG`, else the usual places. */
  readonly file: string | undefined;
  /** `skip`: the bot token and the password of Redis stay unread, for commands that need neither. */
  readonly secrets: 'read' | 'skip';
}

export type Loaded =
  | { readonly kind: 'config'; readonly config: Config }
  /** Every fault that there is, those of the file first, in its order. */
  | { readonly kind: 'faults'; readonly file: string; readonly faults: readonly ConfigFault[] }
  /** No file was named, and none is in the usual places. */
  | { readonly kind: 'none'; readonly looked: readonly string[] };

const NOTHING: FromEnvironment = {
  redisUrl: undefined,
  discordToken: undefined,
  redisPassword: undefined,
  approvalKey: undefined,
  totp: new Map(),
  watching: NO_WATCHING_SECRETS,
  faults: [],
};

/** Finds the configuration, reads it and checks all of it. Never throws for what is written there. */
export async function loadConfig(sources: ConfigSources, options: LoadOptions): Promise<Loaded> {
  const named = namedFile(options.file, sources);
  const candidates = named === undefined ? defaultFiles(sources) : [named];
  for (const file of candidates) {
    const read = await readText(file, sources);
    if (read.text !== undefined) return parseConfig(read.text, file, options.secrets, sources);
    if (named === undefined && isMissing(read.error)) continue;
    const whole = { path: '', line: undefined, column: undefined };
    return {
      kind: 'faults',
      file: shownPath(file),
      faults: [{ ...whole, expected: 'a configuration file', found: readFailureWords(read.error) }],
    };
  }
  return { kind: 'none', looked: candidates };
}

/** A file's text, or why there is none: the caller knows what a failure means. */
async function readText(file: string, sources: ConfigSources): Promise<{ readonly text?: string; readonly error?: unknown }> {
  try {
    return { text: await sources.readFile(file) };
  } catch (error) {
    return { error };
  }
}

/** Checks the text of a configuration file. `file` is its absolute path. */
export async function parseConfig(text: string, file: string, secrets: 'read' | 'skip', sources: ConfigSources): Promise<Loaded> {
  const document = readDocument(text);
  const given = secrets === 'read' ? await readEnvironment(document, file, sources) : NOTHING;
  if (document.value === undefined) return { kind: 'faults', file, faults: [...document.faults, ...given.faults] };
  const parsed = FileSchema.safeParse(document.value);
  const faults = [...document.faults, ...issueFaults(parsed.error?.issues ?? [], document), ...ruleFaults(document), ...given.faults];
  if (parsed.success && faults.length === 0) return { kind: 'config', config: resolveConfig(parsed.data, file, given, sources) };
  return { kind: 'faults', file, faults: faults.toSorted(byPlace) };
}

function byPlace(a: ConfigFault, b: ConfigFault): number {
  const line = (a.line ?? Infinity) - (b.line ?? Infinity);
  if (line !== 0 && !Number.isNaN(line)) return line;
  return (a.column ?? 0) - (b.column ?? 0);
}
