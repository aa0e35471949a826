import { intermediateValid } from '../../../src/mesh/checks/intermediate-valid.ts';
import { cacertsFacts, DAY, HOUR, intermediate, life, NOW, OTHER_ROOT, ROOT } from '../authority.ts';
import { inCluster, part, seen } from '../build.ts';
import { grid } from '../grid.ts';

grid(intermediateValid, [
  { name: 'is silent at the instant of its end', now: NOW + 160 * DAY, finds: [] },
  {
    name: 'finds one that is over',
    changes: [inCluster('b', () => ({ cacerts: seen(cacertsFacts(intermediate('b', ROOT, life(-180 * DAY, -HOUR)))) }))],
    finds: [['intermediate-expired', 'page', 'cluster b']],
  },
  {
    name: 'finds that what issued it is over',
    changes: [
      inCluster('b', () => ({
        cacerts: seen(cacertsFacts(intermediate('b', intermediate('middle', ROOT, life(-20 * DAY, -HOUR)), life(-10 * DAY, 10 * DAY)))),
      })),
    ],
    finds: [['intermediate-expired', 'page', 'cluster b']],
  },
  {
    name: 'finds the end of one that verifies to nothing',
    changes: [
      inCluster('b', () => ({
        cacerts: seen(cacertsFacts(intermediate('b', ROOT, life(-180 * DAY, -HOUR)), { 'root-cert.pem': OTHER_ROOT.certificatePem })),
      })),
    ],
    finds: [['intermediate-expired', 'page', 'cluster b']],
  },
  { name: 'is silent where there is none', changes: [part('b', 'cacerts', () => null)], finds: [] },
]);
