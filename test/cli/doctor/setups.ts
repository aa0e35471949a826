/** A set-up in which everything is well, to be broken one part at a time. */
import type { Config } from '../../../src/config/config.ts';
import { DAY } from '../../../src/core/duration.ts';
import type { Failure } from '../../../src/core/errors.ts';
import { Secret } from '../../../src/core/secret.ts';
import type {
  ClusterSetup,
  DiscordGuild,
  DiscordSetup,
  InsideFacts,
  KubeconfigFacts,
  ProbesSetup,
  RedisServerFacts,
  TailnetSetup,
} from '../../../src/mesh/setup.ts';
import { BOT_PERMISSIONS } from '../../../src/cli/init/invite.ts';
import { SCHEDULES, WATCHING } from '../../config/watching-defaults.ts';

export const NOW = Date.UTC(2026, 2, 1);
export const GUILD = '100000000000000001';
export const ROLE = '100000000000000002';
export const CHANNEL = '100000000000000003';
export const BOT = '100000000000000004';
export const PERSON = '100000000000000005';

export const NEEDED: bigint = BOT_PERMISSIONS.reduce((all, { bit }) => all | bit, 0n);

export function seen<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function unseen(message: string, next?: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { reason: 'forbidden', message, ...(next === undefined ? {} : { next }) } };
}

export const CONFIG: Config = {
  source: 'file',
  file: '/etc/meshwarden/meshwarden.yaml',
  mesh: { id: 'mesh1', trustDomain: 'cluster.local', istioNamespace: 'istio-system' },
  clusters: [
    { name: 'a', network: 'net-a', roles: ['signer'], kubeconfig: ['/kube/a'], gateway: undefined, application: undefined },
    { name: 'b', network: 'net-b', roles: [], kubeconfig: ['/kube/b'], gateway: undefined, application: undefined },
  ],
  authority: {
    root: { namespace: 'cert-manager', certificate: 'istio-root' },
    issuer: 'istio-root-ca',
    intermediates: { namespace: 'istio-ca', certificate: 'istio-ica-{cluster}' },
    rootFingerprint: undefined,
    leafLife: 24 * 3_600_000,
    proofWithin: 180_000,
  },
  approvals: { needed: { intermediate: 1, root: 2, emergency: 1 }, key: undefined, totp: new Map() },
  discord: {
    token: new Secret('not-a-token'),
    guild: GUILD,
    channels: { alerts: CHANNEL, audit: undefined },
    viewer: { roles: [ROLE], users: [] },
    operator: { roles: [], users: [] },
    admins: [PERSON],
    api: 'https://discord.com/api',
  },
  redis: {
    address: { kind: 'single', node: { host: 'redis', port: 6379 }, database: 0, tls: false },
    username: undefined,
    password: undefined,
  },
  schedules: SCHEDULES,
  ...WATCHING,
  renewal: { overdueAfter: 1 },
  log: { level: 'info' },
};

export const KUBECONFIG: KubeconfigFacts = {
  server: 'https://100.64.0.1:6443',
  execPlugin: undefined,
  certificateEnds: undefined,
  tokenEnds: NOW + 90 * DAY,
  unverified: false,
};

export const INSIDE: InsideFacts = {
  user: seen('system:serviceaccount:meshwarden:meshwarden'),
  missingRights: seen([]),
  missingWriteRights: seen([]),
  writeRights: 12,
  everything: seen(false),
  rootSecret: undefined,
  uid: seen('uid-b'),
  istioNamespace: seen(true),
  istioIds: seen(['b']),
  missingAskerRights: seen([]),
  canary: seen({ available: 1, desired: 1 }),
  authority: undefined,
};

export const CLUSTER: ClusterSetup = {
  kubeconfig: seen(KUBECONFIG),
  api: seen({ gitVersion: 'v1.36.2+k3s1', major: 1, minor: 36, latencyMs: 12, clockAheadMs: 400 }),
  inside: INSIDE,
};

export const SERVER: RedisServerFacts = {
  where: 'redis:6379',
  version: '7.0.15',
  role: 'master',
  evictionPolicy: 'noeviction',
  memoryLimit: 0,
  memoryUsed: 1_000,
  appendOnly: true,
  saves: '',
  latencyMs: 2,
  clockAheadMs: 0,
};

export const FOUND_GUILD: DiscordGuild = {
  name: 'Home',
  ownerId: PERSON,
  roles: new Map([
    [GUILD, NEEDED],
    [ROLE, 0n],
  ]),
  mentionable: new Set(),
  botRoles: [],
  channels: [{ id: CHANNEL, name: 'alerts', type: 0, overwrites: [] }],
};

export const DISCORD: DiscordSetup = {
  application: seen({ id: '42', botId: BOT, name: 'meshwarden', flags: 0 }),
  startsLeft: seen(990),
  guild: seen(FOUND_GUILD),
  strangers: seen([]),
  commandsKnown: seen(true),
};

export const SOCKET = '/var/run/tailscale/tailscaled.sock';

/** {@link CONFIG} with everything that is measured and told. */
export const WATCHED: Config = {
  ...CONFIG,
  clusters: CONFIG.clusters.map((cluster) => ({ ...cluster, gateway: { address: `gw-${cluster.name}`, port: 15_443 } })),
  tailscale: {
    socket: SOCKET,
    proxy: { host: 'localhost', port: 1055 },
    control: { api: 'https://api.tailscale.com', tailnet: '-', clientId: 'k1', clientSecret: new Secret('not-a-secret') },
  },
  probes: {
    ...CONFIG.probes,
    vantage: 'a',
    publicPaths: [{ url: 'https://shop.example/status', cluster: 'b', status: 200, address: undefined }],
  },
  alerts: {
    ...CONFIG.alerts,
    escalation: { after: 900_000, role: ROLE },
    fallbackWebhook: new Secret('https://discord.com/api/webhooks/100000000000000006/not-a-token'),
    heartbeat: new Secret('https://beat.example/not-a-token'),
  },
};

export const TAILNET: TailnetSetup = {
  node: {
    kind: 'answered',
    value: {
      backend: 'Running',
      host: 'gw-a',
      addresses: ['100.64.0.1'],
      online: true,
      expired: false,
      keyExpiry: NOW + 90 * DAY,
      health: [],
      peers: [],
    },
  },
  proxy: { connect: { ok: true, tookMs: 1 }, answer: 'taken' },
  devices: {
    kind: 'answered',
    value: ['a', 'b'].map((name, index) => ({
      host: `gw-${name}`,
      addresses: [`100.64.0.${index + 1}`],
      routes: [],
      authorized: true,
      keyExpiry: undefined,
      connected: true,
      blocksIncoming: false,
    })),
  },
};

export const PROBES: ProbesSetup = {
  gateways: [{ cluster: 'b', where: 'gw-b:15443', connect: { ok: true, tookMs: 12 } }],
  publicPaths: [
    {
      url: 'https://shop.example/status?key=hidden',
      status: 200,
      seen: {
        connect: { ok: true, tookMs: 5 },
        tls: { ok: true, tookMs: 10, notAfter: undefined },
        answer: { ok: true, status: 200, tookMs: 15, line: 'fine' },
      },
    },
  ],
};
