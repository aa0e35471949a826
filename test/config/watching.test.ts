import { describe, expect, test } from 'vitest';
import { renderFaults } from '../../src/config/fault.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/config/sources.ts';
import { sourcesOf } from './sources.ts';

const CLUSTERS = 'clusters:\n  - { name: a, network: n, roles: [signer] }\n  - { name: b, network: m, context: b }\n';
const WEBHOOK = 'https://discord.com/api/webhooks/1/not-a-secret';

async function configOf(text: string, environment: Environment = {}, files: Readonly<Record<string, string>> = {}) {
  const loaded = await parseConfig(CLUSTERS + text, '/etc/mw/c.yaml', 'read', sourcesOf(files, environment));
  if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded));
  return loaded.config;
}

async function faultsOf(text: string, environment: Environment = {}, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const loaded = await parseConfig(CLUSTERS + text, '/etc/mw/c.yaml', 'read', sourcesOf(files, environment));
  return loaded.kind === 'faults' ? loaded.faults.map(({ path, expected, found }) => `${path}: expected ${expected}, found ${found}`) : [];
}

describe('src/config: what is watched and told', () => {
  test('reads every field, and the secrets from their files', async () => {
    const text = `tailscale:
  socket: ./ts.sock
  proxy: localhost
  control: { tailnet: example.com, clientId: k123, clientSecretFile: cs }
probes:
  vantage: b
  connectWithin: 3s
  slowAfter: 1s
  skewAfter: 10s
  canary: { namespace: c, service: "c-{cluster}", port: 80 }
  publicPaths: [{ url: "https://www.example.com/x?y=1", cluster: b, status: 204, address: "10.0.0.1" }]
alerts:
  rules:
    - { rule: link-down, failures: 2, of: 3, recoveries: 1, unknownAfter: 5m, remindEvery: 0s, severity: ticket }
    - { rule: trial, severity: off }
  flapping: { changes: 4, within: 5m, calmAfter: 2m }
  nagAfter: 1h
  escalation: { after: 5m, role: "123456789012345678" }
  quietHours: { from: "22:30", to: "07:00" }
  fallbackWebhookFile: hook
`;
    const files = { '/etc/mw/cs': 'tskey-client\n', '/etc/mw/hook': WEBHOOK };
    const { tailscale, probes, alerts } = await configOf(text, { MESHWARDEN_HEARTBEAT_URL: 'http://127.0.0.1:1/ping' }, files);
    expect({ ...tailscale, control: { ...tailscale.control, clientSecret: tailscale.control?.clientSecret?.reveal() } }).toEqual({
      socket: '/etc/mw/ts.sock',
      proxy: { host: 'localhost', port: 1055 },
      control: { api: 'https://api.tailscale.com', tailnet: 'example.com', clientId: 'k123', clientSecret: 'tskey-client' },
    });
    expect(probes).toEqual({
      vantage: 'b',
      connectWithin: 3_000,
      slowAfter: 1_000,
      skewAfter: 10_000,
      canary: { namespace: 'c', service: 'c-{cluster}', port: 80 },
      publicPaths: [{ url: 'https://www.example.com/x?y=1', cluster: 'b', status: 204, address: { host: '10.0.0.1', port: 443 } }],
    });
    expect({ ...alerts, fallbackWebhook: alerts.fallbackWebhook?.reveal(), heartbeat: alerts.heartbeat?.reveal() }).toEqual({
      rules: {
        'link-down': { failures: 2, of: 3, recoveries: 1, unknownAfter: 300_000, remindEvery: 0, severity: 'ticket' },
        trial: { severity: 'off' },
      },
      flapping: { changes: 4, within: 300_000, calmAfter: 120_000 },
      nagAfter: 3_600_000,
      escalation: { after: 300_000, role: '123456789012345678' },
      quiet: { fromMinute: 1_350, toMinute: 420, severities: ['ticket', 'info'] },
      fallbackWebhook: WEBHOOK,
      heartbeat: 'http://127.0.0.1:1/ping',
    });
  });

  test('tells every fault at once', async () => {
    const text = `tailscale: { control: { clientId: k } }
probes: { vantage: c, publicPaths: [{ url: "ftp://x", cluster: d }] }
alerts:
  rules: [{ rule: link-down, failures: 5, of: 4 }, { rule: link-down }, { rule: link-dwn }]
  quietHours: { from: "22:00", to: "22:00" }
`;
    expect(await faultsOf(text)).toEqual([
      'tailscale.control.clientSecretFile: expected a client secret, found nothing',
      'probes.vantage: expected the name of one of the clusters above, found "c"',
      'probes.publicPaths[0].url: expected an http or https address without user and password, found a value that is not shown',
      'probes.publicPaths[0].cluster: expected the name of one of the clusters above, found "d"',
      'alerts.rules[0].failures: expected no more failures than samples that are looked at, 4, found the number 5',
      'alerts.rules[1].rule: expected a rule that no other entry names, found the one of rules[0]',
      expect.stringMatching(/^alerts\.rules\[2\]\.rule: expected one of self-offline, .*, trial, found "link-dwn"$/),
      'alerts.quietHours.to: expected another time than from, found the same',
    ]);
    expect(await faultsOf('alerts: { quietHours: { from: 22:00, to: "7:00" } }\n')).toEqual([
      expect.stringMatching(/^alerts\.quietHours\.to: expected a time of day in quotes such as "22:00", found "7:00"$/),
    ]);
  });

  test('takes no cluster for the place that is in none', async () => {
    const loaded = await parseConfig(
      'clusters:\n  - { name: local, network: n, roles: [signer] }\n',
      '/etc/mw/c.yaml',
      'read',
      sourcesOf({}, {}),
    );
    expect(loaded.kind === 'faults' ? loaded.faults.map(({ path, expected, found }) => [path, expected, found]) : loaded).toEqual([
      ['clusters[0].name', 'another name: `local` is where meshwarden measures from while it is in no cluster', 'the name local'],
    ]);
  });

  test('a secret that is no address is told of without it', async () => {
    const secret = 'not-an-address';
    const text = 'alerts: { fallbackWebhookFile: hook }\n';
    const files = { '/etc/mw/hook': secret };
    const loaded = await parseConfig(
      CLUSTERS + text,
      '/etc/mw/c.yaml',
      'read',
      sourcesOf(files, { MESHWARDEN_HEARTBEAT_URL: 'http://h.example/' }),
    );
    const faults = loaded.kind === 'faults' ? loaded.faults : [];
    const found = 'an https address (http only on this machine), found a value that is not shown';
    expect(faults.map(({ path, expected, found: seen }) => `${path}: expected ${expected}, found ${seen}`)).toEqual([
      `alerts.fallbackWebhookFile: expected ${found}`,
      `MESHWARDEN_HEARTBEAT_URL: expected ${found}`,
    ]);
    expect(renderFaults('/etc/mw/c.yaml', faults)).not.toContain(secret);
  });
});
