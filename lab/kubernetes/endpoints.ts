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

/** The listeners and logs of one cluster, by namespace and pod. */
export class Endpoints {
  readonly #targets = new Map<string, EndpointTarget>();
  readonly #logs = new Map<string, string>();

  register(namespace: string, pod: string, port: number, target: EndpointTarget): void {
    this.#targets.set(`${namespace}/${pod}:${port}`, target);
  }

  find(namespace: string, pod: string, port: number): EndpointTarget | undefined {
    return this.#targets.get(`${namespace}/${pod}:${port}`);
  }

  /** True when any port of the pod leads somewhere. */
  knows(namespace: string, pod: string): boolean {
    return [...this.#targets.keys()].some((key) => key.startsWith(`${namespace}/${pod}:`));
  }

  writeLog(namespace: string, pod: string, text: string): void {
    this.#logs.set(`${namespace}/${pod}`, text);
  }

  log(namespace: string, pod: string): string | undefined {
    return this.#logs.get(`${namespace}/${pod}`);
  }
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
