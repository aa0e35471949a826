import { DAY, formatDuration } from '../../core/duration.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { MeshCheck, Severity } from '../finding.ts';
import { showRoots } from '../kubectl.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { activeRoots } from '../trust.ts';
import { listNames, shownCertificate, utc } from '../wording.ts';

/** A rotation of the root waits for the life of every workload certificate twice, and for people in between. */
const PAGE_BELOW = 7 * DAY;
/** The life of an intermediate, which must end before its root does. */
const TICKET_BELOW = 180 * DAY;

export const rootLifetime: MeshCheck = {
  scope: 'mesh',
  id: 'root-lifetime',
  title: 'The root has life left',
  inputs: ['cacerts'],
  atLeast: 1,
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present', 'root-valid'],
  severity: 'page',
  // An end does not come and go.
  visibleAfter: 0,
  codes: ['root-expires-soon'],
  evaluate(clusters, _snapshot, now) {
    return activeRoots(clusters).flatMap(({ root, clusters: signing }) => {
      const severity = severityOf(root, now);
      if (severity === undefined) return [];
      return [
        {
          code: 'root-expires-soon',
          severity,
          subject: MESH_SUBJECT,
          title: `The root ends in ${formatDuration(root.notAfter - now)}`,
          facts: [
            `${shownCertificate(root)} ends at ${utc(root.notAfter)}.`,
            `Under it sign ${listNames(signing.map(({ name }) => name))}.`,
          ],
          hint: 'Begin the rotation to a new root; it takes days, and every intermediate must follow.',
          commands: signing.slice(0, 1).map(showRoots),
        },
      ];
    });
  },
};

function severityOf({ notBefore, notAfter }: Certificate, now: number): Severity | undefined {
  const life = notAfter - notBefore;
  const left = notAfter - now;
  if (left < Math.min(PAGE_BELOW, life / 4)) return 'page';
  return left < Math.min(TICKET_BELOW, life / 3) ? 'ticket' : undefined;
}
