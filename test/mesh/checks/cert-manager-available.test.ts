import { certManagerAvailable } from '../../../src/mesh/checks/cert-manager-available.ts';
import { inAuthority } from '../build.ts';
import { grid } from '../grid.ts';

grid(certManagerAvailable, [
  {
    name: 'finds that nothing of it runs',
    changes: [inAuthority(() => ({ deployments: [] }))],
    finds: [['cert-manager-not-found', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds the parts that are down',
    changes: [inAuthority(({ deployments }) => ({ deployments: deployments.map((one) => ({ ...one, available: 0 })) }))],
    finds: [['cert-manager-unavailable', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds one part that is down',
    changes: [inAuthority(({ deployments }) => ({ deployments: deployments.map((one, at) => ({ ...one, available: at })) }))],
    finds: [['cert-manager-unavailable', 'ticket', 'mesh mesh']],
  },
]);
