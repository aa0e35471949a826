import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { startLabDiscord, type LabDiscord } from '../../../lab/discord/index.ts';
import { buildProbedMesh, type ProbedMesh } from '../../../lab/gateways/probed-mesh.ts';
import { remember, secretsIn } from '../../../lab/pki/keys.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

let folder: string;
let lab: ProbedMesh;
let discord: LabDiscord;
let config: string;

/** A file that its owner alone can read, and whose content must never be shown. */
async function secretFile(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, remember(content), { mode: 0o600 });
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mw-dr-'));
  const clock = createLabClock();
  lab = await buildProbedMesh({ clock, dir: folder });
  discord = await startLabDiscord({ clock });
  await lab.mesh.writeKubeconfigs(folder);
  await lab.settled();
  const onCall = discord.role('on-call');
  onCall.mentionable = true;
  const { control } = lab.tailnet;
  const watched = lab.configOf('cluster-a');
  config = join(folder, 'meshwarden.yaml');
  await writeFile(
    config,
    lab.mesh.configYaml({
      kubeconfigDir: folder,
      ...watched,
      tailscale: {
        ...watched.tailscale,
        control: { api: control.url, clientId: control.clientId, clientSecretFile: await secretFile('client', control.clientSecret) },
      },
      discord: {
        tokenFile: await secretFile('token', discord.token),
        guild: discord.guildId,
        channels: { alerts: discord.channel('alerts').id },
        api: discord.api,
      },
      alerts: {
        escalation: { role: onCall.id },
        fallbackWebhookFile: await secretFile('webhook', discord.addWebhook(discord.channel('alerts'))),
        heartbeatFile: await secretFile('heartbeat', `${discord.api}/a-heartbeat-that-nobody-may-ask`),
      },
    }),
    { mode: 0o600 },
  );
});

afterAll(async () => {
  await discord.stop();
  await lab.stop();
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly results: readonly { readonly group: string; readonly check: string; readonly state: string; readonly text: string }[];
}

/** What is said of what is measured and told, as `check: state`. */
async function doctor(): Promise<{ readonly code: number | null; readonly told: readonly string[] }> {
  const child = spawn(process.execPath, [MAIN, 'doctor', '--config', config, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  expect([stderr, secretsIn(stdout)]).toEqual(['', []]);
  const { results } = JSON.parse(stdout) as Answer;
  const told = results.filter(({ check }) => /^(?:tailscale|probes|alerts)-|-(?:canary|escalation|modes)$/.test(check));
  return { code, told: told.map(({ group, check, state }) => `${group} ${check}: ${state}`) };
}

describe('meshwarden doctor, of what is measured and told', () => {
  it('finds everything well, and asks for no heartbeat', async () => {
    expect(await doctor()).toEqual({
      code: 0,
      told: [
        'configuration config-file-modes: ok',
        'cluster-a cluster-canary: ok',
        'cluster-b cluster-canary: ok',
        'Tailscale tailscale-socket: ok',
        'Tailscale tailscale-node: ok',
        'Tailscale tailscale-key: ok',
        'Tailscale tailscale-proxy: ok',
        'Tailscale tailscale-control: ok',
        'Probes probes-vantage: untried',
        'Probes probes-gateways: ok',
        'Probes probes-public: ok',
        'Discord discord-escalation: ok',
        'Alerts alerts-webhook: ok',
        'Alerts alerts-heartbeat: ok',
      ],
    });
    expect(discord.requests.filter(({ path }) => path.includes('heartbeat'))).toEqual([]);
  });

  it('names what is not well', async () => {
    // The public way leads through the same node.
    lab.mesh.network.setNode('cluster-a', { gone: true });
    lab.tailnet.control.fault = 'noScope';
    discord.world.webhooks.clear();
    for (const role of discord.world.roles.values()) role.mentionable = false;
    await lab.settled();
    const { code, told } = await doctor();
    expect([code, told.filter((line) => !line.endsWith(': ok'))]).toEqual([
      1,
      [
        'Tailscale tailscale-socket: failed',
        'Tailscale tailscale-node: untried',
        'Tailscale tailscale-proxy: failed',
        'Tailscale tailscale-control: failed',
        'Probes probes-vantage: untried',
        'Probes probes-gateways: untried',
        'Probes probes-public: warning',
        'Discord discord-escalation: failed',
        'Alerts alerts-webhook: failed',
      ],
    ]);
  });
});
