import type { Role } from '../../src/mesh/model.ts';

/** A cluster of the mesh, as a scene is asked for it. */
export interface MeshCluster {
  /** The Istio cluster ID. */
  readonly name: string;
  readonly network: string;
  readonly roles: readonly Role[];
  /** Where the others reach its east-west gateway. */
  readonly gateway: { readonly address: string; readonly port: number };
  /** Its pods lie in this network, such as `10.1`. */
  readonly podNetwork: string;
}

/** Where east-west gateways take traffic from other networks. */
export const GATEWAY_PORT = 15_443;
/** Where they say whether they are ready. */
export const READINESS_PORT = 15_021;
/** Where API servers are reached through the tailnet. */
export const API_PORT = 6443;

/** The clusters of a mesh of `count`: the first signs and takes public traffic, each has a network and a tailnet address of its own. */
export function clustersOf(count: number): MeshCluster[] {
  return Array.from({ length: count }, (_, index) => {
    const suffix = count <= 26 ? String.fromCharCode(97 + index) : String(index + 1).padStart(3, '0');
    return {
      name: `cluster-${suffix}`,
      network: `network-${suffix}`,
      roles: index === 0 ? ['signer', 'edge'] : [],
      gateway: { address: `100.64.${Math.floor(index / 20)}.${((index % 20) + 1) * 10}`, port: GATEWAY_PORT },
      podNetwork: `10.${index + 1}`,
    };
  });
}
