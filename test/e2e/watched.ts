/** The whole product over a probed mesh: Redis, Discord, the service beside cluster-a and a worker inside cluster-b. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { createLabClock, type LabClock } from '../../lab/clock.ts';
import { discordSection, invite, type DemoPeople } from '../../lab/demo/people.ts';
import { startLabDiscord, type LabDiscord } from '../../lab/discord/index.ts';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { buildProbedMesh, type ProbedMesh } from '../../lab/gateways/probed-mesh.ts';
import { runCli } from '../../src/cli/program.ts';
import { openAlerts, startApp, type App, type AppRole, type Machine } from '../../src/app.ts';
import { RULE_NAMES } from '../../src/config/watching-schema.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/core/logger.ts';
import { systemRandom } from '../../src/core/random.ts';
import { targetOf, testRedis, type TestRedis } from '../store/redis.ts';
import type { Clock } from '../../src/core/clock.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { createAlertStore } from '../../src/store/alerts.ts';
import { createIncidentBoard } from '../../src/store/incidents.ts';
import type { AlertState, HealthState } from '../../src/alerts/model.ts';
import { createChannelStory, type ChannelStory } from './channel-story.ts';

/** What is measured, as often as a slot can be; everything else is off. */
const SCHEDULES = {
  'probe-links': '* * * * * *',
  'probe-mesh': '*/2 * * * * *',
  'verify-public-path': '*/2 * * * * *',
  'audit-schedules': '*/2 * * * * *',
  'observe-mesh': 'off',
  'check-ca-expiry': 'off',
  'distribute-cacerts': 'off',
  'advance-changes': 'off',
};

const WAITING = { timeout: 15_000, interval: 50 };
/** Between two moves of the clock everything can be measured. */
const PASSING_MS = 1_500;
const JUDGED = { failures: 2, of: 2, recoveries: 1 };
/** How something stands that changes no more by itself. */
const LASTING = / (?:firing|flapping|unknown)$/;

export interface WatchedOptions {
  /** After how long something that is not measured is told of. */
  readonly unknownAfter?: string;
  /** Replaces keys of the section `alerts`. */
  readonly alerts?: (people: DemoPeople) => Readonly<Record<string, unknown>>;
  readonly schedules?: Readonly<Record<string, string>>;
}

export interface Watched {
  readonly clock: LabClock;
  readonly lab: ProbedMesh;
  readonly faults: LabFaults;
  readonly redis: TestRedis;
  readonly discord: LabDiscord;
  readonly people: DemoPeople;
  /** What became of the alerts channel. */
  readonly channel: ChannelStory;
  /** Every line that the product logged. */
  readonly logs: readonly string[];
  configOf(cluster: string): Promise<Config>;
  state(): Promise<AlertState>;
  /** Everything that Redis keeps is gone. */
  flush(): Promise<void>;
  /** Resolves when what is measured every second was measured once more from both ends. */
  measuredAgain(): Promise<void>;
  /** Resolves when this subject is so. */
  becomes(key: string, state: HealthState): Promise<void>;
  /** Resolves when these subjects have been measured. */
  known(...keys: readonly string[]): Promise<void>;
  /** Resolves when everything fails that is going to, and all of it is shown. */
  told(): Promise<void>;
  /** Resolves when everything is well, and that is shown. `pass` is called before each look. */
  well(pass?: () => void): Promise<void>;
  machine(): Machine;
  /** What `meshwarden …` prints, at a terminal beside cluster-a. */
  cli(...argv: readonly string[]): Promise<string>;
  /** One more process of the service, beside cluster-a. */
  serve(...roles: readonly AppRole[]): Promise<App>;
  /** A worker that measures from inside cluster-b. */
  serveVantage(): Promise<App>;
  /** Ends one of them. */
  end(app: App): Promise<void>;
  stop(): Promise<void>;
}

/** Everything but the product itself. */
export async function watched(options: WatchedOptions = {}): Promise<Watched> {
  const dir = await mkdtemp(join(tmpdir(), 'mw-w-'));
  const clock = createLabClock();
  const [redis, lab, discord] = await Promise.all([
    testRedis(),
    buildProbedMesh({ clock, dir }),
    startLabDiscord({ clock, ackMs: 20_000 }),
  ]);
  const people = invite(discord);
  await Promise.all([lab.mesh.writeKubeconfigs(dir), lab.settled()]);
  const logs: string[] = [];
  const apps: App[] = [];
  const connections = connectRedis(targetOf(redis), createLogger('silent', { write: () => undefined }));
  const prompt = connections.open('prompt');
  await whenReady(prompt, AbortSignal.timeout(10_000));
  const state = async (): Promise<AlertState> => (await createAlertStore(prompt, () => clock.now()).load()).state;
  const machine = (): Machine => ({
    clock: quickened(clock),
    random: systemRandom,
    log: createLogger('debug', { write: (line) => void logs.push(line) }),
    version: '0.0.0',
  });

  /** What is not well, or not shown as it is: `rule|subject state` and `id due`. */
  async function restless(): Promise<readonly string[]> {
    const [{ subjects }, due] = await Promise.all([state(), createIncidentBoard(prompt).due(100)]);
    const unwell = Object.entries(subjects).filter(([, health]) => health.state !== 'ok');
    return [...unwell.map(([key, health]) => `${key} ${health.state}`), ...due.map(({ incident }) => `${incident.id} due`)];
  }

  const unknownAfter = options.unknownAfter === undefined ? {} : { unknownAfter: options.unknownAfter };

  function textOf(cluster: string): string {
    const { tailscale, probes } = lab.configOf(cluster);
    return lab.mesh.configYaml({
      kubeconfigDir: dir,
      redisUrl: redis.url,
      schedules: { ...SCHEDULES, ...options.schedules },
      discord: discordSection(discord, people, 'token'),
      ...(tailscale === undefined ? {} : { tailscale }),
      ...(probes === undefined ? {} : { probes }),
      alerts: {
        rules: RULE_NAMES.filter((rule) => rule !== 'trial').map((rule) => ({ ...JUDGED, rule, ...unknownAfter })),
        flapping: { changes: 100 },
        ...options.alerts?.(people),
      },
    });
  }

  function reading(cluster: string): (path: string) => Promise<string> {
    const files = new Map([
      [join(dir, 'meshwarden.yaml'), textOf(cluster)],
      [join(dir, 'token'), discord.token],
    ]);
    return async (path) => files.get(path) ?? readFile(path, 'utf8');
  }

  async function configOf(cluster: string): Promise<Config> {
    const sources = { environment: {}, cwd: dir, readFile: reading(cluster) };
    const loaded = await loadConfig(sources, { file: 'meshwarden.yaml', secrets: 'read' });
    if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded));
    return loaded.config;
  }

  async function cli(...argv: readonly string[]): Promise<string> {
    const said: string[] = [];
    const write = (part: string): number => said.push(part);
    const nothing = (): never => {
      throw new Error('a command about alerts asks for nothing of the kind');
    };
    const code = await runCli([...argv, '--config', 'meshwarden.yaml'], {
      io: {
        stdout: { write },
        stderr: { write },
        stdin: new PassThrough(),
        isTty: false,
        environment: {},
        cwd: dir,
        readFile: reading('cluster-a'),
        writeFile: nothing,
      },
      clock,
      version: '0.0.0',
      logger: () => machine().log,
      openAlerts: (config) => openAlerts(config, machine(), AbortSignal.timeout(10_000)),
      openMesh: nothing,
      openCanaries: nothing,
      openChanges: nothing,
      user: 'lena',
      trySetup: nothing,
      serve: nothing,
      registerCommands: nothing,
      untilAsked: nothing,
      signal: AbortSignal.timeout(10_000),
    });
    return `${said.join('').trim()} (${code})`;
  }

  async function serve(cluster: string, roles: readonly AppRole[], vantage?: string): Promise<App> {
    const app = await startApp(await configOf(cluster), new Set(roles), machine(), vantage);
    apps.push(app);
    await app.started;
    return app;
  }

  return {
    clock,
    lab,
    faults: createFaults(lab.faults()),
    redis,
    discord,
    people,
    channel: createChannelStory(discord, 'alerts'),
    logs,
    configOf,
    machine,
    cli,
    state,
    async flush() {
      await prompt.flushall();
    },
    async measuredAgain() {
      const began = clock.now();
      const since = async (): Promise<readonly number[]> => {
        const { subjects } = await state();
        return Object.values(subjects).flatMap(({ rule, sampledAt }) => (rule === 'link-down' && sampledAt > began ? [sampledAt] : []));
      };
      await expect.poll(since, WAITING).toHaveLength(lab.mesh.members.length);
    },
    async becomes(key, expected) {
      await expect.poll(async () => (await state()).subjects[key]?.state, WAITING).toBe(expected);
    },
    async known(...keys) {
      await expect.poll(async () => Object.keys((await state()).subjects), WAITING).toEqual(expect.arrayContaining([...keys]));
    },
    async told() {
      await expect.poll(async () => (await restless()).filter((one) => !LASTING.test(one)), WAITING).toEqual([]);
    },
    async well(pass) {
      const look = (): Promise<readonly string[]> => {
        pass?.();
        return restless();
      };
      await expect.poll(look, { ...WAITING, interval: pass === undefined ? WAITING.interval : PASSING_MS }).toEqual([]);
    },
    serve: (...roles) => serve('cluster-a', roles),
    serveVantage: () => serve('cluster-b', ['worker'], 'cluster-b'),
    async end(app) {
      apps.splice(apps.indexOf(app), 1);
      await app.stop();
    },
    async stop() {
      await Promise.all(apps.map((app) => app.stop()));
      connections.close();
      await discord.stop();
      await lab.stop();
      await redis[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

/** The lab answers within milliseconds: timers of the product run so many times faster, and instants stay as they are. */
const FASTER = 2;

function quickened(clock: LabClock): Clock {
  return {
    now: () => clock.now(),
    after: (ms, run) => clock.after(ms / FASTER, run),
    sleep: (ms, signal) => clock.sleep(ms / FASTER, signal),
  };
}

/** Everything but the product itself, and then the product: the service with all its roles, and the worker in cluster-b. */
export async function watchedAndServed(options: WatchedOptions = {}): Promise<Watched> {
  const all = await watched(options);
  await Promise.all([all.serve('bot', 'worker', 'scheduler'), all.serveVantage()]);
  await all.discord.online();
  return all;
}
