import { cacertsPresent } from '../../../src/mesh/checks/cacerts-present.ts';
import { kubeconfigAlone, mesh, part } from '../build.ts';
import { grid } from '../grid.ts';

grid(cacertsPresent, [
  { name: 'finds a cluster without it', changes: [part('b', 'cacerts', () => null)], finds: [['cacerts-missing', 'page', 'cluster b']] },
  {
    name: 'is worth knowing in a cluster of its own',
    mesh: mesh('a'),
    changes: [kubeconfigAlone, part('a', 'cacerts', () => null)],
    finds: [['cacerts-missing', 'info', 'cluster a']],
  },
  {
    name: 'is a problem in one cluster of a configured mesh',
    mesh: mesh('a'),
    changes: [part('a', 'cacerts', () => null)],
    finds: [['cacerts-missing', 'page', 'cluster a']],
  },
  {
    name: 'is a problem in one of several clusters of a kubeconfig',
    changes: [kubeconfigAlone, part('b', 'cacerts', () => null)],
    finds: [['cacerts-missing', 'page', 'cluster b']],
  },
]);
