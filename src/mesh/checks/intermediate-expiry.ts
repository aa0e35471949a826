import { DAY, formatDuration } from '../../core/duration.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { ClusterCheck, Finding, Severity } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import { istioNamespace } from '../networks.ts';
import { clusterSubject } from '../subject.ts';
import { shownCertificate, utc } from '../wording.ts';

/** From here on nobody can wait for the morning after a weekend. */
const PAGE_BELOW = 2 * DAY;

export const intermediateExpiry: ClusterCheck = {
  scope: 'cluster',
  id: 'intermediate-expiry',
  title: 'What istiod signs with has life left',
  inputs: ['cacerts'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present'],
  // An end does not come and go.
  visibleAfter: 0,
  codes: ['intermediate-expired', 'intermediate-expires-soon'],
  evaluate({ identity, cacerts }, _snapshot, now): readonly Finding[] {
    const signing = cacerts.ok ? cacerts.value?.signing[0] : undefined;
    const severity = signing && severityOf(signing, now);
    if (signing === undefined || severity === undefined) return [];
    const { name } = identity;
    const left = formatDuration(signing.notAfter - now);
    const over = now > signing.notAfter;
    return [
      {
        code: over ? 'intermediate-expired' : 'intermediate-expires-soon',
        severity,
        subject: clusterSubject(name),
        title: over ? `The intermediate of ${name} expired ${left} ago` : `The intermediate of ${name} ends in ${left}`,
        facts: [`${shownCertificate(signing)} in cacerts ${over ? 'ended' : 'ends'} at ${utc(signing.notAfter)}.`],
        hint: over
          ? 'istiod signs nothing that verifies: renew the intermediate and publish it now, then look at istiod.'
          : 'Renew the intermediate and publish it; if it was renewed already, cacerts still holds the old one.',
        commands: [
          kubectl(
            identity,
            `-n ${istioNamespace(identity)} get secret cacerts -o jsonpath='{.data.ca-cert\\.pem}' | base64 -d | openssl x509 -noout -dates`,
          ),
        ],
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
