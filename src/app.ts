/** The composition root: the only file that constructs clients and joins rooms. What it starts it stops in reverse order. */
import { stat } from 'node:fs/promises';
import type { MeshObserver } from './actions/action.ts';
import type { Clock } from './core/clock.ts';
import { intermediateName, type ClusterConfig, type Config } from './config/config.ts';
import { OperatorError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import type { Random } from './core/random.ts';
import { JOBS } from './jobs/index.ts';
import { createJobQueue } from './jobs/queue.ts';
import { startSchedules } from './jobs/schedules.ts';
import type { SetupTrials } from './cli/doctor/ports.ts';
import { createClusters, type ClusterPool } from './k8s/clusters.ts';
import { tryCluster } from './k8s/doctor.ts';
import type { AuthorityTarget, ClusterTarget } from './k8s/target.ts';
import { tryRedis } from './store/doctor.ts';
import { connectRedis, whenReady, type RedisTarget } from './store/connection.ts';
import { createSlots } from './store/memory.ts';
import { createVantages } from './store/vantages.ts';
import { openCanariesHere } from './app/canaries.ts';
import { openAlertsHere } from './app/alerts-here.ts';
import { superviseConfiguredBot } from './app/bot.ts';
import { openChangesHere } from './app/changes-here.ts';
import { tryProbes, tryTailnet } from './app/try-measuring.ts';
import { checkVantage, createVantageQueues, submitEverywhere } from './app/vantage.ts';
import { startVantageWorker, startWorker } from './app/worker.ts';
import type { AlertsHere } from './cli/alerts.ts';
import type { CanariesHere } from './cli/canary.ts';
import type { ChangesHere } from './cli/changes.ts';

export type AppRole = 'bot' | 'worker' | 'scheduler';

/** What the machine gives. */
export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly version: string;
}

export interface App {
  /** Resolves when every part of it is up, or has failed at its first try and will try again. */
  readonly started: Promise<void>;
  /** Takes nothing new, lets running jobs end (ten seconds at most), closes everything. */
  stop(): Promise<void>;
}

/** The clusters of a configuration, for whoever only looks. */
export function openMesh(config: Config, machine: Machine): ClusterPool & MeshObserver {
  const { mesh } = config;
  return createClusters({
    targets: config.clusters.map((cluster) => targetOf(cluster, mesh.istioNamespace)),
    istioNamespace: mesh.istioNamespace,
    authority: authorityOf(config),
    ...machine,
  });
}

/** What changes the authority in this process, for the command line. */
export function openChanges(config: Config, machine: Machine, signal: AbortSignal): ChangesHere {
  return openChangesHere({ config, target: authorityOf(config), pool: openMesh(config, machine), machine, signal });
}

/** The canaries of a configuration, for the command line. */
export function openCanaries(config: Config, machine: Machine, signal: AbortSignal): CanariesHere {
  return openCanariesHere(config.probes, openMesh(config, machine), signal);
}

/** Alerts for the command line: the state that the service keeps in Redis, and probes from here. */
export function openAlerts(config: Config, machine: Machine, signal: AbortSignal): AlertsHere {
  return openAlertsHere({ config, pool: openMesh(config, machine), machine, signal });
}

function authorityOf({ authority, clusters }: Config): AuthorityTarget {
  return {
    root: authority.root,
    issuer: authority.issuer,
    intermediates: clusters.map(({ name }) => ({
      cluster: name,
      namespace: authority.intermediates.namespace,
      certificate: intermediateName(authority, name),
    })),
  };
}

/** What tries each part of a configuration. Nothing is opened before it is asked for, and everything is closed when it has answered. */
export function trySetup(config: Config, machine: Machine): SetupTrials {
  return {
    async cluster(name, signal) {
      const cluster = config.clusters.find((one) => one.name === name);
      if (cluster === undefined) throw lacking(`the cluster ${name}`, 'clusters', 'Choose one that is configured.');
      const { istioNamespace } = config.mesh;
      const { canary } = config.probes;
      const target = targetOf(cluster, istioNamespace);
      return tryCluster({ target, istioNamespace, authority: authorityOf(config), canary, signal, ...machine });
    },
    async redis(signal) {
      if (config.redis === undefined) throw lacking('Redis', 'redis', 'Set redis.url in the configuration, or REDIS_URL.');
      return tryRedis({ target: config.redis, signal, ...machine });
    },
    async discord(signal) {
      const { discord } = config;
      if (discord?.token === undefined) throw lacking('Discord', 'discord', 'Add the section discord to the configuration.');
      const { tryDiscord } = await import('./bot/doctor.ts');
      const { token, api, guild, viewer, operator, admins } = discord;
      const people = [...new Set([...viewer.users, ...operator.users, ...admins])];
      return tryDiscord({ token, api, guild, people, signal, ...machine });
    },
    tailnet: (signal) => tryTailnet(config, { clock: machine.clock, signal }),
    probes: (signal) => tryProbes(config, { clock: machine.clock, signal }),
    async webhook(signal) {
      const { alerts, discord } = config;
      if (alerts.fallbackWebhook === undefined || discord === undefined)
        throw lacking('a fallback webhook', 'alerts', 'Set alerts.fallbackWebhookFile.');
      const { tryWebhook } = await import('./bot/webhook-doctor.ts');
      return tryWebhook({ webhook: alerts.fallbackWebhook, api: discord.api, signal, ...machine });
    },
    fileMode,
  };
}

async function fileMode(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return undefined; // whoever uses the file says what is wrong with it
  }
}

function targetOf(
  { name, network, roles, gateway, context, kubeconfig, application }: ClusterConfig,
  istioNamespace: string,
): ClusterTarget {
  const chosen = context === undefined ? {} : { context };
  return {
    identity: { name, network, roles, gateway, istioNamespace, ...chosen },
    kubeconfig,
    ...chosen,
    ...(application === undefined ? {} : { application }),
  };
}

/**
 * Starts the service in the given roles. `vantage`: the cluster that this process runs in, in place of the configured one; a worker alone then does
 * nothing but measure from there.
 * @throws OperatorError where the configuration lacks what a role needs.
 */
export async function startApp(config: Config, roles: ReadonlySet<AppRole>, machine: Machine, vantage?: string): Promise<App> {
  const { redis, discord } = config;
  if (redis === undefined) throw lacking('Redis', 'redis', 'Set redis.url in the configuration, or REDIS_URL.');
  if (roles.has('bot') && discord === undefined && roles.size === 1)
    throw lacking('Discord', 'discord', 'Add the section discord to the configuration.');
  checkVantage(vantage, config);
  const undo: Undo = [];
  const stop = (): Promise<void> => unwind(undo, machine.log);
  const isOutpost = roles.size === 1 && roles.has('worker') && vantage !== undefined;
  const here = { ...config, redis, probes: { ...config.probes, vantage: vantage ?? config.probes.vantage } };
  try {
    const attempts = isOutpost ? startOutpost(here, vantage, machine, undo) : await startRoles(here, roles, machine, undo);
    return { started: Promise.all(attempts).then(() => undefined), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Here = Config & { readonly redis: RedisTarget };

/** How to take back what was started, in the order in which it was. */
type Undo = (() => Promise<void> | void)[];

async function unwind(undo: Undo, log: Logger): Promise<void> {
  for (const step of undo.splice(0).toReversed()) {
    try {
      await step();
    } catch (error) {
      log.error({ component: 'service', err: error }, 'a part did not end well; the others are ended all the same');
    }
  }
}

/** Measures from inside a cluster, and changes nothing. */
function startOutpost(config: Here, vantage: string, machine: Machine, undo: Undo): readonly Promise<void>[] {
  const connections = connectRedis(config.redis, machine.log);
  undo.push(() => connections.close(), startVantageWorker({ config, mesh: openMesh(config, machine), connections, machine }, vantage));
  return [];
}

/** Starts the parts, noting how to undo each. Gives when the first try of all of them is over. */
async function startRoles(config: Here, roles: ReadonlySet<AppRole>, machine: Machine, undo: Undo): Promise<readonly Promise<void>[]> {
  const startedAt = machine.clock.now();
  const connections = connectRedis(config.redis, machine.log);
  undo.push(() => connections.close());
  const prompt = connections.open('prompt');
  const queue = createJobQueue({ jobs: JOBS, prompt, blocking: connections.open('blocking'), ...machine });
  const queues = createVantageQueues(connections, machine);
  undo.push(
    () => queue.close(),
    () => queues.close(),
  );
  if (roles.has('worker'))
    undo.push(startWorker({ config, mesh: openMesh(config, machine), target: authorityOf(config), connections, queue, queues, machine }));
  const ready = (signal: AbortSignal): Promise<void> => whenReady(prompt, signal);
  const submit = submitEverywhere({ submit: (...job) => queue.submit(...job), queues, vantages: createVantages(prompt), machine });
  const schedules = roles.has('scheduler')
    ? startSchedules({ jobs: JOBS, expressions: config.schedules, submit, slots: createSlots(prompt), ready, ...machine })
    : undefined;
  if (schedules !== undefined) undo.push(() => schedules.stop());
  const bot = roles.has('bot') ? await superviseConfiguredBot({ config, machine, connections, queue, schedules, startedAt }) : undefined;
  if (bot === undefined) return [];
  undo.push(() => bot.stop());
  return [bot.attempted];
}

/** Tells Discord of the commands without starting the bot. */
export async function registerOnce({ discord }: Config, machine: Machine): Promise<'registered' | 'unchanged'> {
  if (discord?.token === undefined) throw lacking('Discord', 'discord', 'Add the section discord to the configuration.');
  const { registerWithToken } = await import('./bot/register-once.ts');
  return registerWithToken({ token: discord.token, api: discord.api, guild: discord.guild, ...machine });
}

function lacking(what: string, section: string, next: string): OperatorError {
  return new OperatorError({
    reason: 'invalid',
    what: `The service needs ${what}`,
    where: `configuration, section ${section}`,
    why: 'it is not configured',
    next,
  });
}
