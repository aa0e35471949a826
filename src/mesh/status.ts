import type { Failure } from '../core/errors.ts';
import type { CheckResult } from './finding.ts';
import type { AuthorityFacts, ClusterSnapshot, Role, Snapshot } from './model.ts';
import { reportOf, type Report } from './report.ts';

export interface ClusterStatus {
  readonly name: string;
  readonly network: string;
  readonly roles: readonly Role[];
  /** `1.36`; undefined where the API server could not be asked. */
  readonly kubernetes: string | undefined;
  /** Of the running istiods, distinct and sorted; undefined where they could not be read. */
  readonly istio: readonly string[] | undefined;
  /** Round trip to the API server, in milliseconds. */
  readonly latencyMs: number | undefined;
  readonly failure: Failure | undefined;
}

export interface GatewayStatus {
  readonly cluster: string;
  readonly state: 'ready' | 'notReady' | 'missing' | 'unknown';
  readonly ready: number;
  readonly total: number;
  readonly addresses: readonly string[];
  /** Why nothing is known of it. */
  readonly why: string | undefined;
}

export interface LinkStatus {
  readonly from: string;
  readonly to: string;
  /** Why it was not measured. */
  readonly notMeasured: string;
}

export interface AuthorityStatus {
  readonly failure: Failure | undefined;
  /** End of the root's life; from its Certificate, else from what the clusters trust. */
  readonly rootNotAfter: number | undefined;
  readonly intermediates: readonly {
    readonly cluster: string;
    /** Of what the cluster's istiod signs with, where `cacerts` could be read; else of what cert-manager issued. */
    readonly notAfter: number | undefined;
    readonly renewalTime: number | undefined;
  }[];
}

/** What `/mesh status` and `meshwarden status` say. Facts for people: it holds no key material and may travel through Redis. */
export interface MeshStatus {
  readonly at: number;
  /** Set when only these clusters were asked for. */
  readonly only: readonly string[] | undefined;
  readonly clusters: readonly ClusterStatus[];
  readonly links: readonly LinkStatus[];
  readonly gateways: readonly GatewayStatus[];
  readonly authority: AuthorityStatus;
  readonly report: Report;
}

/** The mesh in one look. */
export function statusOf(snapshot: Snapshot, results: readonly CheckResult[], only?: readonly string[]): MeshStatus {
  return {
    at: snapshot.at,
    only,
    clusters: snapshot.clusters.map(clusterStatus),
    links: linksOf(snapshot.clusters.map((cluster) => cluster.identity.name)),
    gateways: snapshot.clusters.map(gatewayStatus),
    authority: authorityStatus(snapshot),
    report: reportOf(results),
  };
}

function clusterStatus({ identity, api, istiod }: ClusterSnapshot): ClusterStatus {
  const versions = istiod.ok ? istiod.value.flatMap(({ version }) => (version === undefined ? [] : [version])) : undefined;
  return {
    name: identity.name,
    network: identity.network,
    roles: identity.roles,
    kubernetes: api.ok ? `${api.value.major}.${api.value.minor}` : undefined,
    istio: versions === undefined ? undefined : [...new Set(versions)].toSorted(),
    latencyMs: api.ok ? api.value.latencyMs : undefined,
    failure: api.ok ? undefined : api.failure,
  };
}

function gatewayStatus({ identity, eastWest }: ClusterSnapshot): GatewayStatus {
  const none = { cluster: identity.name, ready: 0, total: 0, addresses: [], why: undefined };
  if (!eastWest.ok) return { ...none, state: 'unknown', why: eastWest.failure.message };
  const { services } = eastWest.value;
  if (services.length === 0) return { ...none, state: 'missing' };
  const ready = services.reduce((sum, service) => sum + service.ready, 0);
  const total = services.reduce((sum, service) => sum + service.ready + service.notReady, 0);
  const addresses = services.flatMap((service) => service.addresses);
  return { ...none, state: ready > 0 ? 'ready' : 'notReady', ready, total, addresses };
}

/** Every direction between two clusters. Nothing measures them from inside yet, and a link that nobody measured is never called healthy. */
function linksOf(names: readonly string[]): readonly LinkStatus[] {
  const notMeasured = 'no link probe runs';
  return names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to, notMeasured })));
}

function authorityStatus(snapshot: Snapshot): AuthorityStatus {
  const facts = snapshot.authority.ok ? snapshot.authority.value : undefined;
  return {
    failure: snapshot.authority.ok ? undefined : snapshot.authority.failure,
    rootNotAfter: facts?.root?.notAfter ?? trustedRootEnd(snapshot.clusters),
    intermediates: snapshot.clusters.map((cluster) => intermediateStatus(cluster, facts)),
  };
}

function intermediateStatus(
  { identity, cacerts }: ClusterSnapshot,
  facts: AuthorityFacts | undefined,
): AuthorityStatus['intermediates'][number] {
  const issued = facts?.intermediates.find(({ cluster }) => cluster === identity.name)?.certificate;
  const signing = cacerts.ok ? cacerts.value?.signing[0] : undefined;
  return { cluster: identity.name, notAfter: signing?.notAfter ?? issued?.notAfter, renewalTime: issued?.renewalTime };
}

function trustedRootEnd(clusters: readonly ClusterSnapshot[]): number | undefined {
  const ends = clusters.flatMap(({ cacerts }) => (cacerts.ok ? (cacerts.value?.roots ?? []) : [])).map(({ notAfter }) => notAfter);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
