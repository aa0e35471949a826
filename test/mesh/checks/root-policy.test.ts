import { rootPolicy } from '../../../src/mesh/checks/root-policy.ts';
import type { ManagedCertificate } from '../../../src/mesh/model.ts';
import { type Change, inAuthority, inRoot, withSpec } from '../build.ts';
import { grid } from '../grid.ts';

function written(spec: Partial<ManagedCertificate['spec']>): Change {
  return inRoot((root) => withSpec(root, spec));
}

grid(rootPolicy, [
  { name: 'is silent where there is no root', changes: [inAuthority(() => ({ root: null }))], finds: [] },
  {
    name: 'finds the default life of 90 days',
    changes: [written({ duration: undefined })],
    finds: [['root-duration-default', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds a policy that makes a new key',
    changes: [written({ rotationPolicy: 'Always' })],
    finds: [['root-rotation-policy', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds that the policy is left to the default',
    changes: [written({ rotationPolicy: undefined })],
    finds: [['root-rotation-policy', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds that it will be renewed',
    changes: [written({ renewalDisabled: false })],
    finds: [['root-renewal-enabled', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds that it will be renewed a month before its end',
    changes: [written({ renewalDisabled: false, renewBefore: '720h0m0s' })],
    finds: [['root-renewal-enabled', 'ticket', 'mesh mesh']],
  },
  { name: 'is silent about a renewal in the last day', changes: [written({ renewalDisabled: false, renewBefore: '5m0s' })], finds: [] },
  {
    name: "finds all of the guide's root at once",
    changes: [written({ duration: undefined, rotationPolicy: undefined, renewalDisabled: false })],
    finds: [
      ['root-duration-default', 'ticket', 'mesh mesh'],
      ['root-rotation-policy', 'ticket', 'mesh mesh'],
      ['root-renewal-enabled', 'ticket', 'mesh mesh'],
    ],
  },
]);
