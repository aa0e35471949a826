import { describe, expect, test } from 'vitest';
import { loadConfig, parseConfig, type Loaded } from '../../src/config/load.ts';
import type { Environment } from '../../src/config/sources.ts';
import { nodeError, sourcesOf } from './sources.ts';
import { SCHEDULES, WATCHING } from './watching-defaults.ts';

const SMALLEST = 'clusters:\n  - { name: a, network: net, roles: [signer] }\n';

const TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs';
const GUILD = '123456789012345678';

const FULL = `
mesh: { id: home, trustDomain: mesh.example, istioNamespace: istio }
clusters:
  - name: cluster-a
    network: network-a
    roles: [edge, signer]
    kubeconfig: ./a.kubeconfig
    context: ctx-a
    gateway: { address: 100.64.0.10, port: 15444 }
    application: sample-a
  - name: cluster-b
    network: network-b
    kubeconfig: ~/b.kubeconfig
    gateway: { address: gw-b.tail.example }
authority:
  root: { namespace: cm, certificate: root }
  issuer: root-ca
  intermediates: { namespace: ica, certificate: "{cluster}-ica" }
  rootFingerprint: ${'ab'.repeat(32)}
  leafLife: 12h
  proofWithin: 5m
approvals:
  needed: { intermediate: 2, root: 3, emergency: 2 }
  keyFile: approval-key
  totp: [{ user: "${GUILD}", secretFile: totp }]
discord:
  tokenFile: token
  guild: "${GUILD}"
  channels: { alerts: "${GUILD}", audit: "${GUILD}" }
  viewer: { roles: ["${GUILD}"], users: [] }
  operator: { users: ["${GUILD}"] }
  admins: ["${GUILD}"]
  api: http://127.0.0.1:9000/api/
redis:
  sentinels: [10.0.0.1, "[fd00::1]:26380"]
  master: mymaster
  database: 2
  tls: true
  username: mesh
  passwordFile: /run/redis
schedules: { observe-mesh: "*/5 * * * *", check-ca-expiry: off, distribute-cacerts: "7 * * * *", advance-changes: "*/2 * * * *" }
renewal: { overdueAfter: 1h30m }
log: { level: debug }
`;

const APPROVAL_FILES = { '/etc/mw/approval-key': 'k'.repeat(32), '/etc/mw/totp': 'JBSWY3DPEHPK3PXP\n' };

/** With secrets revealed, so that whole configurations can be compared. */
function plain(loaded: Loaded): unknown {
  if (loaded.kind !== 'config') return loaded;
  const { config } = loaded;
  return {
    ...config,
    discord: config.discord && { ...config.discord, token: config.discord.token?.reveal() },
    approvals: {
      ...config.approvals,
      key: config.approvals.key?.reveal(),
      totp: [...config.approvals.totp].map(([user, secret]) => [user, secret.reveal()]),
    },
    redis: config.redis && { ...config.redis, password: config.redis.password?.reveal() },
  };
}

const DEFAULTS = {
  source: 'file',
  file: '/srv/meshwarden.yaml',
  mesh: { id: 'mesh1', trustDomain: 'cluster.local', istioNamespace: 'istio-system' },
  clusters: [
    { name: 'a', network: 'net', roles: ['signer'], kubeconfig: ['/home/lena/.kube/config'], gateway: undefined, application: undefined },
  ],
  authority: {
    root: { namespace: 'cert-manager', certificate: 'istio-root' },
    issuer: 'istio-root-ca',
    intermediates: { namespace: 'istio-ca', certificate: 'istio-ica-{cluster}' },
    rootFingerprint: undefined,
    leafLife: 86_400_000,
    proofWithin: 180_000,
  },
  discord: undefined,
  approvals: { needed: { intermediate: 1, root: 2, emergency: 1 }, key: undefined, totp: [] },
  redis: undefined,
  schedules: SCHEDULES,
  ...WATCHING,
  renewal: { overdueAfter: 21_600_000 },
  log: { level: 'info' },
};

describe('src/config/load.ts', () => {
  test('fills in every default of the smallest file', async () => {
    const loaded = await loadConfig(sourcesOf({ '/srv/meshwarden.yaml': SMALLEST }), { file: undefined, secrets: 'read' });
    expect(plain(loaded)).toEqual(DEFAULTS);
  });

  test('reads every field, and the secrets from their files', async () => {
    const sources = sourcesOf({ '/etc/mw/full.yaml': FULL, '/etc/mw/token': `${TOKEN}\n`, '/run/redis': 'pw', ...APPROVAL_FILES });
    expect(plain(await loadConfig(sources, { file: '/etc/mw/full.yaml', secrets: 'read' }))).toEqual({
      source: 'file',
      file: '/etc/mw/full.yaml',
      mesh: { id: 'home', trustDomain: 'mesh.example', istioNamespace: 'istio' },
      clusters: [
        {
          name: 'cluster-a',
          network: 'network-a',
          roles: ['edge', 'signer'],
          kubeconfig: ['/etc/mw/a.kubeconfig'],
          context: 'ctx-a',
          gateway: { address: '100.64.0.10', port: 15_444 },
          application: 'sample-a',
        },
        {
          name: 'cluster-b',
          network: 'network-b',
          roles: [],
          kubeconfig: ['/home/lena/b.kubeconfig'],
          gateway: { address: 'gw-b.tail.example', port: 15_443 },
          application: undefined,
        },
      ],
      authority: {
        root: { namespace: 'cm', certificate: 'root' },
        issuer: 'root-ca',
        intermediates: { namespace: 'ica', certificate: '{cluster}-ica' },
        rootFingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
        leafLife: 43_200_000,
        proofWithin: 300_000,
      },
      approvals: {
        needed: { intermediate: 2, root: 3, emergency: 2 },
        key: 'k'.repeat(32),
        totp: [[GUILD, 'JBSWY3DPEHPK3PXP']],
      },
      discord: {
        token: TOKEN,
        guild: GUILD,
        channels: { alerts: GUILD, audit: GUILD },
        viewer: { roles: [GUILD], users: [] },
        operator: { roles: [], users: [GUILD] },
        admins: [GUILD],
        api: 'http://127.0.0.1:9000/api',
      },
      redis: {
        address: {
          kind: 'sentinel',
          sentinels: [
            { host: '10.0.0.1', port: 26_379 },
            { host: 'fd00::1', port: 26_380 },
          ],
          master: 'mymaster',
          database: 2,
          tls: true,
        },
        username: 'mesh',
        password: 'pw',
      },
      schedules: {
        'observe-mesh': '*/5 * * * *',
        'check-ca-expiry': 'off',
        'distribute-cacerts': '7 * * * *',
        'advance-changes': '*/2 * * * *',
        'probe-links': '*/3 * * * * *',
        'probe-mesh': '* * * * *',
        'verify-public-path': '*/5 * * * *',
        'audit-schedules': '* * * * *',
      },
      ...WATCHING,
      renewal: { overdueAfter: 5_400_000 },
      log: { level: 'debug' },
    });
  });

  test('leaves secrets unread where the caller needs none', async () => {
    const loaded = await loadConfig(sourcesOf({ '/srv/full.yaml': FULL }), { file: 'full.yaml', secrets: 'skip' });
    expect(plain(loaded)).toMatchObject({ file: '/srv/full.yaml', discord: { token: undefined }, redis: { password: undefined } });
  });

  test.each<[string, string | undefined, Environment, readonly string[], string]>([
    ['what the command line names', 'x.yaml', { MESHWARDEN_CONFIG: '/e.yaml' }, ['/srv/x.yaml', '/e.yaml'], '/srv/x.yaml'],
    ['what the environment names', undefined, { MESHWARDEN_CONFIG: '/e.yaml' }, ['/e.yaml', '/srv/meshwarden.yaml'], '/e.yaml'],
    ['the one in the folder', undefined, {}, ['/srv/meshwarden.yaml', '/etc/meshwarden/meshwarden.yaml'], '/srv/meshwarden.yaml'],
    [
      'the one of the machine',
      undefined,
      { MESHWARDEN_CONFIG: '' },
      ['/etc/meshwarden/meshwarden.yaml'],
      '/etc/meshwarden/meshwarden.yaml',
    ],
  ])('takes %s first', async (_, file, environment, files, expected) => {
    const sources = sourcesOf(Object.fromEntries(files.map((path) => [path, SMALLEST])), environment);
    expect(await loadConfig(sources, { file, secrets: 'read' })).toMatchObject({ kind: 'config', config: { file: expected } });
  });

  test('says where it looked when there is no file', async () => {
    expect(await loadConfig(sourcesOf({}), { file: undefined, secrets: 'read' })).toEqual({
      kind: 'none',
      looked: ['/srv/meshwarden.yaml', '/etc/meshwarden/meshwarden.yaml'],
    });
  });

  test.each<[string, string]>([
    ['ENOENT', 'no such file'],
    ['EISDIR', 'a directory'],
    ['EACCES', 'a file that may not be read'],
    ['EIO', 'a file that cannot be read'],
  ])('refuses a named file that cannot be read: %s', async (code, found) => {
    expect(await loadConfig(sourcesOf({ '/x.yaml': nodeError(code) }), { file: '/x.yaml', secrets: 'read' })).toEqual({
      kind: 'faults',
      file: '/x.yaml',
      faults: [{ path: '', line: undefined, column: undefined, expected: 'a configuration file', found }],
    });
  });

  test('does not pass over a file that is there and cannot be read', async () => {
    const sources = sourcesOf({ '/srv/meshwarden.yaml': nodeError('EACCES'), '/etc/meshwarden/meshwarden.yaml': SMALLEST });
    expect(await loadConfig(sources, { file: undefined, secrets: 'read' })).toMatchObject({
      kind: 'faults',
      file: '/srv/meshwarden.yaml',
    });
  });

  test.each<[string, Environment, readonly string[]]>([
    ['KUBECONFIG, every file of it', { KUBECONFIG: '/a:b:' }, ['/a', '/srv/b']],
    ['the one at home', { KUBECONFIG: '' }, ['/home/lena/.kube/config']],
  ])('a cluster without a kubeconfig uses %s', async (_, environment, kubeconfig) => {
    const loaded = await parseConfig(SMALLEST, '/c.yaml', 'read', sourcesOf({}, environment));
    expect(loaded).toMatchObject({ config: { clusters: [{ kubeconfig }] } });
  });

  test('takes 100 clusters and refuses 101', async () => {
    const text = (count: number): string =>
      `clusters:\n${Array.from({ length: count }, (_, i) => `  - { name: c${i}, network: n, context: c${i}, roles: [${i === 0 ? 'signer' : ''}] }\n`).join('')}`;
    expect((await parseConfig(text(100), '/c.yaml', 'read', sourcesOf({}))).kind).toBe('config');
    expect(await parseConfig(text(101), '/c.yaml', 'read', sourcesOf({}))).toMatchObject({
      faults: [{ path: 'clusters', line: 2, column: 3, expected: '1 to 100 clusters', found: 'a list' }],
    });
  });
});
