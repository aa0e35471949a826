/** Where a configuration comes from. All of it is handed in: this room reads no process and no disk on its own. */

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  readonly environment: Environment;
  /** Absolute; relative paths of the command line and of variables start here. */
  readonly cwd: string;
  /** Reads a file as UTF-8 text. Rejects with an error whose `code` is Node's: `ENOENT`, `EACCES`, `EISDIR`. */
  readonly readFile: (path: string) => Promise<string>;
}

/** Every variable that is read, with its meaning. */
export const VARIABLES = {
  MESHWARDEN_CONFIG: 'Path of the configuration file.',
  MESHWARDEN_DISCORD_TOKEN: 'Bot token.',
  MESHWARDEN_DISCORD_TOKEN_FILE: 'File that holds the bot token; replaces `discord.tokenFile`.',
  MESHWARDEN_REDIS_PASSWORD: 'Password of Redis.',
  MESHWARDEN_REDIS_PASSWORD_FILE: 'File that holds the password of Redis; replaces `redis.passwordFile`.',
  MESHWARDEN_APPROVAL_KEY: 'Key with which approvals are signed.',
  MESHWARDEN_APPROVAL_KEY_FILE: 'File that holds the key with which approvals are signed; replaces `approvals.keyFile`.',
  MESHWARDEN_TAILSCALE_CLIENT_SECRET: 'Secret of the OAuth client of Tailscale.',
  MESHWARDEN_TAILSCALE_CLIENT_SECRET_FILE:
    'File that holds the secret of the OAuth client of Tailscale; replaces `tailscale.control.clientSecretFile`.',
  MESHWARDEN_FALLBACK_WEBHOOK: 'Address of the webhook that takes alerts while the bot cannot post.',
  MESHWARDEN_FALLBACK_WEBHOOK_FILE: 'File that holds the address of that webhook; replaces `alerts.fallbackWebhookFile`.',
  MESHWARDEN_HEARTBEAT_URL: 'Address that is asked for while all is well.',
  MESHWARDEN_HEARTBEAT_URL_FILE: 'File that holds that address; replaces `alerts.heartbeatFile`.',
  REDIS_URL: 'Address of Redis, `redis://user:password@host:port/database`; replaces every address in the file.',
  KUBECONFIG: 'Kubeconfig files, separated by colons, of clusters that name none.',
  HOME: 'Where `~` and `~/.kube/config` are.',
} as const;

export type Variable = keyof typeof VARIABLES;

/** The value of a variable; one that is set to nothing counts as not set. */
export function variable(environment: Environment, name: Variable): string | undefined {
  const value = environment[name];
  return value === undefined || value === '' ? undefined : value;
}

/** What a read that failed means, in words. */
export function readFailureWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return READ_FAILURES.get(code) ?? 'a file that cannot be read';
}

/** True where a read failed because nothing is there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

const READ_FAILURES: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file'],
  ['EACCES', 'a file that may not be read'],
  ['EPERM', 'a file that may not be read'],
  ['EISDIR', 'a directory'],
]);
