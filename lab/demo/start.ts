/** The demo: a mesh of two clusters, Discord, Redis and the product against them, all on this machine. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createLabClock, type LabClock } from '../clock.ts';
import { startLabDiscord, type LabDiscord } from '../discord/index.ts';
import { createFaults, type LabFaults } from '../faults.ts';
import { createPageFiles, servePage } from '../page/serve.ts';
import { startRedis, type LabRedis } from '../redis.ts';
import { meshFaults } from '../scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../scene/mesh.ts';
import { aroundFaults } from './faults.ts';
import { discordSection, invite, type DemoPeople } from './people.ts';
import { startProduct, type Product } from './product.ts';

export interface DemoOptions {
  /** Everything that it writes goes in here; it is emptied first. */
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
  readonly discord: LabDiscord;
  readonly redis: LabRedis | undefined;
  readonly faults: LabFaults;
  readonly people: DemoPeople;
  readonly configFile: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** So that a person who advances the clock or breaks something hears of it at once. */
const SCHEDULES = { 'observe-mesh': '*/20 * * * * *', 'check-ca-expiry': '*/10 * * * * *' };

/** Starts all of it and waits until the bot answers. A step that fails undoes those before it. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: DemoOptions, undo: (() => Promise<void> | void)[]): Promise<Omit<Demo, 'stop'>> {
  const { dir, environment, say } = options;
  const clock = createLabClock();
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, 'kubeconfigs'), { recursive: true, mode: 0o700 });

  const redis = environment['REDIS_URL'] === undefined ? await startRedis({ dir: join(dir, 'redis'), environment }) : undefined;
  if (redis !== undefined) undo.push(() => redis.stop());
  say(`Redis        ${redis === undefined ? 'yours, from REDIS_URL' : redis.url}`);

  const mesh = await buildMesh({ clock });
  undo.push(() => mesh.stop());
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
  const configFile = await writeConfig({ dir, mesh, discord, people, redis });
  const logFile = join(dir, 'meshwarden.log');
  const product = keepRunning({ configFile, logFile, clock, environment, discord, say });
  undo.push(() => product.stop());
  panel.faults = createFaults([...meshFaults(mesh), ...aroundFaults({ redis, discord, killProduct: () => product.kill() })]);
  await discord.waitFor(() => discord.world.commands.size > 0, 60_000);
  say('meshwarden   answers in #mesh');
  return { clock, mesh, discord, redis, faults: panel.faults, people, configFile, logFile };
}

interface ConfigParts extends Pick<Demo, 'mesh' | 'discord' | 'people' | 'redis'> {
  readonly dir: string;
}

async function writeConfig({ dir, mesh, discord, people, redis }: ConfigParts): Promise<string> {
  const tokenFile = join(dir, 'discord-token');
  await writeFile(tokenFile, discord.token, { mode: 0o600 });
  const options = {
    kubeconfigDir: join(dir, 'kubeconfigs'),
    discord: discordSection(discord, people, tokenFile),
    schedules: SCHEDULES,
    ...(redis === undefined ? {} : { redisUrl: redis.url }),
  };
  const file = join(dir, 'meshwarden.yaml');
  await writeFile(file, mesh.configYaml(options));
  return file;
}

interface KeepOptions extends Pick<Demo, 'configFile' | 'logFile' | 'clock' | 'discord'> {
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
}

/** As a supervisor does: what ends by itself is started again. */
function keepRunning({ configFile, logFile, clock, environment, discord, say }: KeepOptions): {
  stop(): Promise<void>;
  kill(): Promise<void>;
} {
  let ending = false;
  let product: Product;
  const launch = (): Product =>
    startProduct({
      config: configFile,
      logFile,
      clock,
      environment,
      onCrash: (why) => {
        discord.note(`meshwarden: ${why}; it is started again`);
        say(`meshwarden   ${why}; started again (${logFile} has its log)`);
        clock.after(1_000, () => {
          if (!ending) product = launch();
        });
      },
    });
  product = launch();
  return {
    async stop() {
      ending = true;
      await product.stop();
    },
    kill: () => product.kill(),
  };
}
