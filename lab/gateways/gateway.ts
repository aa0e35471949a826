/** The east-west gateway of one cluster and the workloads behind it, listening on loopback. */
import { createServer, type RequestListener } from 'node:http';
import type { Clock } from '../../src/core/clock.ts';
import type { EndpointSource } from '../kubernetes/cluster.ts';
import { textAt } from '../kubernetes/object.ts';
import type { Authority } from '../pki/authority.ts';
import { CANARY, canaryHost, CANARY_NAMESPACE } from '../scene/canary.ts';
import { EAST_WEST_GATEWAY } from '../scene/gateways.ts';
import type { MeshMember } from '../scene/member.ts';
import { ISTIO_NAMESPACE } from '../scene/namespaces.ts';
import { createAdmin } from './admin.ts';
import { type Chains, createChains } from './chains.ts';
import { Counters } from './counters.ts';
import { followDestinations, type Destinations } from './destinations.ts';
import { createGatewayPort, type GatewayKnobs, healthyKnobs } from './gateway-port.ts';
import type { MeshClient, Reachable } from './mesh-client.ts';
import { LabPort, LOOPBACK } from './port.ts';
import { createReadiness } from './readiness.ts';
import { Sidecar } from './sidecar.ts';
import { type App, appOf, listenerOf, netexec } from './workloads.ts';

/** A gateway that runs. Knobs act on connections that come after. */
export interface LabGateway extends Reachable {
  readonly knobs: GatewayKnobs;
  readonly counters: Counters;
  readonly destinations: Destinations;
  /** Ports on loopback; see {@link LabPort.number}. */
  readonly port: LabPort;
  readonly readinessPort: LabPort;
  /** Waits until the ports listen or refuse as the objects of the cluster say. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  readonly member: MeshMember;
  readonly root: Authority;
  readonly clock: Clock;
  readonly client: () => MeshClient;
}

const ADMIN_PORT = 15_000;
const CANARY_PORT = 8080;

/** Starts it. */
export async function startGateway(options: GatewayOptions): Promise<LabGateway> {
  const { member, clock } = options;
  const knobs = healthyKnobs();
  const counters = new Counters();
  const destinations = followDestinations(member.api.store);
  const { sidecarOf, chains, app } = workloadsOf(options);
  const port = new LabPort(createGatewayPort({ clock, knobs, counters, destinations, sidecarOf, stranger: sidecarOf('stranger') }));
  const readinessPort = new LabPort(served(createReadiness(knobs, clock)));
  const inPod = [
    new LabPort(served(createAdmin({ counters, destinations, knobs }))),
    new LabPort(served(listenerOf(app(canaryHost(member.name))))),
  ] as const;
  const follow = (): void => {
    void port.turn(destinations.isReached && destinations.isExposed);
    void readinessPort.turn(destinations.isReached);
  };
  // Bound once, so that an address leads somewhere also where the gateway is away from the start.
  await Promise.all([port.turn(true), readinessPort.turn(true)]);
  follow();
  const forget = destinations.onChange(() => queueMicrotask(follow));
  const [admin, canary] = inPod;
  const forgetPods = [
    offer(member, { namespace: ISTIO_NAMESPACE, account: EAST_WEST_GATEWAY, port: ADMIN_PORT }, admin),
    offer(member, { namespace: CANARY_NAMESPACE, account: CANARY, port: CANARY_PORT }, canary),
  ];
  const ports = [port, readinessPort, admin, canary];
  return {
    cluster: member.name,
    gateway: member.gateway,
    knobs,
    counters,
    destinations,
    chains,
    port,
    readinessPort,
    answer: (host, path) => app(host)(path),
    async settled() {
      await Promise.resolve();
      await Promise.all(ports.map((one) => one.settled()));
    },
    async stop() {
      for (const one of [forget, ...forgetPods]) one();
      await Promise.all(ports.map((one) => one.turn(false)));
    },
  };
}

function served(listener: RequestListener): ConstructorParameters<typeof LabPort>[0] {
  const server = createServer(listener);
  return (socket) => server.emit('connection', socket);
}

interface Workloads {
  readonly sidecarOf: (host: string) => Sidecar;
  /** Of the canary. */
  readonly chains: Chains;
  readonly app: (host: string) => App;
}

function workloadsOf({ member, root, clock, client }: GatewayOptions): Workloads {
  const signing = (): ReturnType<Parameters<typeof createChains>[0]['signing']> =>
    member.istiod.instances.find(({ authority }) => authority !== undefined)?.authority?.signing;
  const chainsOf = (host: string): Chains =>
    createChains({
      clock,
      spiffe: host === canaryHost(member.name) ? spiffeOf(`${CANARY}.${CANARY_NAMESPACE}`) : spiffeOf(host),
      signing,
      root,
    });
  const canary = netexec(() => podsOf(member, CANARY_NAMESPACE, CANARY)[0] ?? '', member.name, client);
  const app = (host: string): App => appOf(host, member.name, canary);
  const chains = chainsOf(canaryHost(member.name));
  const sidecars = new Map<string, Sidecar>();
  return {
    chains,
    app,
    sidecarOf(host) {
      const own = host === canaryHost(member.name) ? chains : chainsOf(host);
      const sidecar = sidecars.get(host) ?? new Sidecar({ clock, chains: own, answer: listenerOf(app(host)) });
      sidecars.set(host, sidecar);
      return sidecar;
    },
  };
}

/** Workloads of the lab have a service account of their own name, and so have their Services but for the canary's. */
function spiffeOf(host: string): string {
  const [name = '', namespace = ''] = host.split('.');
  return `spiffe://cluster.local/ns/${namespace}/sa/${name}`;
}

function podsOf({ api }: MeshMember, namespace: string, account: string): string[] {
  return api.store
    .list('Pod', namespace)
    .flatMap(({ spec, metadata }) => (textAt(spec, 'serviceAccountName') === account ? (metadata.name ?? []) : []));
}

interface PodPort {
  readonly namespace: string;
  readonly account: string;
  readonly port: number;
}

/** Leads port-forwards to pods of a workload, also of those that come later, to a port of the lab. Answers how that ends. */
function offer(member: MeshMember, { namespace, account, port }: PodPort, listener: LabPort): () => void {
  const source: EndpointSource = async (way) => {
    if (way === 'proxy') throw new Error('the port is bound to the loopback address of the pod');
    await listener.turn(true);
    return { host: LOOPBACK, port: listener.number };
  };
  for (const pod of podsOf(member, namespace, account)) member.api.registerEndpoint(namespace, pod, port, source);
  return member.api.store.onWrite(({ object: { kind, metadata, spec } }) => {
    if (kind !== 'Pod' || metadata.namespace !== namespace || textAt(spec, 'serviceAccountName') !== account) return;
    member.api.registerEndpoint(namespace, metadata.name ?? '', port, source);
  });
}
