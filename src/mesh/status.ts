import type { Failure } from '../core/errors.ts';
import type { CheckResult } from './finding.ts';
import type { AuthorityFacts, ClusterSnapshot, Role, Snapshot } from './model.ts';
import type { HealthView, OpenIncident } from './health-view.ts';
import { reportOf, type Report } from './report.ts';
import { askedOf, linksOf, withIncidents, type AskedGateway, type LinkStatus } from './status-health.ts';

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
  /** How it answers those who ask from another side; empty: nobody asks. */
  readonly asked: readonly AskedGateway[];
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
  /** How many alerts are open; undefined: nobody follows health over time here. */
  readonly alerts: AlertCounts | undefined;
}

export interface AlertCounts {
  readonly open: number;
  readonly acked: number;
  readonly muted: number;
}

export interface StatusScope {
  /** Set when only these clusters were asked for. */
  readonly only?: readonly string[] | undefined;
  /** Absent: nobody follows health over time here. */
  readonly health?: HealthView | undefined;
}

/** The mesh in one look. */
export function statusOf(snapshot: Snapshot, results: readonly CheckResult[], { only, health }: StatusScope = {}): MeshStatus {
  return {
    at: snapshot.at,
    only,
    clusters: snapshot.clusters.map(clusterStatus),
    links: linksOf(
      snapshot.clusters.map(({ identity }) => identity.name),
      health,
    ),
    gateways: snapshot.clusters.map((cluster) => gatewayStatus(cluster, health)),
    authority: authorityStatus(snapshot),
    report: withIncidents(reportOf(results), health, only),
    alerts: countsOf(health),
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

function gatewayStatus({ identity, eastWest }: ClusterSnapshot, health: HealthView | undefined): GatewayStatus {
  const asked = askedOf(identity.name, health);
  const none = { cluster: identity.name, ready: 0, total: 0, addresses: [], why: undefined, asked };
  if (!eastWest.ok) return { ...none, state: 'unknown', why: eastWest.failure.message };
  const { services } = eastWest.value;
  if (services.length === 0) return { ...none, state: 'missing' };
  const ready = services.reduce((sum, service) => sum + service.ready, 0);
  const total = services.reduce((sum, service) => sum + service.ready + service.notReady, 0);
  const addresses = services.flatMap((service) => service.addresses);
  return { ...none, state: ready > 0 ? 'ready' : 'notReady', ready, total, addresses };
}

function countsOf(health: HealthView | undefined): AlertCounts | undefined {
  if (health === undefined) return undefined;
  const count = (is: (incident: OpenIncident) => boolean): number => health.incidents.filter(is).length;
  return {
    open: count(({ isAcked, isMuted }) => !isAcked && !isMuted),
    acked: count(({ isAcked, isMuted }) => isAcked && !isMuted),
    muted: count(({ isMuted }) => isMuted),
  };
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
