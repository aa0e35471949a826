import type { Config } from './config.ts';
import type { KubeContext } from './kubeconfig.ts';
import { FileSchema } from './schema.ts';
import { NO_WATCHING_SECRETS, resolveAlerts, resolveProbes } from './watching.ts';

/**
 * A configuration without a file: every context stands for a cluster, and everything else is the default. Which cluster is the signer and what the
 * networks are called cannot be known from a kubeconfig: no cluster has a role, and each network is the empty text.
 */
export function configFromKubeconfig(contexts: readonly KubeContext[]): Config {
  const names = clusterNames(contexts);
  // The defaults of the schema; the cluster is only there because it asks for one.
  const defaults = FileSchema.parse({ clusters: [{ name: 'a', network: 'a' }] });
  return {
    source: 'kubeconfig',
    file: undefined,
    mesh: defaults.mesh,
    clusters: contexts.map(({ name, file }, index) => ({
      name: names[index] ?? name,
      network: '',
      roles: [],
      kubeconfig: [file],
      context: name,
      gateway: undefined,
      application: undefined,
    })),
    authority: { ...defaults.authority, rootFingerprint: undefined },
    discord: undefined,
    approvals: { needed: defaults.approvals.needed, key: undefined, totp: new Map() },
    redis: undefined,
    schedules: defaults.schedules,
    renewal: defaults.renewal,
    log: defaults.log,
    tailscale: { socket: undefined, proxy: undefined, control: undefined },
    probes: resolveProbes(defaults.probes),
    alerts: resolveAlerts(defaults.alerts, NO_WATCHING_SECRETS),
  };
}

/** A cluster name for each context: its own name as far as it is a DNS-1123 label, with a number where that gives one twice. */
export function clusterNames(contexts: readonly { readonly name: string }[]): readonly string[] {
  const taken = new Set<string>();
  return contexts.map(({ name }, index) => {
    const label = asLabel(name) || `cluster-${index + 1}`;
    let unique = label;
    for (let count = 2; taken.has(unique); count += 1) unique = `${label}-${count}`;
    taken.add(unique);
    return unique;
  });
}

/** Long names of clouds end in the part that tells them apart, so that is what stays; an ARN is its cluster. */
function asLabel(name: string): string {
  const label = name
    .replace(/^arn:.*\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return label.slice(-50).replaceAll(/^-+|-+$/g, '');
}
