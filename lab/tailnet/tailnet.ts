/** The tailnet of the lab as its nodes see it: on top of lab/network.ts what only Tailscale knows of, and since when. */
import { EventEmitter } from 'node:events';
import type { Clock } from '../../src/core/clock.ts';
import type { LabNetwork, LabNode, WayState } from '../network.ts';
import { followMoments, type NodeMoments } from './moments.ts';

/** What can be broken beside the ways and the states of lab/network.ts. */
export interface TailnetKnobs {
  /** Nodes that were deleted at the control server. */
  readonly deleted: ReadonlySet<string>;
  /** Directions, as `from>to`, in which the policy allows no port at all. Closed both ways, the two do not know each other. */
  readonly closed: ReadonlySet<string>;
  /** The relay that relayed ways need. */
  readonly relay: 'up' | 'gone';
  /** Directions, as `from>to`, whose connections go silent for ever after so many bytes. */
  readonly dropAfter: ReadonlyMap<string, number>;
}

const NOTHING_BROKEN: TailnetKnobs = { deleted: new Set(), closed: new Set(), relay: 'up', dropAfter: new Map() };

/** The state in which a daemon says it is. */
export type Backend = 'Running' | 'Stopped' | 'NeedsLogin' | 'NoState';

export class Tailnet {
  readonly network: LabNetwork;
  readonly clock: Clock;
  readonly #moments: ReturnType<typeof followMoments>;
  readonly #events = new EventEmitter();
  readonly #losses = new Map<string, number>();
  readonly #tagged: ReadonlySet<string>;
  readonly #heard = new Map<string, boolean>();
  readonly #stop: () => void;
  #knobs = NOTHING_BROKEN;
  #relayLostAt: number | undefined;

  constructor(network: LabNetwork, clock: Clock) {
    this.network = network;
    this.clock = clock;
    this.#moments = followMoments(network, clock);
    this.#tagged = new Set(network.nodes.filter(({ state }) => state.keyExpiry === undefined).map(({ cluster }) => cluster));
    this.#events.setMaxListeners(0);
    this.#stop = network.onChange(() => this.#events.emit('change'));
  }

  get knobs(): TailnetKnobs {
    return this.#knobs;
  }

  /** Since when the relay is away; undefined: it is there. */
  get relayLostAt(): number | undefined {
    return this.#relayLostAt;
  }

  turn(change: Partial<TailnetKnobs>): void {
    this.#knobs = { ...this.#knobs, ...change };
    this.#relayLostAt = this.#knobs.relay === 'up' ? undefined : (this.#relayLostAt ?? this.clock.now());
    this.#events.emit('change');
  }

  onChange(listener: () => void): () => void {
    this.#events.on('change', listener);
    return () => this.#events.off('change', listener);
  }

  /** Waits until `met` is true, looking again after each change; rejects when the signal is aborted. */
  async until(met: () => boolean, signal: AbortSignal): Promise<void> {
    while (!met()) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const forget = this.onChange(() => settle(resolve));
        const onAbort = (): void => settle(() => reject(signal.reason));
        const settle = (end: () => void): void => {
          forget();
          signal.removeEventListener('abort', onAbort);
          end();
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
    }
  }

  moments(cluster: string): NodeMoments {
    return this.#moments.of(cluster);
  }

  nodeAt(address: string): LabNode | undefined {
    return this.network.nodes.find((node) => node.address === address || sixOf(node) === address || node.host === address);
  }

  isExpired({ state }: LabNode): boolean {
    return state.keyExpiry !== undefined && state.keyExpiry <= this.clock.now();
  }

  /** As its peers see it: expired, or logged out. */
  hasEnded(node: LabNode): boolean {
    return node.state.backend === 'NeedsLogin' || this.isExpired(node);
  }

  /** Nodes whose key did not end when the tailnet was started belong to a tag instead of a person. */
  isTagged({ cluster }: LabNode): boolean {
    return this.#tagged.has(cluster);
  }

  backendOf(node: LabNode): Backend {
    if (node.state.backend !== 'Running') return node.state.backend;
    if (this.#moments.of(node.cluster).startedAlone) return 'NoState';
    return this.isExpired(node) ? 'NeedsLogin' : 'Running';
  }

  /** Whether a node has a map of the tailnet. One whose key has expired keeps it, one that logged out does not. */
  hasMap(node: LabNode): boolean {
    const backend = this.backendOf(node);
    return backend === 'Running' || backend === 'Stopped' || (backend === 'NeedsLogin' && node.state.backend === 'Running');
  }

  /** Whether `from` has `to` in its map. A deleted node notices nothing and keeps its own. */
  knows(from: LabNode, to: LabNode): boolean {
    const { deleted, closed } = this.#knobs;
    const strangers = closed.has(`${from.cluster}>${to.cluster}`) && closed.has(`${to.cluster}>${from.cluster}`);
    return this.hasMap(from) && from.cluster !== to.cluster && !deleted.has(to.cluster) && !strangers;
  }

  /** Whether the daemon of `to` answers packets of `from` at all, whatever the policy. */
  reaches(from: LabNode, to: LabNode): boolean {
    if (from.cluster === to.cluster) return true;
    const { deleted, relay } = this.#knobs;
    const way = this.way(from, to);
    if (way.cut || (way.relayed && relay === 'gone') || deleted.has(from.cluster) || !this.knows(from, to)) return false;
    return this.isAwake(from) && this.isAwake(to);
  }

  isAwake(node: LabNode): boolean {
    return !node.state.gone && !node.state.frozen && this.backendOf(node) === 'Running';
  }

  way(from: LabNode, to: LabNode): WayState {
    return this.network.way(from.cluster, to.cluster);
  }

  /** Whether the next connection or ping of this direction is one of those that get lost: spread evenly, not by chance. */
  losesNext(from: LabNode, to: LabNode): boolean {
    const key = `${from.cluster}>${to.cluster}`;
    const sum = (this.#losses.get(key) ?? 0) + this.way(from, to).lossPercent;
    this.#losses.set(key, sum % 100);
    return sum >= 100;
  }

  /** Remembers whether the last ping was answered: a direct path is shown from then on. */
  heard(from: LabNode, to: LabNode, answered: boolean): void {
    this.#heard.set(`${from.cluster}>${to.cluster}`, answered);
  }

  /** Undefined: never pinged. */
  lastHeard(from: LabNode, to: LabNode): boolean | undefined {
    return this.#heard.get(`${from.cluster}>${to.cluster}`);
  }

  numberOf(node: LabNode): number {
    return this.network.nodes.findIndex(({ cluster }) => cluster === node.cluster) + 1;
  }

  stop(): void {
    this.#moments.stop();
    this.#stop();
  }
}

/** The IPv6 address of a node, in the form in which Tailscale derives them. */
export function sixOf(node: LabNode): string {
  const [third = 0, last = 0] = node.address.split('.').slice(-2).map(Number);
  return `fd7a:115c:a1e0::${(256 * third + last).toString(16)}`;
}

/** The address of a node outside the tailnet. */
export function endpointOf(number: number): string {
  return `192.168.77.1:${41640 + number}`;
}
