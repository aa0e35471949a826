/** The configuration as the rest of the product sees it: complete, checked, with every default filled in. */
import type { LogLevel } from '../core/logger.ts';
import type { Secret } from '../core/secret.ts';

/** `signer`: cert-manager and the mesh root live here. `edge`: public traffic enters here. */
export type ClusterRole = 'edge' | 'signer';

export interface ClusterConfig {
  /** The Istio cluster ID. */
  readonly name: string;
  readonly network: string;
  readonly roles: readonly ClusterRole[];
  /** Absolute paths, merged as kubectl merges KUBECONFIG: the first file that sets a value wins. Never empty. */
  readonly kubeconfig: readonly string[];
  /** Absent: the kubeconfig's current context. */
  readonly context?: string;
  /** Where the other clusters reach its east-west gateway. */
  readonly gateway: { readonly address: string; readonly port: number } | undefined;
  /** The namespace in which the published trust bundle is compared too. */
  readonly application: string | undefined;
}

export interface AuthorityConfig {
  /** The cert-manager Certificate that keeps the root. */
  readonly root: { readonly namespace: string; readonly certificate: string };
  /** The `ca` ClusterIssuer that signs intermediates with the root. */
  readonly issuer: string;
  /** `certificate` is a pattern: {@link intermediateName} puts a cluster's name in. */
  readonly intermediates: { readonly namespace: string; readonly certificate: string };
  /** SHA-256 of the root in upper-case hexadecimal pairs with colons; undefined: not pinned. */
  readonly rootFingerprint: string | undefined;
  /** The longest life of a workload certificate, in milliseconds. */
  readonly leafLife: number;
  /** How long istiod may take to serve what was written, in milliseconds. */
  readonly proofWithin: number;
}

/** Who has to agree before something is changed. */
export interface ApprovalsConfig {
  /** How many different people. */
  readonly needed: { readonly intermediate: number; readonly root: number; readonly emergency: number };
  /** What approvals are signed with; undefined: made from the bot token. */
  readonly key: Secret | undefined;
  /** Secrets of authenticators in base32, by Discord user id. */
  readonly totp: ReadonlyMap<string, Secret>;
}

/** Whom Discord says somebody is: role ids of the guild, user ids. */
export interface Audience {
  readonly roles: readonly string[];
  readonly users: readonly string[];
}

export interface DiscordConfig {
  /** Undefined only where the caller asked for no secrets. */
  readonly token: Secret | undefined;
  readonly guild: string;
  readonly channels: { readonly alerts: string; readonly audit: string | undefined };
  readonly viewer: Audience;
  readonly operator: Audience;
  /** User ids alone: whoever can hand out roles in the guild must not become the mesh's admin. */
  readonly admins: readonly string[];
  /** Base address of the API, without a version and without a slash at its end. */
  readonly api: string;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is. Credentials stand apart, so that this can be shown. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly node: HostPort; readonly database: number; readonly tls: boolean }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostPort[];
      readonly master: string;
      readonly database: number;
      readonly tls: boolean;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly HostPort[]; readonly tls: boolean };

export interface RedisConfig {
  readonly address: RedisAddress;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

/** What can be scheduled. */
export type ScheduleName =
  | 'observe-mesh'
  | 'check-ca-expiry'
  | 'distribute-cacerts'
  | 'advance-changes'
  | 'probe-links'
  | 'probe-mesh'
  | 'verify-public-path'
  | 'audit-schedules';

/** How this process reaches the tailnet and what it may ask of it. */
export interface TailscaleConfig {
  /** Absolute path of the LocalAPI's unix socket; undefined: it is not asked. */
  readonly socket: string | undefined;
  /** SOCKS5 proxy of a tailscaled in userspace networking, through which the tailnet is reached; undefined: directly. */
  readonly proxy: HostPort | undefined;
  /** Tailscale's control API; undefined: it is not asked. */
  readonly control:
    | {
        readonly api: string;
        readonly tailnet: string;
        readonly clientId: string;
        /** Undefined only where the caller asked for no secrets. */
        readonly clientSecret: Secret | undefined;
      }
    | undefined;
}

/** What is measured, and how. Durations in milliseconds. */
export interface ProbesConfig {
  /** The cluster that this process runs in; undefined: none of them is known to be it. */
  readonly vantage: string | undefined;
  /** How long a connection may take before it counts as failed. */
  readonly connectWithin: number;
  /** `service` is a pattern: `{cluster}` stands for the name of a cluster. */
  readonly canary: { readonly namespace: string; readonly service: string; readonly port: number };
  /** A round trip longer than this counts as a degraded link. */
  readonly slowAfter: number;
  /** Skew of a clock that is told of. */
  readonly skewAfter: number;
  /** The public request: enters at the edge, is answered in `cluster`. */
  readonly publicPaths: readonly {
    readonly url: string;
    readonly cluster: string;
    readonly status: number;
    /** Connects there instead of to the host of the URL. */
    readonly address: HostPort | undefined;
  }[];
}

/** How a rule of alerts differs from its default. Durations in milliseconds. */
export interface AlertRuleConfig {
  readonly severity?: 'page' | 'ticket' | 'info' | 'off' | undefined;
  readonly failures?: number | undefined;
  readonly of?: number | undefined;
  readonly recoveries?: number | undefined;
  readonly unknownAfter?: number | undefined;
  readonly remindEvery?: number | undefined;
}

/** Who hears what, when. Durations in milliseconds. */
export interface AlertsConfig {
  /** By the name of the rule. */
  readonly rules: Readonly<Record<string, AlertRuleConfig>>;
  readonly flapping: { readonly changes: number; readonly within: number; readonly calmAfter: number };
  readonly nagAfter: number;
  readonly escalation: { readonly after: number; readonly role: string } | undefined;
  readonly quiet:
    | { readonly fromMinute: number; readonly toMinute: number; readonly severities: readonly ('page' | 'ticket' | 'info')[] }
    | undefined;
  /** Address of a webhook that takes alerts while the bot cannot post; undefined: none. */
  readonly fallbackWebhook: Secret | undefined;
  /** Address that is asked once a minute while all is well with us; undefined: none. */
  readonly heartbeat: Secret | undefined;
}

export interface Config {
  /** `kubeconfig`: nobody wrote a file; contexts stand for clusters, and none of them is known to be the signer. */
  readonly source: 'file' | 'kubeconfig';
  /** The file it was read from. */
  readonly file: string | undefined;
  readonly mesh: { readonly id: string; readonly trustDomain: string; readonly istioNamespace: string };
  /** At least one. Exactly one is the signer where `source` is `file`, none where it is `kubeconfig`. */
  readonly clusters: readonly ClusterConfig[];
  readonly authority: AuthorityConfig;
  /** Undefined: no bot. */
  readonly discord: DiscordConfig | undefined;
  readonly approvals: ApprovalsConfig;
  /** Undefined: no jobs; the command line works without. */
  readonly redis: RedisConfig | undefined;
  /** Cron expressions, read in UTC; `off` turns a schedule off. */
  readonly schedules: Readonly<Record<ScheduleName, string>>;
  /** `overdueAfter`: how long after its renewal time a certificate counts as overdue, in milliseconds. */
  readonly renewal: { readonly overdueAfter: number };
  readonly log: { readonly level: LogLevel };
  readonly tailscale: TailscaleConfig;
  readonly probes: ProbesConfig;
  readonly alerts: AlertsConfig;
}

/** The name of the cert-manager Certificate that keeps a cluster's intermediate. */
export function intermediateName(authority: AuthorityConfig, cluster: string): string {
  return authority.intermediates.certificate.replaceAll('{cluster}', cluster);
}
