/** Names by which an east-west gateway finds the service that is meant. */

export interface MeshService {
  readonly service: string;
  readonly namespace: string;
  /** The port of the Service, not that of its pods. */
  readonly port: number;
}

/** The name that Istio's proxies send for a service without a subset, and that the gateway matches: `outbound_.8000_._.httpbin.sample.svc.cluster.local`. */
export function passthroughName({ service, namespace, port }: MeshService): string {
  return `outbound_.${port}_._.${service}.${namespace}.svc.cluster.local`;
}

/** A name of the same shape that no service has. `unique` makes it so: lower-case letters and digits. */
export function impossibleName({ namespace, port }: MeshService, unique: string): string {
  return passthroughName({ service: `none-${unique}`, namespace, port });
}
