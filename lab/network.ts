/** The tailnet of the lab: who is in it, in what state each way between two nodes is, and which listener stands behind an address. */
import { EventEmitter } from 'node:events';

/** One direction of the way between two nodes. */
export interface WayState {
  /** Nothing arrives: packets vanish, as behind a pulled cable. */
  readonly cut: boolean;
  /** Added to each direction of a round trip, in milliseconds. */
  readonly delayMs: number;
  /** Of 100 connections and pings so many get no answer. They are chosen by a counter, not by chance. */
  readonly lossPercent: number;
  /** Through a relay instead of directly. */
  readonly relayed: boolean;
  /** Writes longer than this vanish; undefined: none. */
  readonly largestWrite: number | undefined;
  /** TCP ports that the policy of the tailnet does not allow: connections vanish; pings of the lower layers pass. */
  readonly blockedPorts: readonly number[];
}

export interface NodeState {
  readonly backend: 'Running' | 'Stopped' | 'NeedsLogin' | 'NoState';
  /** Its daemon does not run: no socket, no answer. */
  readonly gone: boolean;
  /** Stopped in the middle: its socket takes connections and answers nothing; peers get no pong. */
  readonly frozen: boolean;
  /** End of its node key, in UTC milliseconds; undefined: it does not end. */
  readonly keyExpiry: number | undefined;
  readonly control: 'up' | 'gone' | 'hanging';
}

export interface LabNode {
  /** The cluster that it stands for. */
  readonly cluster: string;
  /** Its host name in the tailnet, such as `gw-a`. */
  readonly host: string;
  /** Its tailnet address. */
  readonly address: string;
  readonly state: NodeState;
}

/** Behind which listener of the lab an address of the tailnet stands. */
export interface Route {
  readonly cluster: string;
  readonly host: string;
  readonly port: number;
}

export interface LabNetwork {
  readonly nodes: readonly LabNode[];
  node(cluster: string): LabNode;
  way(from: string, to: string): WayState;
  setWay(from: string, to: string, change: Partial<WayState>): void;
  setNode(cluster: string, change: Partial<NodeState>): void;
  /** Connections to `address:port` reach this listener, on the node of that cluster. */
  addRoute(address: string, port: number, route: Route): void;
  route(address: string, port: number): Route | undefined;
  onChange(listener: () => void): () => void;
}

/** Everything passes, at once. */
export const GOOD_WAY: WayState = { cut: false, delayMs: 0, lossPercent: 0, relayed: false, largestWrite: undefined, blockedPorts: [] };
/** Connected, with a key that does not end. */
export const GOOD_NODE: NodeState = { backend: 'Running', gone: false, frozen: false, keyExpiry: undefined, control: 'up' };

/** A tailnet in which every node reaches every other directly. */
export function createLabNetwork(members: readonly { readonly cluster: string; readonly address: string }[]): LabNetwork {
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const states = new Map(members.map(({ cluster }) => [cluster, GOOD_NODE]));
  const ways = new Map<string, WayState>();
  const routes = new Map<string, Route>();
  const nodeOf = ({ cluster, address }: { readonly cluster: string; readonly address: string }): LabNode => ({
    cluster,
    host: cluster.replace(/^cluster-/, 'gw-'),
    address,
    state: states.get(cluster) ?? GOOD_NODE,
  });
  const keyOf = (from: string, to: string): string => `${from}>${to}`;
  const way = (from: string, to: string): WayState => ways.get(keyOf(from, to)) ?? GOOD_WAY;
  return {
    get nodes() {
      return members.map(nodeOf);
    },
    node(cluster) {
      const found = members.find((member) => member.cluster === cluster);
      if (found === undefined) throw new Error(`The tailnet has no node of ${cluster}`);
      return nodeOf(found);
    },
    way,
    setWay(from, to, change) {
      ways.set(keyOf(from, to), { ...way(from, to), ...change });
      events.emit('change');
    },
    setNode(cluster, change) {
      states.set(cluster, { ...(states.get(cluster) ?? GOOD_NODE), ...change });
      events.emit('change');
    },
    addRoute: (address, port, route) => void routes.set(`${address}:${port}`, route),
    route: (address, port) => routes.get(`${address}:${port}`),
    onChange(listener) {
      events.on('change', listener);
      return () => events.off('change', listener);
    },
  };
}
