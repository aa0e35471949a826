/** What was seen of a set-up when all of it was tried: facts, without a judgement. `undefined` for a part that was not tried, because one before it failed. */
import type { Observed } from './model.ts';
import type { ConnectOutcome } from './probing/gateway-observation.ts';
import type { RequestObservation } from './probing/request-observation.ts';
import type { Asked, Device, NodeStatus } from './probing/tailnet.ts';

/** What a kubeconfig says, without anything secret. */
export interface KubeconfigFacts {
  readonly server: string;
  /** The program that gets the credentials, where there is one. */
  readonly execPlugin: string | undefined;
  /** When the client certificate ends, in UTC milliseconds; undefined where there is none. */
  readonly certificateEnds: number | undefined;
  /** When the token ends; undefined where there is none, or it does not say. */
  readonly tokenEnds: number | undefined;
  /** True where the server's certificate is not checked. */
  readonly unverified: boolean;
}

export interface ApiServerFacts {
  readonly gitVersion: string;
  readonly major: number;
  readonly minor: number;
  readonly latencyMs: number;
  /** How far its clock is ahead of ours, in milliseconds, at a resolution of a second; undefined where it does not tell. */
  readonly clockAheadMs: number | undefined;
}

/** One right, as RBAC knows it. `undefined` for namespace: in the whole cluster; for name: of any name. */
export interface SetupRight {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** The objects of the authority, by their names. */
export interface AuthorityNames {
  /** False where the API server does not know the kinds of cert-manager. */
  readonly kinds: Observed<boolean>;
  readonly issuers: Observed<readonly string[]>;
  /** Certificates in the namespace of the root. */
  readonly roots: Observed<readonly string[]>;
  /** Certificates in the namespace of the intermediates. */
  readonly intermediates: Observed<readonly string[]>;
}

/** What answers at a cluster's address. */
export interface InsideFacts {
  /** The user name that the API server has for us. */
  readonly user: Observed<string>;
  readonly missingRights: Observed<readonly SetupRight[]>;
  /** Those that only changing the authority needs: an installation that only looks lacks them on purpose. */
  readonly missingWriteRights: Observed<readonly SetupRight[]>;
  /** How many rights changing the authority needs in all. */
  readonly writeRights: number;
  /** We may do everything. */
  readonly everything: Observed<boolean>;
  /** We may read the Secret that holds the root's key. Undefined: not the cluster that has it. */
  readonly rootSecret: Observed<boolean> | undefined;
  /** Uid of the namespace kube-system: the identity of a cluster. */
  readonly uid: Observed<string>;
  readonly istioNamespace: Observed<boolean>;
  /** CLUSTER_ID of each istiod. */
  readonly istioIds: Observed<readonly string[]>;
  /** Rights to ask the canary how it reaches the others. */
  readonly missingAskerRights: Observed<readonly SetupRight[]>;
  /** Pods of the canary that are available, and that there should be; null: it is not installed. */
  readonly canary: Observed<{ readonly available: number; readonly desired: number } | null>;
  /** Undefined: not the signer. */
  readonly authority: AuthorityNames | undefined;
}

export interface ClusterSetup {
  readonly kubeconfig: Observed<KubeconfigFacts>;
  readonly api: Observed<ApiServerFacts> | undefined;
  readonly inside: InsideFacts | undefined;
}

export interface RedisServerFacts {
  /** `host:port`. */
  readonly where: string;
  readonly version: string;
  readonly role: string;
  readonly evictionPolicy: string;
  /** In bytes; 0: no limit. */
  readonly memoryLimit: number;
  readonly memoryUsed: number;
  readonly appendOnly: boolean;
  /** The rules by which snapshots are saved, empty for none; undefined where the server does not tell. */
  readonly saves: string | undefined;
  readonly latencyMs: number;
  readonly clockAheadMs: number;
}

/** What every server of it says: one, or the masters of a Redis Cluster. */
export type RedisSetup = Observed<readonly RedisServerFacts[]>;

export interface PermissionOverwrite {
  /** Of a role or a member. */
  readonly id: string;
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface DiscordChannel {
  readonly id: string;
  readonly name: string;
  /** As Discord numbers kinds of channels. */
  readonly type: number;
  readonly overwrites: readonly PermissionOverwrite[];
}

export interface DiscordGuild {
  readonly name: string;
  readonly ownerId: string;
  /** Permissions by role id. */
  readonly roles: ReadonlyMap<string, bigint>;
  /** Ids of roles that everybody may mention. */
  readonly mentionable: ReadonlySet<string>;
  /** Role ids of the bot. */
  readonly botRoles: readonly string[];
  readonly channels: readonly DiscordChannel[];
}

export interface DiscordSetup {
  readonly application: Observed<{ readonly id: string; readonly botId: string; readonly name: string; readonly flags: number }>;
  readonly startsLeft: Observed<number> | undefined;
  /** `null`: the bot is not a member. */
  readonly guild: Observed<DiscordGuild | null> | undefined;
  /** Of those who were asked for, who is not in the guild. */
  readonly strangers: Observed<readonly string[]> | undefined;
  readonly commandsKnown: Observed<boolean> | undefined;
}

/** What a SOCKS5 proxy answers to a greeting without a password; `silent`: nothing in time. */
export type ProxyAnswer = 'taken' | 'asksPassword' | 'noSocks' | 'silent';

export interface ProxySetup {
  readonly connect: ConnectOutcome;
  /** Undefined: there was no connection. */
  readonly answer: ProxyAnswer | undefined;
}

/** The way into the tailnet, and who was asked about it. */
export interface TailnetSetup {
  readonly node: Asked<NodeStatus>;
  /** Undefined: none is configured. */
  readonly proxy: ProxySetup | undefined;
  readonly devices: Asked<readonly Device[]>;
}

export interface GatewaySetup {
  readonly cluster: string;
  /** `host:port`. */
  readonly where: string;
  readonly connect: ConnectOutcome;
}

export interface PublicPathSetup {
  readonly url: string;
  readonly status: number;
  readonly seen: RequestObservation;
}

/** What can be measured from here, tried once. */
export interface ProbesSetup {
  readonly gateways: readonly GatewaySetup[];
  readonly publicPaths: readonly PublicPathSetup[];
}

/** Where a webhook posts, by ids. Its own id and its token are not kept. */
export type WebhookSetup = Observed<{ readonly guild: string | undefined; readonly channel: string | undefined }>;
