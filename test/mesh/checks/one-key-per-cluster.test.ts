import { oneKeyPerCluster } from '../../../src/mesh/checks/one-key-per-cluster.ts';
import { cacertsFacts, signingOf } from '../authority.ts';
import { part } from '../build.ts';
import { grid } from '../grid.ts';

grid(oneKeyPerCluster, [
  {
    name: 'finds one certificate in two clusters',
    changes: [part('b', 'cacerts', () => cacertsFacts(signingOf('a')))],
    finds: [['key-shared', 'page', 'mesh mesh']],
  },
  {
    name: 'finds one private key beside two certificates',
    changes: [part('b', 'cacerts', () => cacertsFacts(signingOf('b'), { 'ca-key.pem': signingOf('a').keyPem }))],
    finds: [['key-shared', 'page', 'mesh mesh']],
  },
  { name: 'is silent about clusters without a key', changes: ['a', 'b'].map((name) => part(name, 'cacerts', () => null)), finds: [] },
]);
