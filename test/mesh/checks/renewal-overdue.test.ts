import { renewalOverdue } from '../../../src/mesh/checks/renewal-overdue.ts';
import { DAY, HOUR, NOW } from '../authority.ts';
import { type Change, inCertificate, inIntermediate } from '../build.ts';
import { grid } from '../grid.ts';

function due(ago: number): Change {
  return inCertificate('b', (one) => ({ ...one, renewalTime: NOW - ago }));
}

grid(renewalOverdue, [
  { name: 'is silent until six hours after the renewal time', changes: [due(6 * HOUR)], finds: [] },
  {
    name: 'finds a renewal that is overdue',
    changes: [due(6 * HOUR + 1)],
    finds: [['intermediate-renewal-overdue', 'ticket', 'cluster b']],
  },
  {
    name: 'finds one of which no end is known',
    changes: [due(DAY), inCertificate('b', (one) => ({ ...one, notAfter: undefined }))],
    finds: [['intermediate-renewal-overdue', 'ticket', 'cluster b']],
  },
  {
    name: 'is silent about one that is never renewed',
    changes: [inCertificate('b', (one) => ({ ...one, renewalTime: undefined }))],
    finds: [],
  },
  { name: 'is silent where there is none', changes: [inIntermediate('b', () => ({ certificate: null }))], finds: [] },
]);
