import { remoteSecretToken } from '../../../src/mesh/checks/remote-secret-token.ts';
import type { RemoteCluster } from '../../../src/mesh/model.ts';
import { DAY, NOW } from '../authority.ts';
import { type Change, part, remoteSecret } from '../build.ts';
import { grid } from '../grid.ts';

function token(changes: Partial<RemoteCluster>): Change {
  return part('b', 'remoteSecrets', () => [remoteSecret('a', changes)]);
}

grid(remoteSecretToken, [
  { name: 'is silent with a week left', changes: [token({ tokenExpires: NOW + 7 * DAY })], finds: [] },
  {
    name: 'finds less than a week left',
    changes: [token({ tokenExpires: NOW + 7 * DAY - 1 })],
    finds: [['remote-secret-token-expires-soon', 'ticket', 'link b b→a']],
  },
  {
    name: 'wakes somebody with less than a day left',
    changes: [token({ tokenExpires: NOW + DAY - 1 })],
    finds: [['remote-secret-token-expires-soon', 'page', 'link b b→a']],
  },
  {
    name: 'finds one that is over',
    changes: [token({ tokenExpires: NOW })],
    finds: [['remote-secret-token-expired', 'page', 'link b b→a']],
  },
  { name: 'finds one without a token', changes: [token({ hasToken: false })], finds: [['remote-secret-no-token', 'page', 'link b b→a']] },
  { name: 'leaves what is no kubeconfig to others', changes: [token({ hasToken: false, faults: ['it is no kubeconfig'] })], finds: [] },
]);
