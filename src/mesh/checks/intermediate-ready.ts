import { MINUTE } from '../../core/duration.ts';
import { describeCertificate, inSigner, intermediateOf, objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import type { Snapshot } from '../model.ts';
import { notReady } from '../readiness.ts';
import { clusterSubject } from '../subject.ts';

export const intermediateReady: ClusterCheck = {
  scope: 'cluster',
  id: 'intermediate-ready',
  title: 'cert-manager keeps the intermediate',
  inputs: ['authority'],
  dependsOn: [
    'cluster-reachable',
    'cert-manager-installed',
    'cert-manager-available',
    'issuer-ready',
    'intermediate-valid',
    'intermediate-issuance',
  ],
  severity: 'ticket',
  // A first issuance takes seconds, a retry after a conflict a minute.
  visibleAfter: 5 * MINUTE,
  codes: ['intermediate-missing', 'intermediate-not-ready'],
  evaluate({ identity: { name } }, snapshot) {
    const intermediate = intermediateOf(snapshot, name);
    if (intermediate === undefined) return [];
    const { certificate } = intermediate;
    if (certificate === null) return [missing(name, snapshot)];
    const why = notReady(certificate);
    if (why === undefined) return [];
    return [
      {
        code: 'intermediate-not-ready',
        severity: 'ticket',
        subject: clusterSubject(name),
        title: `The Certificate of the intermediate of ${name} is not ready`,
        facts: [`${objectName(certificate)}: ${why}`],
        hint: 'Look at its events and at its latest CertificateRequest; what the cluster signs with now is not touched.',
        commands: [describeCertificate(snapshot, certificate), inSigner(snapshot, `-n ${certificate.namespace} get certificaterequests`)],
      },
    ];
  },
};

function missing(name: string, snapshot: Snapshot): Finding {
  return {
    code: 'intermediate-missing',
    severity: 'ticket',
    subject: clusterSubject(name),
    title: `There is no Certificate for the intermediate of ${name}`,
    facts: [`Nothing renews what istiod of ${name} signs with.`],
    hint: 'Create it in the signer cluster, or correct authority.intermediates in the configuration.',
    commands: [inSigner(snapshot, 'get certificates -A')],
  };
}
