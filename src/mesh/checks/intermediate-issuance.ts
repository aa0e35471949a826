import { describeCertificate, inSigner, intermediateOf, objectName } from '../authority.ts';
import type { ClusterCheck } from '../finding.ts';
import { issuanceFailure } from '../readiness.ts';
import { clusterSubject } from '../subject.ts';

export const intermediateIssuance: ClusterCheck = {
  scope: 'cluster',
  id: 'intermediate-issuance',
  title: 'The intermediate can be issued',
  inputs: ['authority'],
  dependsOn: ['cluster-reachable', 'cert-manager-installed', 'cert-manager-available', 'issuer-ready'],
  severity: 'ticket',
  // cert-manager itself waits an hour before it tries again: nothing mends itself before.
  visibleAfter: 0,
  codes: ['intermediate-issuance-failing'],
  evaluate({ identity: { name } }, snapshot, now) {
    const certificate = intermediateOf(snapshot, name)?.certificate;
    if (certificate === null || certificate === undefined) return [];
    const failure = issuanceFailure(certificate, now);
    if (failure === undefined) return [];
    return [
      {
        code: 'intermediate-issuance-failing',
        severity: 'ticket',
        subject: clusterSubject(name),
        title: `The intermediate of ${name} cannot be issued`,
        facts: [`${objectName(certificate)}: ${failure[0] ?? ''}`, ...failure.slice(1)],
        hint: 'Mend what the request says, then force a renewal: cert-manager does not notice the repair before its wait is over.',
        commands: [
          describeCertificate(snapshot, certificate),
          inSigner(snapshot, `-n ${certificate.namespace} describe certificaterequests`),
        ],
      },
    ];
  },
};
