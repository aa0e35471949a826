import { MINUTE } from '../../core/duration.ts';
import { authorityOf, inSigner, signerName } from '../authority.ts';
import type { MeshCheck } from '../finding.ts';
import { MESH_SUBJECT } from '../subject.ts';

export const certManagerInstalled: MeshCheck = {
  scope: 'mesh',
  id: 'cert-manager-installed',
  title: 'cert-manager is installed in the signer cluster',
  inputs: ['authority'],
  atLeast: 0,
  dependsOn: ['cluster-reachable'],
  severity: 'ticket',
  // Definitions are gone for a moment while it is installed anew.
  visibleAfter: 5 * MINUTE,
  codes: ['cert-manager-missing'],
  evaluate(_clusters, snapshot) {
    if (authorityOf(snapshot)?.installed !== false) return [];
    return [
      {
        code: 'cert-manager-missing',
        severity: 'ticket',
        subject: MESH_SUBJECT,
        title: `No cert-manager in ${signerName(snapshot)}`,
        facts: ['Its API server knows no group cert-manager.io: there are no Certificates, and nothing is renewed.'],
        hint: 'Install cert-manager there, or give the role signer to the cluster that has it.',
        commands: [inSigner(snapshot, 'get crd certificates.cert-manager.io')],
      },
    ];
  },
};
