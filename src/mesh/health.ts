/** What probes measure and whose health is followed over time. Pure data: it holds no key material and may travel through Redis. */
import type { Severity } from './finding.ts';

/** Where a measurement is taken from when nobody said which cluster the process runs in. */
export const LOCAL_VANTAGE = 'local';

/**
 * What is followed. `from` and `to` of a direction are names of clusters; `from` is the vantage, which is {@link LOCAL_VANTAGE} where nobody said in which
 * cluster the process runs.
 */
export type HealthSubject =
  /** The way through the tailnet from one cluster to another. */
  | { readonly kind: 'link'; readonly from: string; readonly to: string }
  /** The east-west gateway of `to`, as `from` reaches services through it. */
  | { readonly kind: 'gateway'; readonly from: string; readonly to: string }
  /** The API server of `to`, reached with the kubeconfig that the remote secret in `from` holds. */
  | { readonly kind: 'remoteApi'; readonly from: string; readonly to: string }
  /** A public request that enters at `from` and is answered by a service in `to`. */
  | { readonly kind: 'publicPath'; readonly from: string; readonly to: string }
  /** The API server of a cluster, reached with our own kubeconfig. */
  | { readonly kind: 'api'; readonly cluster: string }
  /** The certificate chain that the istiods of a cluster serve. */
  | { readonly kind: 'istiod'; readonly cluster: string }
  /** The east-west gateway of a cluster, as its own API server shows it. */
  | { readonly kind: 'gatewayPods'; readonly cluster: string }
  /** The canary service of a cluster. */
  | { readonly kind: 'canary'; readonly cluster: string }
  /** The clock of a cluster. */
  | { readonly kind: 'clock'; readonly cluster: string }
  /** The Tailscale node of a vantage. */
  | { readonly kind: 'tailnet'; readonly vantage: string }
  /** The versions of all clusters, compared. */
  | { readonly kind: 'versions' }
  /** One of our schedules. */
  | { readonly kind: 'schedule'; readonly name: string }
  /** Ourselves: whether a vantage reaches anything at all. */
  | { readonly kind: 'self'; readonly vantage: string }
  /** Made by hand, to try the way of an alert. */
  | { readonly kind: 'trial'; readonly name: string };

export type HealthKind = HealthSubject['kind'];

/** Rules of alerts, in the order in which causes come before what they explain. */
export type RuleId =
  | 'self-offline'
  | 'tailnet-node'
  | 'tailnet-key'
  | 'tailnet-control'
  | 'link-down'
  | 'link-degraded'
  | 'api-down'
  | 'gateway-pods'
  | 'gateway-down'
  | 'gateway-trust'
  | 'remote-api'
  | 'istiod-serving'
  | 'public-path'
  | 'clock-skew'
  | 'version-skew'
  | 'canary-missing'
  | 'schedule-stopped'
  | 'trial';

/** Why something fails, or why nothing is known of it. Never a secret. */
export interface Cause {
  /** Stable and kebab-case; it has a heading of the same text in `docs/probes.md`. */
  readonly code: string;
  /** One sentence without its end: what is so. Read on a phone at night. */
  readonly says: string;
  /** What was seen that says so: one short line each, the most telling first. */
  readonly facts: readonly string[];
  /** What to do next, one sentence. */
  readonly hint: string;
  /** Commands that confirm it by hand, the most telling first. */
  readonly commands: readonly string[];
}

/** How packets reach a peer of the tailnet. */
export type LinkPath = 'direct' | 'relayed' | 'peerRelayed';

/** What one measurement says under one rule. */
export interface Sample {
  readonly rule: RuleId;
  readonly subject: HealthSubject;
  /** When the measurement began, in UTC milliseconds. */
  readonly at: number;
  /** The cluster that it was taken from, or {@link LOCAL_VANTAGE}. */
  readonly vantage: string;
  /** `unknown`: it could not be measured; never read as healthy. */
  readonly outcome: 'ok' | 'failing' | 'unknown';
  /** For `failing` and `unknown`. */
  readonly cause?: Cause;
  /** Instead of that of the rule, such as for a node key that ends within two days. */
  readonly severity?: Severity;
  /** Round trip, in milliseconds. */
  readonly latencyMs?: number;
  readonly path?: LinkPath;
  /** One short line for whoever looks although it is healthy, such as `23 ms, direct`. */
  readonly says?: string;
}

/** The same text for the same subject, and another for every other: `link:cluster-a>cluster-b`, `api:cluster-b`. */
export function subjectKey(subject: HealthSubject): string {
  switch (subject.kind) {
    case 'link':
    case 'gateway':
    case 'remoteApi':
    case 'publicPath':
      return `${subject.kind}:${subject.from}>${subject.to}`;
    case 'tailnet':
    case 'self':
      return `${subject.kind}:${subject.vantage}`;
    case 'schedule':
    case 'trial':
      return `${subject.kind}:${subject.name}`;
    case 'versions':
      return subject.kind;
    default:
      return `${subject.kind}:${subject.cluster}`;
  }
}

/** As people read it in the middle of a sentence: `link cluster-a → cluster-b`. */
export function subjectTitle(subject: HealthSubject): string {
  switch (subject.kind) {
    case 'link':
      return `link ${subject.from} → ${subject.to}`;
    case 'gateway':
      return `gateway of ${subject.to} from ${subject.from}`;
    case 'remoteApi':
      return `remote secret for ${subject.to} in ${subject.from}`;
    case 'publicPath':
      return `public path ${subject.from} → ${subject.to}`;
    case 'api':
      return `API of ${subject.cluster}`;
    case 'istiod':
      return `istiod of ${subject.cluster}`;
    case 'gatewayPods':
      return `gateway pods of ${subject.cluster}`;
    case 'canary':
      return `canary of ${subject.cluster}`;
    case 'clock':
      return `clock of ${subject.cluster}`;
    case 'tailnet':
      return `Tailscale node of ${subject.vantage}`;
    case 'versions':
      return 'versions of the mesh';
    case 'schedule':
      return `schedule ${subject.name}`;
    case 'self':
      return subject.vantage === LOCAL_VANTAGE ? 'meshwarden itself' : `meshwarden in ${subject.vantage}`;
    default:
      return `trial ${subject.name}`;
  }
}
