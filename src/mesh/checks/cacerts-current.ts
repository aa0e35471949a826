import { HOUR } from '../../core/duration.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { objectName, sourceOf } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { showSigning } from '../kubectl.ts';
import { istioNamespace } from '../networks.ts';
import { objectSubject } from '../subject.ts';
import { shownCertificate, utc } from '../wording.ts';

export const cacertsCurrent: ClusterCheck = {
  scope: 'cluster',
  id: 'cacerts-current',
  title: 'cacerts holds what cert-manager issued last',
  inputs: ['cacerts', 'source'],
  dependsOn: [
    'cluster-reachable',
    'istiod-installed',
    'cacerts-present',
    'cert-manager-installed',
    'issuer-ready',
    'intermediate-valid',
    'cacerts-consistent',
    'trust-roots-shared',
    'intermediate-signed-by-root',
  ],
  severity: 'ticket',
  // What is fresh is published only once it is valid for every clock, and then one cluster at a time.
  visibleAfter: HOUR,
  codes: ['cacerts-outdated', 'cacerts-foreign'],
  evaluate({ identity, cacerts }, snapshot): readonly Finding[] {
    const source = sourceOf(snapshot, identity.name);
    const signing = cacerts.ok ? cacerts.value?.signing[0] : undefined;
    const issued = source?.chain[0];
    if (source === null || source === undefined || signing === undefined || issued === undefined) return [];
    if (signing.fingerprint === issued.fingerprint) return [];
    const { name } = identity;
    const common = {
      severity: 'ticket',
      subject: objectSubject(name, `${istioNamespace(identity)}/cacerts`),
      facts: [
        `cacerts holds ${shownCertificate(signing)}, issued at ${utc(signing.notBefore)}, good until ${utc(signing.notAfter)}.`,
        `${objectName(source)} holds ${shownCertificate(issued)}, issued at ${utc(issued.notBefore)}.`,
      ],
      commands: [showSigning(identity)],
    } as const;
    return isOlder(signing, issued)
      ? [
          {
            ...common,
            code: 'cacerts-outdated',
            title: `${name} still signs with an older intermediate than cert-manager issued`,
            hint: 'Publish the new one; workloads keep their certificates and renew within a day.',
          },
        ]
      : [
          {
            ...common,
            code: 'cacerts-foreign',
            title: `cacerts of ${name} holds a certificate that does not come from its source`,
            hint: 'Find out who wrote it. If it is not wanted, publish the one that cert-manager keeps.',
          },
        ];
  },
};

/** An earlier generation of the same thing. */
function isOlder(signing: Certificate, issued: Certificate): boolean {
  return signing.subjectDer === issued.subjectDer && signing.issuerDer === issued.issuerDer && signing.notBefore <= issued.notBefore;
}
