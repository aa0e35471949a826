/** What the destination cluster itself shows of a gateway: it tells apart what a client cannot. */

/** Whatever could be read; a part that could not is absent. */
export interface GatewayEvidence {
  /** Of the service that is asked for, from its EndpointSlices. */
  readonly endpoints?: { readonly ready: number; readonly total: number };
  /** Of the Envoys of the gateway, added up over those that could be read, about the cluster of the name that is asked for. */
  readonly envoy?: EnvoyEvidence;
}

export interface EnvoyEvidence {
  /** Whether any of them has a cluster of that name (`/clusters`). */
  readonly known: boolean;
  /** Hosts of that cluster, and how many of them are healthy. */
  readonly hosts: number;
  readonly healthy: number;
  /**
   * How far counters rose between a reading before the probe and one after it; absent where they were not read twice, or are not among the statistics that
   * the proxies keep (`proxyStatsMatcher`): `upstream_cx_none_healthy`, `upstream_cx_connect_fail`.
   */
  readonly noneHealthyRose?: number;
  readonly connectFailRose?: number;
}

/** Why a gateway cuts connections, and the flag by which its access log says so. */
export type ResetCode = 'no-filter-chain' | 'no-healthy-endpoint' | 'endpoint-refuses';

/** Tells the reasons of a reset apart; undefined where the evidence does not. */
export function explainReset({ envoy, endpoints }: GatewayEvidence): { readonly code: ResetCode; readonly fact: string } | undefined {
  if (envoy?.known === false) return { code: 'no-filter-chain', fact: 'no Envoy of the gateway has a cluster of this name (flag NR)' };
  if (envoy !== undefined && envoy.healthy === 0) {
    return {
      code: 'no-healthy-endpoint',
      fact: `${envoy.healthy} of ${envoy.hosts} endpoints of this name are healthy for the gateway (flag UH)`,
    };
  }
  if ((envoy?.noneHealthyRose ?? 0) > 0)
    return { code: 'no-healthy-endpoint', fact: 'upstream_cx_none_healthy rose with the probe (flag UH)' };
  if (endpoints?.ready === 0) {
    return {
      code: 'no-healthy-endpoint',
      fact: `${endpoints.ready} of ${endpoints.total} endpoints are ready, say the EndpointSlices (flag UH)`,
    };
  }
  if ((envoy?.connectFailRose ?? 0) > 0)
    return { code: 'endpoint-refuses', fact: 'upstream_cx_connect_fail rose with the probe (flag UF)' };
  return undefined;
}
