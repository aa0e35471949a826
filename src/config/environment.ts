import { z } from 'zod';
import type { Secret } from '../core/secret.ts';
import type { ConfigDocument } from './document.ts';
import type { ConfigFault } from './fault.ts';
import { distance } from './nearest.ts';
import { folderOf } from './paths.ts';
import { parseRedisUrl, type RedisUrl } from './redis-url.ts';
import { readApprovals } from './approvals.ts';
import { inVariable, readSecret, type SecretRequest } from './secrets.ts';
import { variable, VARIABLES, type ConfigSources } from './sources.ts';
import { readWatchingSecrets, type WatchingSecrets } from './watching.ts';

/** What the environment and the files of secrets say. */
export interface FromEnvironment {
  readonly redisUrl: RedisUrl | undefined;
  readonly discordToken: Secret | undefined;
  readonly redisPassword: Secret | undefined;
  readonly approvalKey: Secret | undefined;
  /** Secrets of authenticators, by Discord user id. */
  readonly totp: ReadonlyMap<string, Secret>;
  readonly watching: WatchingSecrets;
  readonly faults: readonly ConfigFault[];
}

const mapping = z.record(z.string(), z.unknown()).optional().catch(undefined);
const Loose = z.object({ discord: mapping, redis: mapping }).catch({ discord: undefined, redis: undefined });

/** Reads them even where the file has faults, so that all faults are told at once. */
export async function readEnvironment(document: ConfigDocument, file: string, sources: ConfigSources): Promise<FromEnvironment> {
  const { discord, redis } = Loose.parse(document.value);
  const written = (section: string, name: string, path: unknown): SecretRequest['written'] =>
    typeof path === 'string' && path !== '' ? { path, folder: folderOf(file), place: document.place([section, name]) } : undefined;
  const url = readRedisUrl(sources);
  const token = await readSecret(
    {
      value: 'MESHWARDEN_DISCORD_TOKEN',
      file: 'MESHWARDEN_DISCORD_TOKEN_FILE',
      written: written('discord', 'tokenFile', discord?.['tokenFile']),
    },
    sources,
  );
  const password = await readSecret(
    {
      value: 'MESHWARDEN_REDIS_PASSWORD',
      file: 'MESHWARDEN_REDIS_PASSWORD_FILE',
      written: url.value?.password === undefined ? written('redis', 'passwordFile', redis?.['passwordFile']) : undefined,
    },
    sources,
  );
  const approvals = await readApprovals(document, file, sources);
  const watching = await readWatchingSecrets(document, file, sources);
  return {
    redisUrl: url.value,
    discordToken: token.secret,
    redisPassword: password.secret,
    approvalKey: approvals.key,
    totp: approvals.totp,
    watching,
    faults: [
      ...token.faults,
      ...password.faults,
      ...approvals.faults,
      ...watching.faults,
      ...url.faults,
      ...missingToken(document, discord, token.secret ?? token.faults[0]),
      ...misspelt(sources),
    ],
  };
}

function readRedisUrl({ environment }: ConfigSources): { readonly value: RedisUrl | undefined; readonly faults: readonly ConfigFault[] } {
  const text = variable(environment, 'REDIS_URL');
  const value = text === undefined ? undefined : parseRedisUrl(text);
  if (text === undefined || value !== undefined) return { value, faults: [] };
  const expected = 'redis://user:password@host:port/database, or rediss:// for TLS';
  return { value, faults: [{ ...inVariable('REDIS_URL'), expected, found: 'a value that is not shown' }] };
}

function missingToken(document: ConfigDocument, discord: object | undefined, token: unknown): readonly ConfigFault[] {
  if (discord === undefined || token !== undefined) return [];
  const next = 'Name a file in discord.tokenFile, or set MESHWARDEN_DISCORD_TOKEN or MESHWARDEN_DISCORD_TOKEN_FILE.';
  return [{ ...document.place(['discord', 'tokenFile']), expected: 'a bot token', found: 'nothing', next }];
}

/** Further away than this, a name is somebody else's: Kubernetes sets `MESHWARDEN_PORT` and the like for a Service of that name. */
const MISSPELT = 2;

/** A variable with a slip in its name would be passed over in silence. */
function misspelt({ environment }: ConfigSources): readonly ConfigFault[] {
  const known = Object.keys(VARIABLES).filter((name) => name.startsWith('MESHWARDEN_'));
  const given = Object.keys(environment).filter((name) => name.startsWith('MESHWARDEN_') && !known.includes(name));
  return given.flatMap((name) => {
    const near = known.find((candidate) => distance(name, candidate) <= MISSPELT);
    if (near === undefined) return [];
    const place = { path: name, line: undefined, column: undefined };
    return [{ ...place, expected: 'a variable that is read', found: 'an unknown name', nearest: near }];
  });
}
