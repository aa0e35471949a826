import { DAY, formatDuration } from '../../core/duration.ts';
import type { ClusterCheck, Severity } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import type { ApiFacts } from '../model.ts';
import { clusterSubject } from '../subject.ts';
import { utc } from '../wording.ts';

/** Distributions that renew it do so months before, at a restart; whoever renews it by hand needs a planned day. */
const TICKET_BELOW = 14 * DAY;
/** From here on nobody can wait for the morning after a weekend. */
const PAGE_BELOW = 2 * DAY;

export const apiCertificate: ClusterCheck = {
  scope: 'cluster',
  id: 'api-certificate',
  title: "The API server's certificate has life left",
  inputs: ['api'],
  dependsOn: ['cluster-reachable'],
  severity: 'page',
  // An end does not come and go.
  visibleAfter: 0,
  codes: ['api-certificate-expiring'],
  evaluate({ identity, api }, _snapshot, now) {
    const certificate = api.ok ? api.value.certificate : undefined;
    const severity = certificate && severityOf(certificate, now);
    if (certificate === undefined || severity === undefined) return [];
    const { notAfter } = certificate;
    const left = formatDuration(notAfter - now);
    return [
      {
        code: 'api-certificate-expiring',
        severity,
        subject: clusterSubject(identity.name),
        title: `The certificate of the API server of ${identity.name} ${notAfter <= now ? `ended ${left} ago` : `ends in ${left}`}`,
        facts: [
          `It was presented with an end at ${utc(notAfter)}.`,
          'After that nobody reaches this API server: neither istiod of other clusters, nor kubectl, nor meshwarden.',
        ],
        hint: 'Renew it as the distribution does it: k3s at its next restart, kubeadm with `kubeadm certs renew apiserver` and a restart.',
        commands: [kubectl(identity, 'config view --minify')],
        until: notAfter,
      },
    ];
  },
};

/** One of a short life is renewed later in days, and earlier than at its very end. */
function severityOf({ notBefore, notAfter }: NonNullable<ApiFacts['certificate']>, now: number): Severity | undefined {
  const life = notAfter - notBefore;
  const left = notAfter - now;
  if (left < Math.min(PAGE_BELOW, life / 12)) return 'page';
  return left < Math.min(TICKET_BELOW, life / 6) ? 'ticket' : undefined;
}
