import { formatDuration, formatRelative, HOUR } from '../../core/duration.ts';
import { describeCertificate, intermediateOf, objectName } from '../authority.ts';
import type { ClusterCheck } from '../finding.ts';
import { overdueFrom } from '../renewal-window.ts';
import { clusterSubject } from '../subject.ts';
import { utc } from '../wording.ts';

/** As long as the configuration gives a renewal by default before it counts as overdue: one that fails is tried again after an hour, then two. */
const MARGIN = 6 * HOUR;

export const renewalOverdue: ClusterCheck = {
  scope: 'cluster',
  id: 'renewal-overdue',
  title: 'The intermediate is renewed in time',
  inputs: ['authority'],
  dependsOn: [
    'cluster-reachable',
    'cert-manager-installed',
    'cert-manager-available',
    'issuer-ready',
    'intermediate-issuance',
    'intermediate-expiry',
    'intermediate-ready',
  ],
  severity: 'ticket',
  // The margin is its patience.
  visibleAfter: 0,
  codes: ['intermediate-renewal-overdue'],
  evaluate({ identity: { name } }, snapshot, now) {
    const certificate = intermediateOf(snapshot, name)?.certificate;
    const renewalTime = certificate?.renewalTime;
    if (certificate === null || certificate === undefined || renewalTime === undefined) return [];
    const { notAfter } = certificate;
    if (now <= overdueFrom({ renewalTime, notAfter }, MARGIN)) return [];
    return [
      {
        code: 'intermediate-renewal-overdue',
        severity: 'ticket',
        subject: clusterSubject(name),
        title: `The renewal of the intermediate of ${name} is overdue by ${formatDuration(now - renewalTime)}`,
        facts: [
          `cert-manager was to renew ${objectName(certificate)} at ${utc(renewalTime)}.`,
          ...(notAfter === undefined ? [] : [`What it issued last ends at ${utc(notAfter)} (${formatRelative(notAfter, now)}).`]),
        ],
        hint: 'cert-manager says nothing is wrong: read the log of its controller, and force a renewal.',
        commands: [describeCertificate(snapshot, certificate)],
      },
    ];
  },
};
