import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { parseRedisUrl } from '../../src/config/redis-url.ts';
import { sourcesOf } from './sources.ts';

const CLUSTERS = 'clusters: [{ name: a, network: n, roles: [signer] }]\n';
const local = { kind: 'single', node: { host: '127.0.0.1', port: 6379 }, database: 0, tls: false };

describe('src/config/redis-url.ts', () => {
  test.each<[string, unknown]>([
    ['redis://127.0.0.1', { address: local, username: undefined, password: undefined }],
    ['redis://127.0.0.1:6379/0', { address: local, username: undefined, password: undefined }],
    [
      'rediss://lena:p%40ss@r.example:7000/3',
      {
        address: { kind: 'single', node: { host: 'r.example', port: 7000 }, database: 3, tls: true },
        username: 'lena',
        password: 'p@ss',
      },
    ],
    [
      'redis://:pw@[::1]:1/',
      { address: { kind: 'single', node: { host: '::1', port: 1 }, database: 0, tls: false }, username: undefined, password: 'pw' },
    ],
  ])('reads %s', (text, expected) => {
    const parsed = parseRedisUrl(text);
    expect(parsed && { ...parsed, password: parsed.password?.reveal() }).toEqual(expected);
  });

  test.each([
    '',
    'hunter2',
    'http://a',
    'redis://',
    'redis://a/x',
    'redis://a?b=c',
    'redis://a#b',
    'redis://a:99999',
    'redis://:%ff@a',
    'redis://a/1/2',
  ])('refuses %j', (text) => {
    expect(parseRedisUrl(text)).toBeUndefined();
  });

  test.each<[string, string, Readonly<Record<string, string>>, unknown]>([
    ['nothing: none', '', {}, undefined],
    ['an empty section: the one of this machine', 'redis: {}\n', {}, { address: local, username: undefined, password: undefined }],
    ['the environment alone', '', { REDIS_URL: 'redis://127.0.0.1' }, { address: local, username: undefined, password: undefined }],
    [
      'the environment before the file',
      'redis: { cluster: [c], username: u, passwordFile: p }\n',
      { REDIS_URL: 'redis://:env@127.0.0.1' },
      { address: local, username: 'u', password: 'env' },
    ],
    [
      'the password of its own variable before all others',
      'redis: { cluster: [c], passwordFile: p }\n',
      { REDIS_URL: 'redis://:url@127.0.0.1', MESHWARDEN_REDIS_PASSWORD: 'own' },
      { address: local, username: undefined, password: 'own' },
    ],
    [
      'a cluster',
      'redis: { cluster: [c, "d:7001"], passwordFile: p, tls: true }\n',
      {},
      {
        address: {
          kind: 'cluster',
          nodes: [
            { host: 'c', port: 6379 },
            { host: 'd', port: 7001 },
          ],
          tls: true,
        },
        username: undefined,
        password: 'file',
      },
    ],
  ])('takes %s', async (_, section, environment, expected) => {
    const loaded = await parseConfig(`${CLUSTERS}${section}`, '/c.yaml', 'read', sourcesOf({ '/p': 'file' }, environment));
    const redis = loaded.kind === 'config' ? loaded.config.redis : 'faults';
    expect(typeof redis === 'object' ? { ...redis, password: redis.password?.reveal() } : redis).toEqual(expected);
  });
});
