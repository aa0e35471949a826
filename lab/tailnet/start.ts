/** Starts the daemons of all nodes of a lab network, and Tailscale's control API. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/core/clock.ts';
import type { LabNetwork } from '../network.ts';
import { LabControlApi } from './control-api.ts';
import { LabLocalApi } from './local-api.ts';
import { LabSocks } from './socks.ts';
import { Tailnet, type TailnetKnobs } from './tailnet.ts';

/** What the kernel takes for the path of a socket, with some room. */
const LONGEST_PATH = 100;

export interface LabTailnet {
  /** For `tailscale.socket` of a process in that cluster. */
  socketOf(cluster: string): string;
  /** For `tailscale.proxy` of a process in that cluster. */
  proxyOf(cluster: string): { readonly host: string; readonly port: number };
  readonly control: LabControlApi;
  readonly knobs: TailnetKnobs;
  /** Breaks or mends what lab/network.ts knows nothing of. */
  turn(change: Partial<TailnetKnobs>): void;
  /** Waits until the sockets of daemons that went or came are closed or open. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface LabTailnetOptions {
  readonly network: LabNetwork;
  readonly clock: Clock;
  /** Where the sockets lie; a short folder of its own where its name is too long for that. */
  readonly dir: string;
}

/** Each node with its LocalAPI and its SOCKS5 proxy, obeying the network at every moment. */
export async function startLabTailnet({ network, clock, dir }: LabTailnetOptions): Promise<LabTailnet> {
  const longest = Math.max(...network.nodes.map(({ host }) => Buffer.byteLength(join(dir, `${host}.sock`))));
  const own = longest > LONGEST_PATH ? await mkdtemp(join(tmpdir(), 'mw-ts-')) : undefined;
  const tailnet = new Tailnet(network, clock);
  const control = new LabControlApi(tailnet);
  await control.start();
  const daemons = new Map(
    network.nodes.map(({ cluster, host }) => [
      cluster,
      { api: new LabLocalApi(tailnet, cluster, join(own ?? dir, `${host}.sock`)), proxy: new LabSocks(tailnet, cluster) },
    ]),
  );
  // A daemon that is away from the start has its port all the same.
  await Promise.all([...daemons.values()].map(({ proxy }) => proxy.start()));
  const follow = followDaemons(network, daemons);
  await follow.settled();
  const daemonOf = (cluster: string): Daemon => {
    const found = daemons.get(cluster);
    if (found === undefined) throw new Error(`The tailnet has no node of ${cluster}`);
    return found;
  };
  return {
    socketOf: (cluster) => daemonOf(cluster).api.path,
    proxyOf: (cluster) => ({ host: '127.0.0.1', port: daemonOf(cluster).proxy.port }),
    control,
    get knobs() {
      return tailnet.knobs;
    },
    turn: (change) => tailnet.turn(change),
    settled: () => follow.settled(),
    async stop() {
      await follow.stop();
      await Promise.all([...daemons.values()].flatMap(({ api, proxy }) => [api.stop(), proxy.stop()]));
      await control.stop();
      tailnet.stop();
      if (own !== undefined) await rm(own, { recursive: true, force: true });
    },
  };
}

interface Daemon {
  readonly api: LabLocalApi;
  readonly proxy: LabSocks;
}

/** Opens and closes the sockets of daemons as they come and go, one change after the other. */
function followDaemons(network: LabNetwork, daemons: ReadonlyMap<string, Daemon>): { settled(): Promise<void>; stop(): Promise<void> } {
  const apply = async (): Promise<void> => {
    for (const { cluster, state } of network.nodes) {
      const daemon = daemons.get(cluster);
      if (daemon === undefined) continue;
      await (state.gone ? daemon.api.stop() : daemon.api.start());
      await (state.gone ? daemon.proxy.stop() : daemon.proxy.start());
    }
  };
  let work = apply();
  const again = (): void => {
    work = work.then(apply);
  };
  const forget = network.onChange(again);
  return {
    settled: () => work,
    async stop() {
      forget();
      await work;
    },
  };
}
