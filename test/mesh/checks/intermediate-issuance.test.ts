import { intermediateIssuance } from '../../../src/mesh/checks/intermediate-issuance.ts';
import { HOUR, NOW } from '../authority.ts';
import { condition, inCertificate, inIntermediate } from '../build.ts';
import { grid } from '../grid.ts';

grid(intermediateIssuance, [
  {
    name: 'finds a renewal that failed while the certificate is good',
    changes: [
      inCertificate('b', (one) => ({
        ...one,
        conditions: [...one.conditions, condition('Issuing', 'False', 'Failed', 'the key does not match')],
        lastFailureTime: NOW - HOUR / 2,
        failedAttempts: 1,
      })),
    ],
    finds: [['intermediate-issuance-failing', 'ticket', 'cluster b']],
  },
  {
    name: 'finds one whose wait is over',
    changes: [inCertificate('b', (one) => ({ ...one, lastFailureTime: NOW - 40 * HOUR, failedAttempts: 9 }))],
    finds: [['intermediate-issuance-failing', 'ticket', 'cluster b']],
  },
  { name: 'is silent where there is none', changes: [inIntermediate('b', () => ({ certificate: null }))], finds: [] },
]);
