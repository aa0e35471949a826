/** A mesh with everything that probes measure: its tailnet, its gateways, the public way in, and the faults of all of it. */
import type { LabFault } from '../faults.ts';
import { meshFaults } from '../scene/faults/index.ts';
import { probingFaults } from '../scene/faults/probing.ts';
import type { ConfigOptions } from '../scene/config.ts';
import { buildMesh, type LabMesh, type MeshOptions } from '../scene/mesh.ts';
import { startLabTailnet, type LabTailnet } from '../tailnet/start.ts';
import { type LabGateways, startLabGateways } from './start.ts';

export interface ProbedMesh {
  readonly mesh: LabMesh;
  readonly tailnet: LabTailnet;
  readonly gateways: LabGateways;
  /** Of the mesh and of what is measured. */
  faults(): LabFault[];
  /** What a process that runs in that cluster is told of it, for `mesh.configYaml`. */
  configOf(cluster: string): Pick<ConfigOptions, 'tailscale' | 'probes'>;
  /** Waits until sockets and ports are as the network and the objects say. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProbedMeshOptions extends Omit<MeshOptions, 'probed'> {
  /** Where the sockets of the Tailscale daemons lie. */
  readonly dir: string;
}

/** Builds and starts all of it. */
export async function buildProbedMesh({ dir, ...options }: ProbedMeshOptions): Promise<ProbedMesh> {
  const mesh = await buildMesh({ ...options, probed: true });
  const tailnet = await startLabTailnet({ network: mesh.network, clock: mesh.clock, dir });
  const gateways = await startLabGateways({ mesh, tailnet });
  return {
    mesh,
    tailnet,
    gateways,
    faults: () => [...meshFaults(mesh), ...probingFaults(mesh, gateways)],
    configOf: (cluster) => configOf(cluster, { mesh, tailnet, gateways }),
    async settled() {
      await Promise.all([tailnet.settled(), gateways.settled()]);
    },
    async stop() {
      await gateways.stop();
      await tailnet.stop();
      await mesh.stop();
    },
  };
}

function configOf(
  cluster: string,
  { mesh, tailnet, gateways }: Pick<ProbedMesh, 'mesh' | 'tailnet' | 'gateways'>,
): Pick<ConfigOptions, 'tailscale' | 'probes'> {
  const proxy = tailnet.proxyOf(cluster);
  const isEdge = mesh.member(cluster).roles.includes('edge');
  const { ingress } = gateways;
  const target = mesh.members.find(({ roles }) => !roles.includes('edge'));
  const publicPaths =
    !isEdge || ingress === undefined || target === undefined
      ? []
      : [{ url: 'http://shop.example/status', cluster: target.name, status: 200, address: ingress.address }];
  return {
    tailscale: { socket: tailnet.socketOf(cluster), proxy: `${proxy.host}:${proxy.port}` },
    probes: { vantage: cluster, ...(publicPaths.length === 0 ? {} : { publicPaths }) },
  };
}
