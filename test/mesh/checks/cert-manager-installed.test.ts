import { certManagerInstalled } from '../../../src/mesh/checks/cert-manager-installed.ts';
import { inAuthority } from '../build.ts';
import { grid } from '../grid.ts';

grid(certManagerInstalled, [
  {
    name: 'finds a signer without it',
    changes: [inAuthority(() => ({ installed: false, deployments: [], issuers: [], root: null }))],
    finds: [['cert-manager-missing', 'ticket', 'mesh mesh']],
  },
]);
