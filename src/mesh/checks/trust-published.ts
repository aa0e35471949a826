import { MINUTE } from '../../core/duration.ts';
import { bundleDifference } from '../../pki/bundle.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity, PublishedBundle, TrustFacts } from '../model.ts';
import { istioNamespace } from '../networks.ts';
import { objectSubject } from '../subject.ts';
import { limitFacts, shownCertificate } from '../wording.ts';

const NAME = 'istio-ca-root-cert';

export const trustPublished: ClusterCheck = {
  scope: 'cluster',
  id: 'trust-published',
  title: 'istiod publishes the roots of cacerts',
  inputs: ['cacerts', 'trust'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present', 'cacerts-consistent', 'istiod-available'],
  severity: 'ticket',
  // kubelet shows istiod a changed Secret within three minutes.
  visibleAfter: 5 * MINUTE,
  codes: ['trust-bundle-missing', 'trust-bundle-unreadable', 'trust-bundle-differs'],
  evaluate({ identity, cacerts, trust }) {
    if (!trust.ok || !cacerts.ok) return [];
    const gaps = missing(identity, trust.value);
    const bundles = [trust.value.system, trust.value.application].filter((bundle) => bundle !== null);
    // Without cacerts nothing says what should be there but that it is the same everywhere.
    const wanted = cacerts.value?.roots ?? trust.value.system?.certificates;
    return [...gaps, ...bundles.flatMap((bundle) => judge(identity, bundle, wanted))];
  },
};

function missing(identity: ClusterIdentity, { system, missingIn }: TrustFacts): readonly Finding[] {
  const namespaces = [...(system === null ? [istioNamespace(identity)] : []), ...(missingIn === undefined ? [] : [missingIn])];
  return namespaces.map((namespace) => ({
    code: 'trust-bundle-missing',
    severity: 'ticket',
    subject: objectSubject(identity.name, `${namespace}/${NAME}`),
    title: `No trust bundle in namespace ${namespace} of ${identity.name}`,
    facts: [`There is no ConfigMap ${NAME}: new pods of this namespace do not start.`],
    hint: 'istiod writes it within moments; look at its log, and whether discoverySelectors leave this namespace out.',
    commands: [kubectl(identity, `-n ${namespace} get configmap ${NAME}`)],
  }));
}

function judge(identity: ClusterIdentity, bundle: PublishedBundle, wanted: readonly Certificate[] | undefined): readonly Finding[] {
  const { namespace, certificates, faults } = bundle;
  const common = {
    severity: 'ticket',
    subject: objectSubject(identity.name, `${namespace}/${NAME}`),
    commands: [kubectl(identity, `-n ${namespace} get configmap ${NAME} -o jsonpath='{.data}'`)],
  } as const;
  if (faults.length > 0) {
    return [
      {
        ...common,
        code: 'trust-bundle-unreadable',
        title: `The trust bundle in namespace ${namespace} of ${identity.name} cannot be read`,
        facts: limitFacts(faults),
        hint: 'Delete the ConfigMap: istiod writes it again at once. If it comes back so, root-cert.pem in cacerts is the cause.',
      },
    ];
  }
  const lacking = bundleDifference(wanted ?? [], certificates);
  const extra = wanted === undefined ? [] : bundleDifference(certificates, wanted);
  if (lacking.length + extra.length === 0) return [];
  return [
    {
      ...common,
      code: 'trust-bundle-differs',
      title: `The trust bundle in namespace ${namespace} of ${identity.name} is not that of cacerts`,
      facts: limitFacts([
        ...lacking.map((root) => `It lacks ${shownCertificate(root)}.`),
        ...extra.map((root) => `It still holds ${shownCertificate(root)}.`),
      ]),
      hint: 'istiod refused the change of roots or was not restarted since: look for "root" in its log before you restart it.',
    },
  ];
}
