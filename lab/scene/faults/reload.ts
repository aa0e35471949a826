/** Ways in which istiod of a cluster does not take what lies in cacerts. */
import { EVERY_POD } from '../../controllers/knobs.ts';
import { type LabFault, toggle } from '../../faults.ts';
import type { MeshMember } from '../member.ts';

const GROUP = 'cacerts';

/** Of one cluster: volumes that stay as they are, an istiod that does not notice, one that refuses. */
export function reloadFaults({ name, istiod }: MeshMember): LabFault[] {
  const { knobs } = istiod;
  return [
    toggle(
      {
        id: `istiod-volume-stuck-${name}`,
        title: `Keep cacerts from the pods of ${name}`,
        explain: 'The kubelet brings nothing new to istiod, whatever is written: what it serves stays as it is.',
        group: GROUP,
      },
      () => void knobs.stuckVolumes.add(EVERY_POD),
      () => void knobs.stuckVolumes.delete(EVERY_POD),
    ),
    toggle(
      {
        id: `istiod-deaf-${name}`,
        title: `Make istiod of ${name} deaf to its files`,
        explain: 'New files reach its pods and it does not read them before its next start.',
        group: GROUP,
      },
      () => void knobs.deaf.add(EVERY_POD),
      () => void knobs.deaf.delete(EVERY_POD),
    ),
    toggle(
      {
        id: `istiod-refuses-${name}`,
        title: `Make istiod of ${name} refuse what it reads`,
        explain: 'It says in its log that it cannot take the new files, and keeps the old ones.',
        group: GROUP,
      },
      () => {
        knobs.refusal = 'refused by a fault of the lab';
      },
      () => {
        knobs.refusal = undefined;
      },
    ),
  ];
}
