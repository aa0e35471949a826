import type { Finding, MeshCheck } from '../finding.ts';
import { showSigning } from '../kubectl.ts';
import type { ClusterSnapshot } from '../model.ts';
import { MESH_SUBJECT } from '../subject.ts';
import { listNames, shortFingerprint } from '../wording.ts';

export const oneKeyPerCluster: MeshCheck = {
  scope: 'mesh',
  id: 'one-key-per-cluster',
  title: 'Every cluster signs with a key of its own',
  inputs: ['cacerts'],
  atLeast: 2,
  dependsOn: ['cluster-reachable', 'istiod-installed', 'cacerts-present'],
  severity: 'page',
  // A key that was in two clusters stays one that was.
  visibleAfter: 0,
  codes: ['key-shared'],
  evaluate(clusters) {
    const keys = clusters.flatMap((cluster) => keyOf(cluster).map((key) => ({ key, cluster })));
    const groups = Map.groupBy(keys, ({ key }) => key);
    return [...groups].flatMap(([key, group]): readonly Finding[] => {
      const identities = group.map(({ cluster }) => cluster.identity);
      if (identities.length < 2) return [];
      const names = listNames(identities.map(({ name }) => name));
      return [
        {
          code: 'key-shared',
          severity: 'page',
          subject: MESH_SUBJECT,
          title: `${names} sign with the same key`,
          facts: [`The public half of the key has the fingerprint ${shortFingerprint(key)} in each of them.`],
          hint: 'Whoever takes one of them can mint identities of the others: issue an intermediate with a new key for each.',
          commands: identities.slice(0, 3).map(showSigning),
        },
      ];
    });
  },
};

function keyOf({ cacerts }: ClusterSnapshot): readonly string[] {
  const facts = cacerts.ok ? cacerts.value : null;
  const key = facts?.key?.publicKeyFingerprint ?? facts?.signing[0]?.publicKeyFingerprint;
  return key === undefined ? [] : [key];
}
