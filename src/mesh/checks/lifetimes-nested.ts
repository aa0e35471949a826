import { DAY, formatDuration } from '../../core/duration.ts';
import { outlivingLinks } from '../../pki/verify.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { showSigning } from '../kubectl.ts';
import { clusterSubject } from '../subject.ts';
import { lastingPath } from '../trust.ts';
import { limitFacts, shownCertificate, utc } from '../wording.ts';

/** What is renewed in this time before the root's end must be signed by the next root. */
const MARGIN = 30 * DAY;

export const lifetimesNested: ClusterCheck = {
  scope: 'cluster',
  id: 'lifetimes-nested',
  title: 'The intermediate ends before its root',
  inputs: ['cacerts'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present', 'cacerts-consistent', 'intermediate-valid', 'root-lifetime'],
  severity: 'ticket',
  // Dates in a certificate do not pass.
  visibleAfter: 0,
  codes: ['intermediate-outlives-root', 'intermediate-near-root-end'],
  evaluate({ identity, cacerts }): readonly Finding[] {
    const path = lastingPath({ cacerts });
    const [signing] = path;
    const root = path.at(-1);
    if (signing === undefined || root === undefined || signing === root) return [];
    const { name } = identity;
    const common = {
      subject: clusterSubject(name),
      commands: [showSigning(identity)],
    };
    const outliving = outlivingLinks(path);
    if (outliving.length > 0) {
      return [
        {
          ...common,
          code: 'intermediate-outlives-root',
          severity: 'ticket',
          title: `The intermediate of ${name} lives longer than its issuer`,
          facts: limitFacts(
            outliving.map(
              ({ certificate, issuer }) =>
                `${shownCertificate(certificate)} ends at ${utc(certificate.notAfter)}, its issuer ${shownCertificate(issuer)} at ${utc(issuer.notAfter)}.`,
            ),
          ),
          hint: 'Trust ends with the root, whatever the intermediate says: rotate to a root that lives ten years.',
        },
      ];
    }
    const gap = root.notAfter - signing.notAfter;
    if (gap >= MARGIN) return [];
    return [
      {
        ...common,
        code: 'intermediate-near-root-end',
        severity: 'info',
        title: `The intermediate of ${name} ends only ${formatDuration(gap)} before its root`,
        facts: [`The root ${shownCertificate(root)} ends at ${utc(root.notAfter)}.`],
        hint: 'The next intermediate would live longer than the root: begin the rotation of the root before this one is renewed.',
      },
    ];
  },
};
