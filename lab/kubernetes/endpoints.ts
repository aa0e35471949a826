/** Where traffic for pods really goes, and what they logged: the lab's stand-in for kubelets and pod networks. */
import { textAt } from './object.ts';
import { badRequest, notFound } from './status.ts';
import type { ResourceCall } from './call.ts';
import type { Storage, Stored } from './store.ts';

/** A listener of the lab. */
export interface EndpointTarget {
  readonly host: string;
  readonly port: number;
}

/** How a connection comes to a pod: a port-forward arrives from loopback, the API server's proxy from another address. */
export type Way = 'forward' | 'proxy';

/** A listener, or what starts one when somebody first asks for it. */
export type EndpointSource = EndpointTarget | ((way: Way) => Promise<EndpointTarget>);

/** The listeners and logs of one cluster, by namespace and pod. */
export class Endpoints {
  readonly #targets = new Map<string, EndpointSource>();
  readonly #logs = new Map<string, string | (() => string)>();

  register(namespace: string, pod: string, port: number, target: EndpointSource): void {
    this.#targets.set(`${namespace}/${pod}:${port}`, target);
  }

  /** Nothing of the pod leads anywhere any more; what it logged is gone too. */
  forget(namespace: string, pod: string): void {
    for (const key of this.#targets.keys()) if (key.startsWith(`${namespace}/${pod}:`)) this.#targets.delete(key);
    this.#logs.delete(`${namespace}/${pod}`);
  }

  find(namespace: string, pod: string, port: number): EndpointSource | undefined {
    return this.#targets.get(`${namespace}/${pod}:${port}`);
  }

  /** True when any port of the pod leads somewhere. */
  knows(namespace: string, pod: string): boolean {
    return [...this.#targets.keys()].some((key) => key.startsWith(`${namespace}/${pod}:`));
  }

  writeLog(namespace: string, pod: string, text: string | (() => string)): void {
    this.#logs.set(`${namespace}/${pod}`, text);
  }

  log(namespace: string, pod: string): string | undefined {
    const text = this.#logs.get(`${namespace}/${pod}`);
    return typeof text === 'function' ? text() : text;
  }
}

/** Where a connection goes that comes this way. */
export async function openEndpoint(source: EndpointSource, way: Way): Promise<EndpointTarget> {
  return typeof source === 'function' ? source(way) : source;
}

/** The pod that a call to a subresource names. */
export function podOf(storage: Storage, { target }: ResourceCall, name: string = target.name): Stored {
  const pod = storage.get(target.resource, target.namespace, name);
  if (pod === undefined) throw notFound(target.resource, name);
  return pod;
}

/** A pod without a node has nobody who could stream for it. */
export function requireNode({ object }: Stored): void {
  if ((textAt(object, 'spec', 'nodeName') ?? '') === '') throw badRequest(`pod ${object.metadata.name} does not have a host assigned`);
}
