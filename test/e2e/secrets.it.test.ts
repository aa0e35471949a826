import { expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Redis } from 'ioredis';
import { createLabClock } from '../../lab/clock.ts';
import { discordSection, invite } from '../../lab/demo/people.ts';
import { startLabDiscord } from '../../lab/discord/index.ts';
import { createFaults } from '../../lab/faults.ts';
import { everyKeyEverMade, secretsIn } from '../../lab/pki/keys.ts';
import { buildProbedMesh } from '../../lab/gateways/probed-mesh.ts';
import { openAlerts, openMesh, registerOnce, startApp, trySetup } from '../../src/app.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/core/logger.ts';
import { systemRandom } from '../../src/core/random.ts';
import { testRedis } from '../store/redis.ts';

/** Everything in Redis as text, whatever its type. */
async function dump(port: number): Promise<string> {
  const redis = new Redis(port);
  const parts: string[] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    const read = {
      string: () => redis.get(key),
      hash: () => redis.hgetall(key),
      list: () => redis.lrange(key, 0, -1),
      set: () => redis.smembers(key),
      zset: () => redis.zrange(key, '0', '-1'),
      stream: () => redis.xrange(key, '-', '+'),
    }[type];
    if (read === undefined) throw new Error(`a key of type ${type} is not looked into: ${key}`);
    parts.push(`${key} ${JSON.stringify(await read())}`);
  }
  redis.disconnect();
  return parts.join('\n');
}

it('no key, token or kubeconfig leaves the process, whatever goes wrong', { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'meshwarden-secrets-'));
  const clock = createLabClock();
  await using redis = await testRedis();
  const lab = await buildProbedMesh({ clock, dir });
  const { mesh } = lab;
  const discord = await startLabDiscord({ clock, ackMs: 20_000 });
  const people = invite(discord);
  await mesh.writeKubeconfigs(dir);
  const text = mesh.configYaml({
    kubeconfigDir: dir,
    redisUrl: redis.url,
    discord: discordSection(discord, people, 'token'),
    schedules: { 'probe-links': '* * * * * *', 'probe-mesh': '* * * * * *', 'verify-public-path': '* * * * * *' },
    alerts: { fallbackWebhookFile: 'webhook', heartbeatFile: 'heartbeat' },
    ...lab.configOf('cluster-a'),
  });
  const webhook = discord.addWebhook(discord.channel('alerts'));
  const heartbeat = `${discord.url}/heartbeat-of-somebody`;
  const files = new Map([
    [join(dir, 'meshwarden.yaml'), text],
    [join(dir, 'webhook'), webhook],
    [join(dir, 'heartbeat'), heartbeat],
  ]);
  const readFile = (path: string): Promise<string> => Promise.resolve(files.get(path) ?? discord.token);
  const loaded = await loadConfig({ environment: {}, cwd: dir, readFile }, { file: 'meshwarden.yaml', secrets: 'read' });
  if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded));
  const logs: string[] = [];
  const answers: string[] = [];
  const write = (part: string): number => answers.push(part);
  const log = createLogger('debug', { write: (line) => logs.push(line) });
  const machine = { clock, random: systemRandom, log, version: '0' };
  const io = { stdout: { write }, stderr: { write }, stdin: new PassThrough(), isTty: false, environment: {}, cwd: dir, readFile };
  const context: CliContext = {
    io: { ...io, writeFile: () => Promise.reject(new Error('nothing is written here')) },
    clock,
    version: '0',
    logger: () => log,
    openMesh: (config) => openMesh(config, machine),
    openAlerts: (config) => openAlerts(config, machine, AbortSignal.timeout(110_000)),
    openCanaries: () => {
      throw new Error('no canary is wanted here');
    },
    openChanges: () => {
      throw new Error('a command that only looks changes nothing');
    },
    user: 'somebody',
    trySetup: (config) => trySetup(config, machine),
    serve: (config, roles) => startApp(config, roles, machine),
    registerCommands: (config) => registerOnce(config, machine),
    untilAsked: () => Promise.resolve('SIGTERM'),
    signal: AbortSignal.timeout(110_000),
  };
  const app = await startApp(loaded.config, new Set(['bot', 'worker', 'scheduler']), machine);
  await app.started;
  await discord.waitFor(() => discord.world.commands.size > 0, 20_000);
  const faults = createFaults(lab.faults());
  const round = async (): Promise<void> => {
    for (const command of ['mesh status', 'mesh certs']) {
      const reply = await discord.slash(command, { user: people.lena });
      await reply.waitFor(({ text: shown }) => /●|▲|◌|renewal/.test(shown), 20_000);
    }
    for (const argv of [
      ['status'],
      ['status', '--json'],
      ['certs'],
      ['certs', '--json'],
      ['doctor'],
      ['alerts'],
      ['alerts', 'list', '--json'],
      ['probe', '--to', 'cluster-b'],
    ]) {
      await runCli([...argv, '--config', 'meshwarden.yaml'], context);
    }
  };

  await round();
  for (const id of [
    'cacerts-wrong-key-cluster-b',
    'token-expired-cluster-b',
    'remote-secret-wrong-ca-cluster-a-cluster-b',
    'reader-token-revoked-cluster-b',
    'gateway-foreign-root-cluster-b',
    'api-stopped-cluster-a',
  ]) {
    await faults.set(id, true);
    await round();
  }
  await discord.waitFor(() => discord.posts(discord.channel('alerts')).length > 0, 30_000);
  await faults.reset();
  const inRedis = await dump(redis.port);
  await app.stop();
  const sent = JSON.stringify([discord.requests, discord.transcript]);
  await discord.stop();
  await lab.stop();
  rmSync(dir, { recursive: true });

  const places = { logs: logs.join(''), answers: answers.join(''), inRedis, sent };
  for (const [place, content] of Object.entries(places)) {
    expect([place, content.length > 500]).toEqual([place, true]);
    expect([place, secretsIn(content)]).toEqual([place, []]);
    for (const secret of [discord.token, webhook, heartbeat]) expect([place, content.includes(secret)]).toEqual([place, false]);
  }
  // The search itself can fail: a secret is found wherever one would lie, and the faults were really looked at.
  for (const secret of everyKeyEverMade()) expect(secretsIn(`${places.logs.slice(-200)}${JSON.stringify({ secret })}`)).toContain(secret);
  expect(places.answers).toContain('▲');
  expect(everyKeyEverMade().length).toBeGreaterThan(10);
});
