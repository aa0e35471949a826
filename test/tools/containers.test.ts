import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Service {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly secrets?: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: unknown;
}

const compose = parse(read('docker-compose.yml')) as {
  readonly services: { readonly meshwarden: Service; readonly redis: Service };
  readonly secrets: unknown;
  readonly networks: unknown;
  readonly volumes: unknown;
};
const { meshwarden, redis } = compose.services;

/** Instructions of the Dockerfile's last stage, as `[word, rest]`. */
function lastStage(): readonly (readonly [string, string])[] {
  const lines = read('Dockerfile').split('\n');
  const start = lines.findLastIndex((line) => line.startsWith('FROM '));
  const instructions = lines.slice(start).filter((line) => line !== '' && !line.startsWith('#'));
  return instructions.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}

/** The flags between `node` and the bundle, as `./run meshwarden` starts it. */
function flagsOfRun(): readonly string[] {
  const line = /^ *exec node (?<flags>(?:--\S+ )+)"\$bundle" "\$@"$/m.exec(read('run'));
  return line?.groups?.['flags']?.trim().split(' ') ?? [];
}

describe('docker-compose.yml', () => {
  it('keeps Redis from evicting jobs and from forgetting them', () => {
    expect(redis.command).toEqual([
      'redis-server',
      '--maxmemory-policy',
      'noeviction',
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
      '--save',
      '',
    ]);
    expect({ volumes: redis.volumes, declared: compose.volumes }).toEqual({
      volumes: ['redis-data:/data'],
      declared: { 'redis-data': {} },
    });
  });

  it('hands secrets over as files only', () => {
    expect(meshwarden.environment).toEqual({
      REDIS_URL: 'redis://redis:6379',
      MESHWARDEN_DISCORD_TOKEN_FILE: '/run/secrets/discord-token',
    });
    expect(meshwarden.secrets).toEqual(['discord-token']);
    expect(compose.secrets).toEqual({ 'discord-token': { file: './secrets/discord-token' } });
    expect(redis.environment).toBeUndefined();
  });

  it('publishes no port and lets Redis out to nobody', () => {
    expect([meshwarden.ports, redis.ports]).toEqual([undefined, undefined]);
    expect(meshwarden.networks).toEqual(['outward', 'queue']);
    expect(redis.networks).toEqual(['queue']);
    expect(compose.networks).toEqual({ outward: {}, queue: { internal: true } });
  });

  it.each(['meshwarden', 'redis'] as const)('lets %s write nowhere but in its volume, with no rights, and starts it again', (name) => {
    expect(compose.services[name]).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(meshwarden.volumes).toEqual(['./config:/etc/meshwarden:ro']);
  });
});

describe('Dockerfile', () => {
  it('starts the bundle with the flags of ./run, as an ordinary user, with a warm compile cache', () => {
    const flags = flagsOfRun();
    expect(flags).toEqual(['--max-semi-space-size=1', '--optimize-for-size']);
    expect(lastStage()).toEqual([
      ['FROM', 'node:24-slim'],
      ['ENV', 'NODE_ENV=production NODE_COMPILE_CACHE=/var/cache/meshwarden'],
      ['RUN', 'install --directory --owner=node --group=node "$NODE_COMPILE_CACHE"'],
      ['COPY', '--from=build /build/dist /opt/meshwarden'],
      ['USER', 'node'],
      ['RUN', `node ${flags.join(' ')} /opt/meshwarden/meshwarden.mjs version`],
      ['STOPSIGNAL', 'SIGTERM'],
      ['ENTRYPOINT', JSON.stringify(['node', ...flags, '/opt/meshwarden/meshwarden.mjs']).replaceAll('","', '", "')],
      ['CMD', '["start"]'],
    ]);
  });

  it('sends nothing to the builder but what the bundle is made of', () => {
    expect(read('.dockerignore')).toBe('*\n!package.json\n!package-lock.json\n!src\n!tools/build.ts\n');
  });
});
