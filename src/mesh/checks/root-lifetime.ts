import { formatDuration } from '../../core/duration.ts';
import type { MeshCheck } from '../finding.ts';
import { showRoots } from '../kubectl.ts';
import { type RootPlan, rootPlans, rootSeverity } from '../root-plan.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { listNames, shownCertificate, utc } from '../wording.ts';

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
    return rootPlans(clusters).flatMap((plan) => {
      const severity = rootSeverity(plan, now);
      if (severity === undefined) return [];
      const { root, clusters: signing, intermediateLife } = plan;
      return [
        {
          code: 'root-expires-soon',
          severity,
          subject: MESH_SUBJECT,
          title: titleOf(plan, now),
          facts: [
            `${shownCertificate(root)} ends at ${utc(root.notAfter)}; an intermediate under it lives ${formatDuration(intermediateLife)}.`,
            `Under it sign ${listNames(signing.map(({ name }) => name))}.`,
          ],
          hint: 'Begin the rotation to a new root; it takes days, and every intermediate must follow.',
          commands: signing.slice(0, 1).map(showRoots),
          until: root.notAfter,
        },
      ];
    });
  },
};

function titleOf({ root, rotateBy }: RootPlan, now: number): string {
  if (now <= rotateBy) return `The root has less life than two intermediates: rotate by ${utc(rotateBy)}`;
  return `The root ends in ${formatDuration(root.notAfter - now)}, before the next intermediate would`;
}
