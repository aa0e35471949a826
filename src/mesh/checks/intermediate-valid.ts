import { formatDuration } from '../../core/duration.ts';
import type { ClusterCheck } from '../finding.ts';
import { showSigning } from '../kubectl.ts';
import { clusterSubject } from '../subject.ts';
import { belowRoot } from '../trust.ts';
import { shownCertificate, utc } from '../wording.ts';

export const intermediateValid: ClusterCheck = {
  scope: 'cluster',
  id: 'intermediate-valid',
  title: 'What istiod signs with is still valid',
  inputs: ['cacerts'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present'],
  severity: 'page',
  // An end does not come and go.
  visibleAfter: 0,
  codes: ['intermediate-expired'],
  evaluate({ identity, cacerts }, _snapshot, now) {
    const over = belowRoot(cacerts).find(({ notAfter }) => now > notAfter);
    if (over === undefined) return [];
    return [
      {
        code: 'intermediate-expired',
        severity: 'page',
        subject: clusterSubject(identity.name),
        title: `The intermediate of ${identity.name} expired ${formatDuration(now - over.notAfter)} ago`,
        facts: [`${shownCertificate(over)} in cacerts ended at ${utc(over.notAfter)}.`],
        hint: 'istiod signs nothing that verifies: renew the intermediate and publish it now, then look at istiod.',
        commands: [showSigning(identity)],
      },
    ];
  },
};
