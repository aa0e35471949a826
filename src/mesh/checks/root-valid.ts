import { formatDuration } from '../../core/duration.ts';
import type { MeshCheck } from '../finding.ts';
import { showRoots } from '../kubectl.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { activeRoots } from '../trust.ts';
import { listNames, shownCertificate, utc } from '../wording.ts';

export const rootValid: MeshCheck = {
  scope: 'mesh',
  id: 'root-valid',
  title: 'The root is still valid',
  inputs: ['cacerts'],
  atLeast: 1,
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present'],
  severity: 'page',
  // An end does not come and go.
  visibleAfter: 0,
  codes: ['root-expired'],
  evaluate(clusters, _snapshot, now) {
    return activeRoots(clusters)
      .filter(({ root }) => now > root.notAfter)
      .map(({ root, clusters: signing }) => ({
        code: 'root-expired',
        severity: 'page',
        subject: MESH_SUBJECT,
        title: `The root expired ${formatDuration(now - root.notAfter)} ago`,
        facts: [
          `${shownCertificate(root)} ended at ${utc(root.notAfter)}.`,
          `Under it sign ${listNames(signing.map(({ name }) => name))}.`,
        ],
        hint: 'No workload trusts another any more: put a new root into every cluster, and restart istiod and workloads.',
        commands: signing.slice(0, 1).map(showRoots),
      }));
  },
};
