/** Starts what a mesh of the lab needs to be probed: its gateways, the workloads behind them, the public way in, and the routes of the tailnet to all of it. */
import type { LabTailnet } from '../tailnet/start.ts';
import { API_PORT, READINESS_PORT } from '../scene/cluster.ts';
import { HTTPBIN, HTTPBIN_PORT, runsHttpbin } from '../scene/httpbin.ts';
import type { LabMesh } from '../scene/mesh.ts';
import { startGateway, type LabGateway } from './gateway.ts';
import { startIngress, type LabIngress } from './ingress.ts';
import { createMeshClient } from './mesh-client.ts';
import { LOOPBACK } from './port.ts';

export interface LabGateways {
  gateway(cluster: string): LabGateway;
  /** In the cluster where public traffic enters; undefined: there is none, or nothing that it would ask. */
  readonly ingress: LabIngress | undefined;
  /** Waits until every port listens or refuses as the objects say. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface LabGatewaysOptions {
  readonly mesh: LabMesh;
  /** Workloads reach other clusters through the proxy of their node. */
  readonly tailnet: Pick<LabTailnet, 'proxyOf'>;
}

/** Of a mesh that was built with `probed: true`. */
export async function startLabGateways({ mesh, tailnet }: LabGatewaysOptions): Promise<LabGateways> {
  const { clock, root, network, members } = mesh;
  const gateways: LabGateway[] = [];
  const client = createMeshClient({ clusters: () => gateways, proxyOf: (cluster) => tailnet.proxyOf(cluster), clock });
  gateways.push(...(await Promise.all(members.map((member) => startGateway({ member, root, clock, client: () => client })))));
  for (const [index, { name, gateway, api }] of members.entries()) {
    const one = gateways[index];
    const lead = (port: number, to: number): void => network.addRoute(gateway.address, port, { cluster: name, host: LOOPBACK, port: to });
    lead(gateway.port, one?.port.number ?? 0);
    lead(READINESS_PORT, one?.readinessPort.number ?? 0);
    lead(API_PORT, api.port);
  }
  const edge = members.find(({ roles }) => roles.includes('edge'));
  const service = { host: HTTPBIN, port: HTTPBIN_PORT };
  const ingress =
    edge === undefined || !members.some(runsHttpbin) ? undefined : await startIngress({ cluster: edge.name, service, client });
  return {
    ingress,
    gateway(cluster) {
      const found = gateways.find((one) => one.cluster === cluster);
      if (found === undefined) throw new Error(`The lab has no gateway of ${cluster}`);
      return found;
    },
    async settled() {
      await Promise.all(gateways.map((one) => one.settled()));
    },
    async stop() {
      await ingress?.stop();
      await Promise.all(gateways.map((one) => one.stop()));
    },
  };
}
