import { DAY, formatDuration } from '../../core/duration.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { ClusterCheck, Severity } from '../finding.ts';
import { showSigning } from '../kubectl.ts';
import { clusterSubject } from '../subject.ts';
import { belowRoot } from '../trust.ts';
import { shownCertificate, utc } from '../wording.ts';

/** From here on nobody can wait for the morning after a weekend. */
const PAGE_BELOW = 2 * DAY;

export const intermediateExpiry: ClusterCheck = {
  scope: 'cluster',
  id: 'intermediate-expiry',
  title: 'What istiod signs with has life left',
  inputs: ['cacerts'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present', 'intermediate-valid'],
  severity: 'page',
  // An end does not come and go.
  visibleAfter: 0,
  codes: ['intermediate-expires-soon'],
  evaluate({ identity, cacerts }, _snapshot, now) {
    const [first] = belowRoot(cacerts).toSorted((a, b) => a.notAfter - b.notAfter);
    const severity = first && severityOf(first, now);
    if (first === undefined || severity === undefined) return [];
    return [
      {
        code: 'intermediate-expires-soon',
        severity,
        subject: clusterSubject(identity.name),
        title: `The intermediate of ${identity.name} ends in ${formatDuration(first.notAfter - now)}`,
        facts: [`${shownCertificate(first)} in cacerts ends at ${utc(first.notAfter)}.`],
        hint: 'Renew the intermediate and publish it; if it was renewed already, cacerts still holds the old one.',
        commands: [showSigning(identity)],
        until: first.notAfter,
      },
    ];
  },
};

/** At a third of its life it is renewed; what has a sixth left was forgotten. Short lives shorten the last step too. */
function severityOf({ notBefore, notAfter }: Certificate, now: number): Severity | undefined {
  const life = notAfter - notBefore;
  const left = notAfter - now;
  if (left < Math.min(PAGE_BELOW, life / 12)) return 'page';
  return left < life / 6 ? 'ticket' : undefined;
}
