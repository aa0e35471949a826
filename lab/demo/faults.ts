/** What the demo can break beside the mesh itself: Redis, Discord, the product's own process. */
import { action, toggle, type LabFault } from '../faults.ts';
import type { LabDiscord } from '../discord/index.ts';
import type { LabRedis } from '../redis.ts';

const GROUP = 'Around it';

export interface AroundParts {
  readonly redis: LabRedis | undefined;
  readonly discord: LabDiscord;
  /** Ends the product without warning; it is started again as a supervisor would. */
  readonly killProduct: () => Promise<void>;
  /** The process that measures from the other cluster: a link is measured in both directions only while it runs. */
  readonly worker: { readonly cluster: string; stop(): Promise<void>; start(): void };
}

export function aroundFaults({ redis, discord, killProduct, worker }: AroundParts): LabFault[] {
  return [...(redis === undefined ? [] : redisFaults(redis)), ...discordFaults(discord), productFault(killProduct), workerFault(worker)];
}

function redisFaults(redis: LabRedis): LabFault[] {
  return [
    toggle(
      {
        id: 'redis-down',
        title: 'Stop Redis',
        explain: 'Commands answer that the queue is away; jobs and notices go on when it is back.',
        group: GROUP,
      },
      () => redis.stop(),
      () => redis.start(),
    ),
    toggle(
      { id: 'redis-frozen', title: 'Freeze Redis', explain: 'Redis takes connections and answers nothing.', group: GROUP },
      () => redis.freeze(),
      () => redis.thaw(),
    ),
  ];
}

function discordFaults(discord: LabDiscord): LabFault[] {
  let muted: { end(): void } | undefined;
  return [
    toggle(
      {
        id: 'discord-muted',
        title: 'Mute Discord',
        explain: 'Every message is answered with an error; notices wait in the outbox and come later, once each.',
        group: GROUP,
      },
      () => {
        muted = discord.mute();
      },
      () => muted?.end(),
    ),
    action(
      { id: 'discord-cut', title: "Cut the bot's connection", explain: 'The bot comes back by itself and misses nothing.', group: GROUP },
      () => discord.gateway.close(4000),
    ),
  ];
}

function productFault(kill: () => Promise<void>): LabFault {
  const explain = 'It is started again at once; a message that waited for a job is finished by the new one.';
  return action({ id: 'product-killed', title: 'Kill meshwarden', explain, group: GROUP }, kill);
}

function workerFault(worker: AroundParts['worker']): LabFault {
  const { cluster } = worker;
  return toggle(
    {
      id: 'worker-stopped',
      title: `Stop the worker in ${cluster}`,
      explain: `Nobody measures from ${cluster} any more: what only it could see is not measured.`,
      group: GROUP,
    },
    () => worker.stop(),
    () => worker.start(),
  );
}
