import { Secret } from '../core/secret.ts';
import type { RedisAddress } from './config.ts';
import { isHost } from './host.ts';

/** An address with the credentials that stood in it, apart. */
export interface RedisUrl {
  readonly address: RedisAddress;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

/** Reads `redis://user:password@host:port/database` or `rediss://…` for TLS; undefined where the text is none. */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  const url = URL.parse(text);
  if (url === null || !isRedis(url)) return undefined;
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  const username = decoded(url.username);
  const password = decoded(url.password);
  if (!isHost(host) || username === undefined || password === undefined) return undefined;
  const node = { host, port: url.port === '' ? 6379 : Number(url.port) };
  return {
    address: { kind: 'single', node, database: Number(url.pathname.slice(1)), tls: url.protocol === 'rediss:' },
    username: username === '' ? undefined : username,
    password: password === '' ? undefined : new Secret(password),
  };
}

function isRedis(url: URL): boolean {
  const isPlain = url.search === '' && url.hash === '' && /^\/?\d{0,6}$/.test(url.pathname);
  return isPlain && (url.protocol === 'redis:' || url.protocol === 'rediss:');
}

/** Undefined where the text is not well encoded. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // The only thing it throws for; the caller refuses the address as a whole.
    return undefined;
  }
}
