import { intermediateExpiry } from '../../../src/mesh/checks/intermediate-expiry.ts';
import { cacertsFacts, DAY, HOUR, intermediate, life, ROOT } from '../authority.ts';
import { type Change, inCluster, part, seen } from '../build.ts';
import { grid } from '../grid.ts';

/** A life of 180 days of which so much is left. */
function ends(left: number): Change {
  return part('b', 'cacerts', () => cacertsFacts(intermediate('b', ROOT, life(left - 180 * DAY, left))));
}

grid(intermediateExpiry, [
  { name: 'is silent with a sixth of its life left', changes: [ends(30 * DAY)], finds: [] },
  {
    name: 'finds less than a sixth of its life left',
    changes: [ends(30 * DAY - HOUR)],
    finds: [['intermediate-expires-soon', 'ticket', 'cluster b']],
  },
  {
    name: 'is still a ticket with 48 hours left',
    changes: [ends(48 * HOUR)],
    finds: [['intermediate-expires-soon', 'ticket', 'cluster b']],
  },
  {
    name: 'wakes somebody with less than 48 hours left',
    changes: [ends(47 * HOUR)],
    finds: [['intermediate-expires-soon', 'page', 'cluster b']],
  },
  {
    name: 'does not wake somebody at half of a short life',
    changes: [inCluster('b', () => ({ cacerts: seen(cacertsFacts(intermediate('b', ROOT, life(-DAY, DAY)))) }))],
    finds: [],
  },
  {
    name: 'wakes somebody in the last twelfth of a short life',
    changes: [inCluster('b', () => ({ cacerts: seen(cacertsFacts(intermediate('b', ROOT, life(-23 * HOUR, HOUR)))) }))],
    finds: [['intermediate-expires-soon', 'page', 'cluster b']],
  },
  {
    name: 'finds that what issued it ends first',
    changes: [
      inCluster('b', () => ({
        cacerts: seen(cacertsFacts(intermediate('b', intermediate('middle', ROOT, life(-100 * DAY, HOUR)), life(-DAY, 99 * DAY)))),
      })),
    ],
    finds: [['intermediate-expires-soon', 'page', 'cluster b']],
  },
  { name: 'is silent where there is none', changes: [part('b', 'cacerts', () => null)], finds: [] },
]);
