/** The faults of a mesh, in the order in which the page shows them. */
import type { LabFault } from '../../faults.ts';
import type { LabMesh } from '../mesh.ts';
import { apiFaults } from './api.ts';
import { authorityFaults } from './authority.ts';
import { cacertsFaults } from './cacerts.ts';
import { istioFaults } from './istio.ts';
import { linkFaults } from './links.ts';
import { requestFaults } from './requests.ts';
import { reloadFaults } from './reload.ts';
import { rightsFaults } from './rights.ts';
import { sourceFaults } from './source.ts';
import { timeFaults } from './time.ts';

/** Every fault of a mesh. */
export function meshFaults(mesh: LabMesh): LabFault[] {
  const { members, signer, root, certManager, clock } = mesh;
  const now = (): number => clock.now();
  return [
    ...members.flatMap(apiFaults),
    ...authorityFaults({ members, signer, root, certManager, now }),
    ...requestFaults(certManager),
    ...members.flatMap((member) => sourceFaults(signer, member, certManager, now)),
    ...members.flatMap((member) => cacertsFaults(member, root, now)),
    ...members.flatMap(reloadFaults),
    ...members.flatMap((member) => istioFaults(member, now)),
    ...members.flatMap((here) => members.filter((there) => there !== here).flatMap((there) => linkFaults(here, there, now))),
    ...members.flatMap(rightsFaults),
    ...timeFaults(clock, certManager),
  ];
}
