/** The demo: a mesh of two clusters, Discord, Redis and the product against them, all on this machine. */
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createLabClock, type LabClock } from '../clock.ts';
import { startLabDiscord, type LabDiscord } from '../discord/index.ts';
import { createFaults, type LabFaults } from '../faults.ts';
import { createPageFiles, servePage } from '../page/serve.ts';
import { startRedis, type LabRedis } from '../redis.ts';
import { buildProbedMesh, type ProbedMesh } from '../gateways/probed-mesh.ts';
import type { LabMesh } from '../scene/mesh.ts';
import { authenticatorFaults, createAuthenticator, type Authenticator } from './authenticators.ts';
import { aroundFaults } from './faults.ts';
import { takeFolder } from './folder.ts';
import { startGuard, type Guard } from './guard.ts';
import { takeDatabase } from './own-database.ts';
import { discordSection, invite, type DemoPeople } from './people.ts';
import { createOutpost, WORKER_FILE } from './outpost.ts';
import { superviseProduct } from './supervise.ts';
import { runInTerminal } from './terminal.ts';

export interface DemoOptions {
  /** Everything that it writes goes in here; what an earlier run left there is removed first. */
  readonly dir: string;
  /** Where the page listens. */
  readonly host: string;
  readonly port: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
}

export interface Demo {
  readonly clock: LabClock;
  readonly mesh: LabMesh;
  /** Its tailnet and its gateways. */
  readonly lab: ProbedMesh;
  readonly discord: LabDiscord;
  readonly redis: LabRedis | undefined;
  readonly faults: LabFaults;
  readonly people: DemoPeople;
  readonly authenticators: readonly Authenticator[];
  readonly configFile: string;
  readonly logFile: string;
  /** Runs a command of meshwarden beside the service and answers what it printed. */
  terminal(args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** So that a person who advances the clock or breaks something hears of it at once. Multiples of two seconds: see clock-preload.ts. */
const SCHEDULES = {
  'observe-mesh': '*/20 * * * * *',
  'check-ca-expiry': '*/10 * * * * *',
  'distribute-cacerts': '*/20 * * * * *',
  'advance-changes': '*/10 * * * * *',
  'probe-links': '*/2 * * * * *',
  'probe-mesh': '*/10 * * * * *',
  'verify-public-path': '*/10 * * * * *',
  'audit-schedules': '*/10 * * * * *',
};

/** Where meshwarden runs, and where a second process of it measures the other direction. */
const HOME = 'cluster-a';
const OUTPOST = 'cluster-b';

type Undo = (() => Promise<void> | void)[];

/** Starts all of it and waits until the bot answers. A step that fails undoes those before it. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const undo: Undo = [];
  try {
    return { ...(await start(options, undo)), stop: () => undoAll(undo) };
  } catch (error) {
    await undoAll(undo).catch(() => undefined); // why it did not start says more than what then failed to end
    throw error;
  }
}

/** The latest first. One that fails keeps none of the others from being undone; the first failure is then told. */
async function undoAll(undo: Undo): Promise<void> {
  const failures: unknown[] = [];
  for (const step of undo.splice(0).toReversed()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function start(options: DemoOptions, undo: Undo): Promise<Omit<Demo, 'stop'>> {
  const { dir, environment, say } = options;
  const clock = createLabClock();
  undo.push(await takeFolder(dir));
  const guard = startGuard();
  undo.push(() => guard.release());

  const redis = await ownRedis(options, guard);
  if (redis !== undefined) undo.push(() => redis.stop());
  say(`Redis        ${redis === undefined ? `yours, ${shownUrl(environment['REDIS_URL'])}` : redis.url}`);

  const lab = await buildProbedMesh({ clock, dir: join(dir, 'tailnet') });
  undo.push(() => lab.stop());
  const { mesh } = lab;
  await mesh.writeKubeconfigs(join(dir, 'kubeconfigs'));
  for (const { name, api } of mesh.members) say(`${name.padEnd(12)} ${api.url}`);

  const files = await createPageFiles();
  const panel = { faults: createFaults([]) };
  const registry = { list: () => panel.faults.list(), set: (id: string, on: boolean) => panel.faults.set(id, on) };
  const page = (request: IncomingMessage, response: ServerResponse): boolean => servePage(files, request, response);
  const discord = await startLabDiscord({ clock, host: options.host, port: options.port, page, faults: registry });
  undo.push(() => discord.stop());
  say(`Discord      ${discord.api}`);

  const people = invite(discord);
  const authenticators = await Promise.all(
    [people.mara, people.nora].map(({ user }) => createAuthenticator(user.username, user.id, dir, clock)),
  );
  const configFile = await writeConfig({ dir, lab, discord, people, redis, authenticators });
  const logFile = join(dir, 'meshwarden.log');
  const around = { clock, environment, discord, guard, say };
  const untilReady = discord.waitFor(() => discord.world.commands.size > 0, 60_000);
  const product = superviseProduct({ ...around, name: 'meshwarden', flags: [], untilReady, configFile, logFile });
  undo.push(() => product.stop());
  const worker = createOutpost({ ...around, dir, cluster: OUTPOST });
  undo.push(() => worker.stop());
  panel.faults = createFaults([
    ...lab.faults(),
    ...aroundFaults({ redis, discord, killProduct: () => product.kill(), worker }),
    ...authenticatorFaults(authenticators),
  ]);
  await product.ready;
  worker.start();
  say(`meshwarden   answers in #mesh; a worker measures from ${OUTPOST}`);
  const terminal = (args: readonly string[]): Promise<string> => runInTerminal(args, { configFile, clock, environment });
  return { clock, mesh, lab, discord, redis, faults: panel.faults, people, authenticators, configFile, logFile, terminal };
}

async function ownRedis({ dir, environment }: DemoOptions, guard: Guard): Promise<LabRedis | undefined> {
  const given = environment['REDIS_URL'];
  if (given === undefined || given === '')
    return startRedis({ dir: join(dir, 'redis'), environment, onProcess: (pid) => guard.watch('redis', pid) });
  await takeDatabase(given);
  return undefined;
}

/** An address without the password that may stand in it. */
function shownUrl(url = ''): string {
  return URL.canParse(url) ? `at ${new URL(url).host}` : 'from REDIS_URL';
}

interface ConfigParts extends Pick<Demo, 'lab' | 'discord' | 'people' | 'redis' | 'authenticators'> {
  readonly dir: string;
}

/** One file for each process: they differ in what their cluster lets them reach. */
async function writeConfig({ dir, lab, discord, people, redis, authenticators }: ConfigParts): Promise<string> {
  const tokenFile = join(dir, 'discord-token');
  await writeFile(tokenFile, discord.token, { mode: 0o600 });
  const options = {
    kubeconfigDir: join(dir, 'kubeconfigs'),
    discord: discordSection(discord, people, tokenFile),
    schedules: SCHEDULES,
    approvals: { totp: authenticators.map(({ user, file }) => ({ user, secretFile: file })) },
    ...(redis === undefined ? {} : { redisUrl: redis.url }),
  };
  const file = join(dir, 'meshwarden.yaml');
  await writeFile(file, lab.mesh.configYaml({ ...options, ...lab.configOf(HOME) }));
  const { kubeconfigDir, redisUrl } = { redisUrl: undefined, ...options };
  const outpost = { kubeconfigDir, ...(redisUrl === undefined ? {} : { redisUrl }), ...lab.configOf(OUTPOST) };
  await writeFile(join(dir, WORKER_FILE), lab.mesh.configYaml(outpost));
  return file;
}
