/** Which services stand behind an east-west gateway, and whether it is reached at all: as the objects of its cluster say. */
import { fieldsAt, isFields, type KubeObject, listAt, textAt } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/objects.ts';
import { EAST_WEST_GATEWAY } from '../scene/gateways.ts';
import { ISTIO_NAMESPACE } from '../scene/namespaces.ts';

/** One port of a service. */
export interface Destination {
  /** Its name in Envoy, which is also the name that clients ask for. */
  readonly cluster: string;
  readonly host: string;
  readonly port: number;
  /** Of the pods behind it that have a sidecar: `address:port`. */
  readonly endpoints: readonly Endpoint[];
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly pod: string;
}

/** What a gateway is told of its cluster. */
export interface Destinations {
  /** By the name that clients ask for, in lower case. */
  find(name: string): Destination | undefined;
  list(): readonly Destination[];
  /** Whether the Service of the gateway leads to a pod: kube-proxy refuses connections where none takes any. */
  readonly isReached: boolean;
  /** Whether a Gateway makes it listen on 15443. */
  readonly isExposed: boolean;
  /** Told after each write that may have changed the answers. */
  onChange(listener: () => void): () => void;
}

const KINDS = new Set(['Service', 'EndpointSlice', 'Namespace', 'Gateway', 'CustomResourceDefinition']);

interface Known {
  readonly byName: ReadonlyMap<string, Destination>;
  readonly isReached: boolean;
  readonly isExposed: boolean;
}

/** Reads the objects when it is asked, and anew after each write of one of these kinds. */
export function followDestinations(store: ObjectStore): Destinations {
  const listeners = new Set<() => void>();
  let known: Known | undefined;
  store.onWrite(({ object }) => {
    if (!KINDS.has(object.kind ?? '')) return;
    known = undefined;
    for (const listener of listeners) listener();
  });
  const now = (): Known => (known ??= readKnown(store));
  return {
    find: (name) => now().byName.get(name),
    list: () => [...now().byName.values()],
    get isReached() {
      return now().isReached;
    },
    get isExposed() {
      return now().isExposed;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function readKnown(store: ObjectStore): Known {
  const slices = Map.groupBy(store.list('EndpointSlice'), ({ metadata }) => {
    return `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`;
  });
  const injected = new Set(
    store.list('Namespace').flatMap(({ metadata }) => (metadata.labels?.['istio-injection'] === 'enabled' ? (metadata.name ?? []) : [])),
  );
  const slicesOf = ({ metadata }: KubeObject): readonly KubeObject[] => slices.get(`${metadata.namespace}/${metadata.name}`) ?? [];
  const found = store.list('Service').flatMap((service) => {
    // Endpoints without a sidecar are left out: nothing there could end the TLS that the gateway passes on.
    const endpoints = injected.has(service.metadata.namespace ?? '') ? slicesOf(service) : [];
    return destinationsOf(service, endpoints);
  });
  const gateway = slices.get(`${ISTIO_NAMESPACE}/${EAST_WEST_GATEWAY}`) ?? [];
  return {
    byName: new Map(found.map((one) => [one.cluster.toLowerCase(), one])),
    isReached: gateway.some((slice) => endpointsIn(slice).some(takesConnections)),
    isExposed: isExposed(store),
  };
}

/** Of the definitions, because a kind that is not served cannot be listed. */
function isExposed(store: ObjectStore): boolean {
  if (store.get('CustomResourceDefinition', '', 'gateways.networking.istio.io') === undefined) return false;
  const servers = store.list('Gateway').flatMap((gateway) => listAt(gateway, 'spec', 'servers'));
  return servers.some((server) => textAt(server, 'tls', 'mode') === 'AUTO_PASSTHROUGH');
}

function destinationsOf({ metadata, spec }: KubeObject, slices: readonly KubeObject[]): Destination[] {
  const host = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
  return listAt({ spec }, 'spec', 'ports')
    .filter(isFields)
    .map((port) => {
      const number = Number(port['port']);
      const endpoints = slices.flatMap((slice) => {
        const target = listAt(slice, 'ports')
          .filter(isFields)
          .find(({ name }) => name === port['name']);
        return target === undefined
          ? []
          : endpointsIn(slice)
              .filter(takesConnections)
              .map((one) => endpointOf(one, Number(target['port'])));
      });
      return { cluster: `outbound_.${number}_._.${host}`, host, port: number, endpoints };
    });
}

function endpointOf(endpoint: Record<string, unknown>, port: number): Endpoint {
  return { address: String(listAt(endpoint, 'addresses')[0]), port, pod: textAt(endpoint, 'targetRef', 'name') ?? '' };
}

function endpointsIn(slice: KubeObject): Record<string, unknown>[] {
  return listAt(slice, 'endpoints').filter(isFields);
}

/** Ready, or ending and still serving: such a one is used where no other is left. */
function takesConnections(endpoint: Record<string, unknown>): boolean {
  const { ready, serving, terminating } = fieldsAt(endpoint, 'conditions');
  return ready !== false || (terminating === true && serving === true);
}
