import { remoteSecretPresent } from '../../../src/mesh/checks/remote-secret-present.ts';
import type { RemoteSecret } from '../../../src/mesh/model.ts';
import { type Change, kubeconfigAlone, mesh, part, remoteCluster, remoteSecret } from '../build.ts';
import { grid } from '../grid.ts';

function has(...secrets: readonly RemoteSecret[]): Change {
  return part('b', 'remoteSecrets', () => secrets);
}

grid(remoteSecretPresent, [
  { name: 'finds a cluster that it has none for', changes: [has()], finds: [['remote-secret-missing', 'page', 'link b b→a']] },
  {
    name: 'finds each of several',
    mesh: mesh('a', 'b', 'c'),
    changes: [has()],
    finds: [
      ['remote-secret-missing', 'page', 'link b b→a'],
      ['remote-secret-missing', 'page', 'link b b→c'],
    ],
  },
  {
    name: 'finds one that is filed under another name',
    changes: [has({ ...remoteSecret('a-old'), clusterAnnotation: 'a' })],
    finds: [['remote-secret-misnamed', 'page', 'link b b→a']],
  },
  {
    name: 'is silent about two clusters in one Secret',
    mesh: mesh('a', 'b', 'c'),
    changes: [has({ ...remoteSecret('a'), clusters: [remoteCluster('a'), remoteCluster('c')] })],
    finds: [],
  },
  { name: 'is silent where names may be anything', changes: [kubeconfigAlone, has()], finds: [] },
  { name: 'is silent about a mesh of one cluster', mesh: mesh('a'), finds: [] },
]);
