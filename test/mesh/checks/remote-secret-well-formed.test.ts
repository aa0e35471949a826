import { remoteSecretWellFormed } from '../../../src/mesh/checks/remote-secret-well-formed.ts';
import type { RemoteSecret } from '../../../src/mesh/model.ts';
import { type Change, kubeconfigAlone, part, remoteSecret } from '../build.ts';
import { grid } from '../grid.ts';

const AT = 'object b istio-system/istio-remote-secret-';

function has(...secrets: readonly RemoteSecret[]): Change {
  return part('b', 'remoteSecrets', () => secrets);
}

grid(remoteSecretWellFormed, [
  {
    name: 'finds one that istiod refuses',
    changes: [has(remoteSecret('a', { faults: ['exec is not allowed by istiod'] }))],
    finds: [['remote-secret-malformed', 'page', 'link b b→a']],
  },
  {
    name: 'finds one without a server',
    changes: [has(remoteSecret('a', { server: undefined }))],
    finds: [['remote-secret-malformed', 'page', 'link b b→a']],
  },
  {
    name: 'finds one that checks nobody',
    changes: [has(remoteSecret('a', { insecure: true }))],
    finds: [['remote-secret-insecure', 'ticket', 'link b b→a']],
  },
  {
    name: 'finds two for one cluster',
    changes: [has(remoteSecret('a'), { ...remoteSecret('a'), name: 'second' })],
    finds: [['remote-secret-duplicate', 'ticket', 'object b istio-system/second']],
  },
  {
    name: 'notes one for itself',
    changes: [has(remoteSecret('a'), remoteSecret('b'))],
    finds: [['remote-secret-of-itself', 'info', `${AT}b`]],
  },
  {
    name: 'notes an annotation that says something else',
    changes: [has({ ...remoteSecret('a'), clusterAnnotation: 'c' })],
    finds: [['remote-secret-annotation-differs', 'info', `${AT}a`]],
  },
  {
    name: 'is silent about a Secret without the annotation',
    changes: [has({ ...remoteSecret('a'), clusterAnnotation: undefined })],
    finds: [],
  },
  { name: 'leaves a wrong data key to others', changes: [has({ ...remoteSecret('a-old'), clusterAnnotation: 'a' })], finds: [] },
  {
    name: 'is silent about names where they may be anything',
    changes: [kubeconfigAlone, has(remoteSecret('b'), { ...remoteSecret('a'), clusterAnnotation: 'c' })],
    finds: [],
  },
]);
