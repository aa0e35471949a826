/** What the tests of the authority's port share: a mesh of the lab and the port over the product's own rights. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLabClock } from '../../../lab/clock.ts';
import type { KubeObject } from '../../../lab/kubernetes/object.ts';
import { secretsIn } from '../../../lab/pki/keys.ts';
import { buildMesh, type LabMesh, type MeshOptions } from '../../../lab/scene/mesh.ts';
import { createAuthorityPort, type AuthorityPortOptions, type ClusterAuthority } from '../../../src/k8s/ca/authority.ts';
import { createClusters, type ClusterPool } from '../../../src/k8s/clusters.ts';
import type { AuthorityTarget } from '../../../src/k8s/target.ts';
import type { CaState, CaCluster, CaSource } from '../../../src/rotation/model.ts';
import { EVEN, identityOf, NEVER, recordLog } from '../lab.ts';

export const SIGNER = 'cluster-a';
export const OTHER = 'cluster-b';
export const NAMES = [SIGNER, OTHER];

export const TARGET: AuthorityTarget = {
  root: { namespace: 'cert-manager', certificate: 'istio-root' },
  issuer: 'istio-root-ca',
  intermediates: NAMES.map((cluster) => ({ cluster, namespace: 'istio-ca', certificate: `istio-ica-${cluster}` })),
};

const HOUR = 3_600_000;
export const POLICY = { pinnedRoot: undefined, leafLifeMs: 24 * HOUR, proofWithinMs: 180_000, renewBeforeMs: 1440 * HOUR } as const;

export interface AuthorityBench {
  readonly mesh: LabMesh;
  readonly pool: ClusterPool;
  readonly port: ClusterAuthority;
  /** Another port over the same clients. */
  portOf(options: Partial<AuthorityPortOptions>): ClusterAuthority;
  look(probe?: 'none' | 'unproved' | 'all'): Promise<CaState>;
  cluster(name: string): Promise<CaCluster>;
  source(cluster: string, generation?: number): Promise<CaSource>;
  /** The object as it lies in a cluster. */
  object(cluster: string, kind: string, namespace: string, name: string): KubeObject | undefined;
  stop(): Promise<void>;
}

/** A mesh of two clusters as it was built, and the product's port for it. */
export async function startAuthority(options: Pick<MeshOptions, 'multiRoot'> = {}): Promise<AuthorityBench> {
  const clock = createLabClock();
  const mesh = await buildMesh({ clock, ...options });
  const folder = await mkdtemp(join(tmpdir(), 'meshwarden-ca-'));
  for (const [name, text] of mesh.kubeconfigs()) await writeFile(join(folder, `${name}.yaml`), text);
  const targets = NAMES.map((name) => ({
    identity: { ...identityOf(name), roles: name === SIGNER ? (['signer'] as const) : [] },
    kubeconfig: [join(folder, `${name}.yaml`)],
  }));
  const pool = createClusters({ targets, istioNamespace: 'istio-system', authority: TARGET, clock, random: EVEN });
  const portOf = (options: Partial<AuthorityPortOptions>): ClusterAuthority =>
    createAuthorityPort({
      members: pool.members,
      signer: pool.members[0],
      target: TARGET,
      istioNamespace: 'istio-system',
      policy: POLICY,
      holder: 'one',
      clock,
      random: EVEN,
      log: recordLog().log,
      ...options,
    });
  const port = portOf({});
  const look = async (probe: 'none' | 'unproved' | 'all' = 'none'): Promise<CaState> => {
    const state = await port.look({ probe }, NEVER);
    const traces = secretsIn(JSON.stringify(state));
    if (traces.length > 0) throw new Error('A look shows a secret');
    return state;
  };
  return {
    mesh,
    pool,
    port,
    portOf,
    look,
    cluster: async (name) => found((await look()).clusters.find(({ identity }) => identity.name === name)),
    async source(cluster, generation = 1) {
      const { signer } = await look();
      return found(signer.ok ? signer.value.sources.find((one) => one.cluster === cluster && one.generation === generation) : undefined);
    },
    object: (cluster, kind, namespace, name) => mesh.member(cluster).api.store.get(kind, namespace, name),
    async stop() {
      await pool.close();
      await mesh.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** The value, which the lab has put there. */
export function found<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('It is not there');
  return value;
}
