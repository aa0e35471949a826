import type { Finding, MeshCheck } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterSnapshot } from '../model.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { parseVersion } from '../versions.ts';
import { limitFacts } from '../wording.ts';

/** Istio promises nothing between clusters; a control plane may be one minor release ahead of proxies, which meet here across clusters. */
const TOLERATED = 1;

export const istioVersionSkew: MeshCheck = {
  scope: 'mesh',
  id: 'istio-version-skew',
  title: 'Clusters run Istio releases close to each other',
  inputs: ['istiod'],
  atLeast: 2,
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'ticket',
  // An upgrade of the mesh goes from cluster to cluster and may take a day, but never over two minor releases at once.
  visibleAfter: 0,
  codes: ['istio-version-skew'],
  evaluate(clusters): readonly Finding[] {
    const running = clusters.flatMap(versionsOf);
    const minors = running.map(({ minor }) => minor);
    if (Math.max(...minors) - Math.min(...minors) <= TOLERATED || running.length < 2) return [];
    return [
      {
        code: 'istio-version-skew',
        severity: 'ticket',
        subject: MESH_SUBJECT,
        title: `Istio 1.${Math.min(...minors)} and 1.${Math.max(...minors)} run in one mesh`,
        facts: limitFacts(
          running.toSorted((a, b) => a.minor - b.minor).map(({ cluster, text }) => `${cluster.identity.name} runs ${text}`),
        ),
        hint: 'Upgrade the oldest first; change nothing about the roots while they are more than one minor release apart.',
        commands: clusters.slice(0, 3).map(({ identity }) => kubectl(identity, 'get deployments -A -l app=istiod -o wide')),
      },
    ];
  },
};

interface Running {
  readonly cluster: ClusterSnapshot;
  readonly text: string;
  readonly minor: number;
}

/** Where a cluster runs two revisions during an upgrade, both count. */
function versionsOf(cluster: ClusterSnapshot): readonly Running[] {
  const texts = cluster.istiod.ok ? cluster.istiod.value.flatMap(({ version }) => version ?? []) : [];
  return [...new Set(texts)].flatMap((text) => {
    const version = parseVersion(text);
    return version?.major === 1 ? [{ cluster, text, minor: version.minor }] : [];
  });
}
