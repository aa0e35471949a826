import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import type { KubeObject } from '../../lab/kubernetes/object.ts';
import type { MeshMember } from '../../lab/scene/member.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { createClusters, type ClusterPool } from '../../src/k8s/clusters.ts';
import { CHECKS } from '../../src/mesh/checks/index.ts';
import type { Snapshot } from '../../src/mesh/model.ts';
import { runChecks } from '../../src/mesh/run-checks.ts';
import { statusOf, type MeshStatus } from '../../src/mesh/status.ts';
import { EVEN, NEVER } from '../k8s/lab.ts';
import { must } from './call.ts';
import { startBench, type Bench } from './clients.ts';
import { putObjects } from './objects.ts';

/** The kinds that a mesh consists of. Each server has its own Events and token Secrets, and publishes its own root certificate. */
const KINDS = [
  'CustomResourceDefinition',
  'Namespace',
  'Node',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'Deployment',
  'Pod',
  'EndpointSlice',
  'Gateway',
];
/** Those of the cluster with cert-manager. */
const SIGNER_KINDS = ['Certificate', 'ClusterIssuer'];

const CACERTS = '/api/v1/namespaces/istio-system/secrets/cacerts';

interface Told {
  readonly code: number;
  readonly status: MeshStatus;
}

describe('a mesh on two real API servers', () => {
  const clock = createLabClock();
  const pools: ClusterPool[] = [];
  let mesh: LabMesh;
  let benches: readonly Bench[];
  let folder: string;
  let double: ClusterPool;
  let real: ClusterPool;

  beforeAll(async () => {
    const { a, b } = inject('servers');
    benches = [await startBench(a, 'cluster-a'), await startBench(b, 'cluster-b')];
    mesh = await buildMesh({ clock, gitVersion: a.version });
    folder = await mkdtemp(join(tmpdir(), 'meshwarden-real-mesh-'));
    await mesh.writeKubeconfigs(join(folder, 'double'));
    await Promise.all(mesh.members.map((member, index) => putObjects(benchOf(index).side, objectsOf(member))));
    double = open((name) => join(folder, 'double', `${name}.yaml`));
    const files = await Promise.all(benches.map((bench) => bench.kubeconfigOf('meshwarden', 'meshwarden')));
    real = open((_, index) => files[index] ?? '');
    await writeFile(join(folder, 'meshwarden.yaml'), configOf(files));
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
    await mesh.stop();
    await Promise.all(benches.map((bench) => bench.stop()));
    await rm(folder, { recursive: true });
  });

  function benchOf(index: number): Bench {
    const bench = benches[index];
    if (bench === undefined) throw new Error(`There is no server ${index}`);
    return bench;
  }

  function objectsOf({ api: { store }, roles }: MeshMember): readonly KubeObject[] {
    return [...KINDS, ...(roles.includes('signer') ? SIGNER_KINDS : [])]
      .flatMap((kind) => store.list(kind))
      .filter(({ metadata, type }) => metadata.name !== 'kube-root-ca.crt' && type !== 'kubernetes.io/service-account-token');
  }

  function open(kubeconfig: (name: string, index: number) => string): ClusterPool {
    const pool = createClusters({
      targets: mesh.members.map(({ name, network, roles, gateway }, index) => ({
        identity: { name, network, roles, gateway },
        kubeconfig: [kubeconfig(name, index)],
        application: 'sample-a',
      })),
      istioNamespace: 'istio-system',
      authority: {
        root: { namespace: 'cert-manager', certificate: 'istio-root' },
        issuer: 'istio-root-ca',
        intermediates: mesh.members.map(({ name }) => ({ cluster: name, namespace: 'istio-ca', certificate: `istio-ica-${name}` })),
      },
      clock,
      random: EVEN,
    });
    pools.push(pool);
    return pool;
  }

  /** The scene's own configuration, with the ways into the real servers. */
  function configOf(files: readonly string[]): string {
    const config = parse(mesh.configYaml({ kubeconfigDir: folder })) as { clusters: { kubeconfig: string; context: string }[] };
    for (const [index, cluster] of config.clusters.entries()) cluster.kubeconfig = files[index] ?? '';
    return stringify(config);
  }

  /** How long calls took, when, and the life of each server's own certificate is all that may differ. */
  function timeless<T extends Snapshot | MeshStatus>(told: T): T {
    const steady = (key: string, value: unknown): unknown => {
      if (key === 'latencyMs') return 0;
      const isLife = key === 'certificate' && typeof value === 'object' && value !== null && Object.keys(value).length === 2;
      return isLife ? { notBefore: 0, notAfter: 0 } : value;
    };
    return JSON.parse(JSON.stringify({ ...told, at: 0 }, steady)) as T;
  }

  async function meshwarden(config = 'meshwarden.yaml', ...args: readonly string[]): Promise<Told> {
    return new Promise((resolve, reject) => {
      const argv = ['src/main.ts', 'status', '--json', '--config', join(folder, config), ...args];
      execFile(process.execPath, argv, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code);
        if (stdout === '') reject(new Error(`meshwarden ended with ${code}: ${stderr}`));
        else resolve({ code, status: JSON.parse(stdout) as MeshStatus });
      });
    });
  }

  it('is seen as on the double, fact by fact', async () => {
    expect(timeless(await real.observe(undefined, NEVER))).toEqual(timeless(await double.observe(undefined, NEVER)));
  });

  it('is judged as on the double', async () => {
    const [onReal, onDouble] = await Promise.all([real.observe(undefined, NEVER), double.observe(undefined, NEVER)]);
    const judged = [onReal, onDouble].map((snapshot) => timeless(statusOf(snapshot, runChecks(CHECKS, snapshot, snapshot.at))));
    expect(judged[0]).toEqual(judged[1]);
    expect(judged[0]?.report).toMatchObject({ verdict: 'healthy', problems: [], unseen: [], errored: [] });
  });

  it('is healthy for meshwarden status', async () => {
    const { code, status } = await meshwarden();
    expect([code, status.report.verdict, status.report.problems]).toEqual([0, 'healthy', []]);
    expect(status.clusters.map(({ name, kubernetes }) => [name, kubernetes])).toEqual([
      ['cluster-a', '1.37'],
      ['cluster-b', '1.37'],
    ]);
  });

  it('has a problem for meshwarden status when cacerts is gone, and none when it is back', async () => {
    const { side } = benchOf(1);
    const secret = mesh.member('cluster-b').api.store.get('Secret', 'istio-system', 'cacerts');
    if (secret === undefined) throw new Error('The scene has no cacerts');
    await must(side, { method: 'DELETE', path: CACERTS });
    const broken = await meshwarden();
    await putObjects(side, [secret]);
    const mended = await meshwarden();
    expect([broken.code, broken.status.report.verdict]).toEqual([1, 'problems']);
    expect(broken.status.report.problems.map(({ finding }) => finding.code)).toEqual(['cacerts-missing']);
    expect([mended.code, mended.status.report.problems]).toEqual([0, []]);
  });

  it('cannot be looked at when the server of the one cluster asked for is not there', async () => {
    const away = join(folder, 'away.yaml');
    const kubeconfig = await readFile(await benchOf(1).kubeconfigOf('meshwarden', 'meshwarden'), 'utf8');
    await writeFile(away, kubeconfig.replace(benchOf(1).server.url, 'https://127.0.0.1:1'));
    await writeFile(join(folder, 'half.yaml'), configOf([benchOf(0).server.kubeconfig, away]));
    const { code, status } = await meshwarden('half.yaml', '--cluster', 'cluster-b');
    expect([code, status.clusters.map(({ failure }) => failure?.reason)]).toEqual([2, ['unreachable']]);
  });
});
