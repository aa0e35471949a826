import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderFaults } from '../../src/config/fault.ts';
import { loadConfig, parseConfig } from '../../src/config/load.ts';
import { readSecret } from '../../src/config/secrets.ts';
import { looksSecret } from '../../src/config/shown.ts';
import { VARIABLES } from '../../src/config/sources.ts';
import { sourcesOf } from './sources.ts';

const TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs';
const PASSWORD = 'hunter2';
const PEM = '-----BEGIN PRIVATE KEY----- MIIEvQIBADANBgkqhkiG9w0BAQ';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln';

/** A file in which every value, one after the other, can be a secret in the wrong place. */
const WHOLE = {
  mesh: { id: 'm', trustDomain: 'd', istioNamespace: 'n' },
  clusters: [
    { name: 'a', network: 'n', roles: ['signer'], kubeconfig: 'k', context: 'c', gateway: { address: 'g', port: 1 }, application: 'x' },
  ],
  authority: {
    root: { namespace: 'n', certificate: 'c' },
    issuer: 'i',
    intermediates: { namespace: 'n', certificate: 'i-{cluster}' },
    rootFingerprint: 'ab'.repeat(32),
    leafLife: '24h',
    proofWithin: '3m',
  },
  approvals: { needed: { intermediate: 1, root: 2, emergency: 1 }, keyFile: 'k', totp: [{ user: '123456789012345678', secretFile: 's' }] },
  discord: {
    tokenFile: 't',
    guild: '123456789012345678',
    channels: { alerts: '123456789012345678', audit: '123456789012345678' },
    viewer: { roles: ['123456789012345678'], users: [] },
    operator: { roles: [], users: [] },
    admins: ['123456789012345678'],
    api: 'https://discord.com/api',
  },
  redis: { url: 'redis://r', sentinels: ['s'], master: 'm', cluster: ['c'], database: 1, tls: true, username: 'u', passwordFile: 'p' },
  schedules: { 'observe-mesh': 'off', 'check-ca-expiry': 'off' },
  tailscale: { socket: 's', proxy: 'h:1', control: { tailnet: 't', clientId: 'c', clientSecretFile: 'f' } },
  probes: { vantage: 'a', publicPaths: [{ url: 'https://h', cluster: 'a', address: 'h:1' }] },
  alerts: { rules: [{ rule: 'link-down', severity: 'page' }], fallbackWebhookFile: 'w', heartbeatFile: 'h' },
  renewal: { overdueAfter: '6h' },
  log: { level: 'info' },
};

type Step = string | number;

/** Every place in a value: containers, leaves and, below each mapping, a name that is not known. */
function places(value: unknown, path: readonly Step[] = []): readonly (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, child]) => places(child, [...path, Array.isArray(value) ? Number(name) : name]));
  return Array.isArray(value) ? [path, ...inner] : [path, ...inner, ...['token', 'password', 'x'].map((name) => [...path, name])];
}

function put(value: unknown, [step, ...rest]: readonly Step[], secret: unknown): unknown {
  if (step === undefined) return secret;
  if (Array.isArray(value)) return value.map((child: unknown, index) => (index === step ? put(child, rest, secret) : child));
  const mapping = value as Record<string, unknown>;
  return { ...mapping, [step]: put(mapping[step], rest, secret) };
}

async function spoken(text: string): Promise<string> {
  const loaded = await parseConfig(text, '/c.yaml', 'read', sourcesOf({}));
  return loaded.kind === 'faults' ? `${JSON.stringify(loaded)}\n${renderFaults('/c.yaml', loaded.faults)}` : '';
}

describe('src/config: no fault repeats a secret', () => {
  const everywhere = places(WHOLE);

  test('there are enough places to try', () => {
    expect(everywhere.length).toBeGreaterThan(90);
  });

  test.each([TOKEN, JWT, PEM, `redis://:${TOKEN}@host`])('wherever %s stands as a value', async (secret) => {
    const said = await Promise.all(everywhere.map((path) => spoken(JSON.stringify(put(WHOLE, path, secret)))));
    const leaks = everywhere.filter((_, index) => said[index]?.includes(secret.slice(0, 24)));
    expect(leaks).toEqual([]);
    // Nearly every place refuses it, so that the faults were there to be searched.
    expect(said.filter((text) => text !== '').length).toBeGreaterThan(everywhere.length - 5);
  });

  test('wherever a token stands as a name', async () => {
    const mappings = everywhere.filter((path) => path.at(-1) === 'x');
    const said = await Promise.all(mappings.map((path) => spoken(JSON.stringify(put(WHOLE, [...path.slice(0, -1), TOKEN], 1)))));
    expect(said.filter((text) => text.includes('MTk4') || text === '')).toEqual([]);
  });

  test.each(['token', 'password', 'tokenFile', 'passwordFile', 'botToken', 'secret', 'url'])(
    'whatever stands under the name %s',
    async (name) => {
      const texts = ['discord', 'redis', 'mesh'].map((section) => JSON.stringify(put(WHOLE, [section, name], PASSWORD)));
      const said = await Promise.all(texts.map(spoken));
      expect(said.filter((text) => text.includes(PASSWORD) || text === '')).toEqual([]);
    },
  );

  test.each([
    `a: "${TOKEN}`,
    `a: @${TOKEN}`,
    `${TOKEN}: 1\n${TOKEN}: 2`,
    `a: *${TOKEN}`,
    `a: !${TOKEN} 1`,
    `&${TOKEN} &b a: 1`,
    `a: "\\q${TOKEN}"`,
    `a: 1\n---\n${TOKEN}`,
    `%${TOKEN}\n---\na: 1`,
    `a: b: ${TOKEN}`,
    `\t${TOKEN}`,
    TOKEN,
    `- ${TOKEN}`,
  ])('in broken YAML: %s', async (text) => {
    const said = await spoken(text);
    expect(said).not.toBe('');
    expect(said).not.toContain('MTk4');
  });

  test.each(Object.keys(VARIABLES).filter((name) => name !== 'HOME'))('in the variable %s', async (name) => {
    const file = `clusters: 5\ndiscord: { guild: 1 }\nredis: {}\n`;
    const sources = sourcesOf({ '/srv/meshwarden.yaml': file }, { [name]: `${TOKEN} ` });
    const loaded = await loadConfig(sources, { file: undefined, secrets: 'read' });
    const said = loaded.kind === 'faults' ? `${JSON.stringify(loaded)} ${renderFaults(loaded.file, loaded.faults)}` : '';
    expect(said).not.toBe('');
    expect(said).not.toContain('MTk4');
  });

  test('takes every random token for a secret, and no ordinary name', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'.split('');
    const part = (length: number): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((letters) => letters.join(''));
    fc.assert(fc.property(part(24), part(6), part(27), (a, b, c) => looksSecret(`${a}.${b}.${c}`)));
    const names = ['cluster-production-eu-west-1', '/home/lena/.kube/clusters/config', 'https://discord.com/api', '123456789012345678'];
    expect(names.filter((name) => looksSecret(name))).toEqual([]);
  });
});

describe('src/config/secrets.ts', () => {
  const file = '/home/Anna/Projects/mesh2/secrets/discord-token';
  const request = {
    value: 'MESHWARDEN_DISCORD_TOKEN',
    file: 'MESHWARDEN_DISCORD_TOKEN_FILE',
    written: { path: file, folder: '/srv', place: { path: 'discord.tokenFile', line: 3, column: 7 } },
  } as const;

  test('reads a file in a folder whose name has capitals and digits', async () => {
    const { secret, faults } = await readSecret(request, sourcesOf({ [file]: TOKEN }));
    expect({ read: secret?.reveal() === TOKEN, faults }).toEqual({ read: true, faults: [] });
  });

  test('names it where it is not there', async () => {
    expect((await readSecret(request, sourcesOf({}))).faults).toEqual([
      { path: 'discord.tokenFile', line: 3, column: 7, expected: 'a file that holds the secret', found: `no such file at ${file}` },
    ]);
  });
});
