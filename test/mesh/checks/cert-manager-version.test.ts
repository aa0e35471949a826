import { certManagerVersion } from '../../../src/mesh/checks/cert-manager-version.ts';
import { type Change, inAuthority } from '../build.ts';
import { grid } from '../grid.ts';

function runs(version: string | undefined): Change {
  return inAuthority(({ deployments }) => ({ deployments: deployments.map((one) => ({ ...one, version })) }));
}

grid(certManagerVersion, [
  { name: 'is silent about the oldest that is mended', changes: [runs('v1.20.3')], finds: [] },
  { name: 'finds one that is mended no more', changes: [runs('1.19.1')], finds: [['cert-manager-version-old', 'ticket', 'mesh mesh']] },
  {
    name: 'finds the one that fails over a disabled renewal',
    changes: [runs('v1.21.0')],
    finds: [['cert-manager-version-flawed', 'ticket', 'mesh mesh']],
  },
  { name: 'notes one that is newer', changes: [runs('1.22.0')], finds: [['cert-manager-version-new', 'info', 'mesh mesh']] },
  { name: 'notes one that nobody tells', changes: [runs(undefined)], finds: [['cert-manager-version-unknown', 'info', 'mesh mesh']] },
  { name: 'notes a tag that is no version', changes: [runs('canary')], finds: [['cert-manager-version-unknown', 'info', 'mesh mesh']] },
  {
    name: 'says one thing during an upgrade',
    changes: [inAuthority(({ deployments }) => ({ deployments: deployments.map((one, at) => ({ ...one, version: `1.1${at}.0` })) }))],
    finds: [['cert-manager-version-old', 'ticket', 'mesh mesh']],
  },
  { name: 'is silent where nothing runs', changes: [inAuthority(() => ({ deployments: [] }))], finds: [] },
]);
