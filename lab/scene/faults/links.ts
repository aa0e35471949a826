/** Faults of the way from one cluster's istiod to another cluster's API server. */
import type { LabFault } from '../../faults.ts';
import type { MeshMember } from '../member.ts';
import { ISTIO_NAMESPACE } from '../namespaces.ts';
import type { Change } from '../overlays.ts';
import { remoteKubeconfig, remoteSecretName, readerToken } from '../remote-secrets.ts';
import { changingOne, gone, withTexts } from './changes.ts';

const HOUR_MS = 3_600_000;

/** Of the link from `here` to `there`: the remote secret lies here. */
export function linkFaults(here: MeshMember, there: MeshMember, now: () => number): LabFault[] {
  const link = `${here.name}-${there.name}`;
  const remote = { name: there.name, server: there.server, caPem: there.api.caPem };
  const fault = (id: string, title: string, explain: string, change: () => Change): LabFault =>
    changingOne({ id: `remote-secret-${id}-${link}`, title, explain, group: 'Links' }, here, () => [
      { kind: 'Secret', namespace: ISTIO_NAMESPACE, name: remoteSecretName(there.name), change: change() },
    ]);
  return [
    fault(
      'missing',
      `Delete the remote secret for ${there.name} in ${here.name}`,
      `${here.name} learns nothing of what runs in ${there.name}.`,
      () => gone,
    ),
    fault(
      'expired',
      `Expire the token for ${there.name} in ${here.name}`,
      `istiod of ${here.name} is refused by ${there.name}, and keeps what it last knew.`,
      () => withTexts({ [there.name]: remoteKubeconfig({ ...remote, token: readerToken(now() - HOUR_MS) }) }),
    ),
    fault(
      'misnamed',
      `Misname ${there.name} in ${here.name}`,
      `The data key is not the cluster ID: certificate requests from ${there.name} are refused.`,
      () => withTexts({ [`${there.name}-old`]: remoteKubeconfig({ ...remote, token: there.readerToken }) }),
    ),
  ];
}
