import { intermediateReady } from '../../../src/mesh/checks/intermediate-ready.ts';
import { condition, inAuthority, inCertificate, inIntermediate, seen } from '../build.ts';
import { grid } from '../grid.ts';

grid(intermediateReady, [
  {
    name: 'finds that there is none',
    changes: [inIntermediate('b', () => ({ certificate: null, secret: seen(null) }))],
    finds: [['intermediate-missing', 'ticket', 'cluster b']],
  },
  {
    name: 'finds one that is not ready',
    changes: [inCertificate('b', (one) => ({ ...one, conditions: [condition('Ready', 'False', 'DoesNotExist', 'no Secret')] }))],
    finds: [['intermediate-not-ready', 'ticket', 'cluster b']],
  },
  {
    name: 'finds one of which nothing is known',
    changes: [inCertificate('b', (one) => ({ ...one, conditions: [condition('Ready', 'Unknown')] }))],
    finds: [['intermediate-not-ready', 'ticket', 'cluster b']],
  },
  {
    name: 'is silent about one that is being renewed',
    changes: [inCertificate('b', (one) => ({ ...one, conditions: [...one.conditions, condition('Issuing', 'True', 'Renewing')] }))],
    finds: [],
  },
  {
    name: 'is silent about a cluster that has none configured',
    changes: [inAuthority(({ intermediates }) => ({ intermediates: intermediates.slice(0, 1) }))],
    finds: [],
  },
]);
