/** Faults of the way in that remote secrets hold, and of the clocks of clusters. */
import { type LabFault, toggle } from '../../faults.ts';
import { createAuthority } from '../../pki/authority.ts';
import type { MeshMember } from '../member.ts';
import { ISTIO_NAMESPACE } from '../namespaces.ts';
import { READER_GROUPS, READER_USER, remoteKubeconfig, remoteSecretName } from '../remote-secrets.ts';
import { changingOne, withTexts } from './changes.ts';

const GROUP = 'Links';
const DAY_MS = 86_400_000;
const SKEW_MS = 300_000;

/** Of the remote secret for `there` in `here`. */
export function remoteFaults(here: MeshMember, there: MeshMember, now: () => number): LabFault[] {
  const text = {
    id: `remote-secret-wrong-ca-${here.name}-${there.name}`,
    title: `Put another CA into the remote secret for ${there.name} in ${here.name}`,
    explain: `istiod of ${here.name} does not trust the API server of ${there.name} any more.`,
    group: GROUP,
  };
  const change = (): ReturnType<typeof withTexts> => {
    const { certificatePem } = createAuthority({
      commonName: 'another-kube-ca',
      notBefore: now() - DAY_MS,
      notAfter: now() + 365 * DAY_MS,
    });
    const way = { name: there.name, server: there.server, caPem: certificatePem, token: there.readerToken };
    return withTexts({ [there.name]: remoteKubeconfig(way) });
  };
  return [
    changingOne(text, here, () => [{ kind: 'Secret', namespace: ISTIO_NAMESPACE, name: remoteSecretName(there.name), change: change() }]),
  ];
}

/** Of one cluster: the token that the others come in with, and its clock. */
export function memberFaults({ name, api, readerToken, skew }: MeshMember): LabFault[] {
  return [
    toggle(
      {
        id: `reader-token-revoked-${name}`,
        title: `Revoke the token that others have for ${name}`,
        explain: `${name} answers 401 to the kubeconfig in every remote secret for it.`,
        group: GROUP,
      },
      () => api.faults.tokenExpired(READER_USER),
      () => void api.addUser(READER_USER, { token: readerToken, groups: READER_GROUPS }),
    ),
    toggle(
      {
        id: `clock-skew-${name}`,
        title: `Set the clock of ${name} ahead by five minutes`,
        explain: 'Its nodes renew their Leases in the future, and its certificates are not valid yet elsewhere.',
        group: 'Time',
      },
      () => {
        skew.ms = SKEW_MS;
      },
      () => {
        skew.ms = 0;
      },
    ),
  ];
}
