/** What a person would write to let the product watch a mesh of the lab. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { remember } from '../pki/keys.ts';
import { CA_ISSUER, ROOT } from './cert-manager.ts';
import { readCertificates } from '../../src/pki/certificate.ts';
import type { MeshMember } from './member.ts';
import { AUTHORITY_NAMESPACE, APPLICATION_NAMESPACES } from './namespaces.ts';
import { PRODUCT_USER } from './rbac.ts';

/** As the section `discord` of the configuration file. */
export interface DiscordSection {
  readonly tokenFile?: string;
  readonly guild: string;
  readonly channels: { readonly alerts: string; readonly audit?: string };
  readonly viewer?: { readonly roles?: readonly string[]; readonly users?: readonly string[] };
  readonly operator?: { readonly roles?: readonly string[]; readonly users?: readonly string[] };
  readonly admins?: readonly string[];
  readonly api?: string;
}

/** What a configuration of the lab leaves open. */
export interface ConfigOptions {
  /** Where {@link writeKubeconfigs} wrote. */
  readonly kubeconfigDir: string;
  readonly redisUrl?: string;
  readonly discord?: DiscordSection;
  /** Who enters one-time codes. */
  readonly approvals?: { readonly totp: readonly { readonly user: string; readonly secretFile: string }[] };
  /** Cron expressions by job. */
  readonly schedules?: Readonly<Record<string, string>>;
  /** How the tailnet is reached; `proxy` as `host:port`. */
  readonly tailscale?: {
    readonly socket?: string;
    readonly proxy?: string;
    readonly control?: { readonly api: string; readonly clientId: string; readonly clientSecretFile: string };
  };
  readonly probes?: {
    readonly vantage?: string;
    readonly connectWithin?: string;
    readonly publicPaths?: readonly { readonly url: string; readonly cluster: string; readonly status: number; readonly address: string }[];
  };
  /** The section `alerts` as a person would write it. */
  readonly alerts?: object;
}

/** The text of a `meshwarden.yaml`. */
export function configYaml(
  members: readonly MeshMember[],
  { kubeconfigDir, redisUrl, discord, schedules, approvals, tailscale, probes, alerts }: ConfigOptions,
): string {
  return stringify({
    mesh: { id: 'mesh1', trustDomain: 'cluster.local', istioNamespace: 'istio-system' },
    clusters: members.map(({ name, network, roles, gateway }) => ({
      name,
      network,
      roles: [...roles],
      kubeconfig: join(kubeconfigDir, `${name}.yaml`),
      context: name,
      gateway: { ...gateway },
      application: APPLICATION_NAMESPACES[0],
    })),
    authority: {
      root: { namespace: ROOT.namespace, certificate: ROOT.name },
      issuer: CA_ISSUER,
      intermediates: { namespace: AUTHORITY_NAMESPACE, certificate: 'istio-ica-{cluster}' },
      ...pinned(members),
    },
    ...(discord === undefined ? {} : { discord }),
    ...(approvals === undefined ? {} : { approvals }),
    ...(redisUrl === undefined ? {} : { redis: { url: redisUrl } }),
    ...(schedules === undefined ? {} : { schedules }),
    ...(tailscale === undefined ? {} : { tailscale }),
    ...(probes === undefined ? {} : { probes }),
    ...(alerts === undefined ? {} : { alerts }),
  });
}

/** A kubeconfig for each cluster, with the product's own rights: its text by the cluster's name. */
export function kubeconfigs(members: readonly MeshMember[]): ReadonlyMap<string, string> {
  return new Map(members.map(({ name, api }) => [name, remember(api.kubeconfig(PRODUCT_USER))]));
}

/** One kubeconfig with a context for each cluster, as people have it at home. */
export function mergedKubeconfig(members: readonly MeshMember[]): string {
  const parts = [...kubeconfigs(members).values()].map((text) => parse(text) as Record<'clusters' | 'users' | 'contexts', unknown[]>);
  return remember(
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': members[0]?.name,
      clusters: parts.flatMap(({ clusters }) => clusters),
      users: parts.flatMap(({ users }) => users),
      contexts: parts.flatMap(({ contexts }) => contexts),
    }),
  );
}

/** Writes `<cluster>.yaml` for each cluster and `all.yaml` with all of them, readable by the owner alone. */
export async function writeKubeconfigs(members: readonly MeshMember[], dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const files = [...kubeconfigs(members), ['all', mergedKubeconfig(members)] as const];
  await Promise.all(files.map(([name, text]) => writeFile(join(dir, `${name}.yaml`), text, { mode: 0o600 })));
}

/** The fingerprint of the root that the mesh began with, as somebody pinned it who looked at it once. */
function pinned([first]: readonly MeshMember[]): { readonly rootFingerprint?: string } {
  const [root] = first === undefined ? [] : readCertificates(first.signing.rootPem).certificates;
  return root === undefined ? {} : { rootFingerprint: root.fingerprint };
}
