import { rootReady } from '../../../src/mesh/checks/root-ready.ts';
import { HOUR, NOW } from '../authority.ts';
import { condition, inAuthority, inRoot } from '../build.ts';
import { grid } from '../grid.ts';

grid(rootReady, [
  { name: 'finds that there is none', changes: [inAuthority(() => ({ root: null }))], finds: [['root-missing', 'ticket', 'mesh mesh']] },
  {
    name: 'finds one that is not ready',
    changes: [inRoot((root) => ({ ...root, conditions: [condition('Ready', 'False', 'SecretMismatch', 'the key differs')] }))],
    finds: [['root-not-ready', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds one that nobody has looked at',
    changes: [inRoot((root) => ({ ...root, conditions: [] }))],
    finds: [['root-not-ready', 'ticket', 'mesh mesh']],
  },
  {
    name: 'finds one that cannot be issued',
    changes: [inRoot((root) => ({ ...root, lastFailureTime: NOW - HOUR, failedAttempts: 2 }))],
    finds: [['root-issuance-failing', 'ticket', 'mesh mesh']],
  },
  {
    name: 'is silent until six hours after its renewal time',
    changes: [inRoot((root) => ({ ...root, renewalTime: NOW - 6 * HOUR }))],
    finds: [],
  },
  {
    name: 'finds that its renewal is overdue',
    changes: [inRoot((root) => ({ ...root, renewalTime: NOW - 6 * HOUR - 1 }))],
    finds: [['root-renewal-overdue', 'ticket', 'mesh mesh']],
  },
]);
