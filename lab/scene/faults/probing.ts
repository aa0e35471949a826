/** The faults that probes are there for: of a mesh whose gateways run. */
import type { LabFault } from '../../faults.ts';
import type { LabGateways } from '../../gateways/start.ts';
import type { LabMesh } from '../mesh.ts';
import { gatewayFaults } from './gateways.ts';
import { nodeFaults } from './nodes.ts';
import { memberFaults, remoteFaults } from './remote.ts';
import { wayFaults } from './ways.ts';

/** All of them, beside those of the mesh itself. */
export function probingFaults({ members, network, clock }: LabMesh, gateways: LabGateways): LabFault[] {
  const now = (): number => clock.now();
  return [
    ...wayFaults(network),
    ...nodeFaults(network, now),
    ...members.flatMap((here) => members.filter((there) => there !== here).flatMap((there) => remoteFaults(here, there, now))),
    ...members.flatMap((member) => gatewayFaults(member, gateways.gateway(member.name), now)),
    ...members.flatMap(memberFaults),
  ];
}
