import { rootLifetime } from '../../../src/mesh/checks/root-lifetime.ts';
import { cacertsFacts, createAuthority, DAY, HOUR, intermediate, life } from '../authority.ts';
import { type Change, changed, part } from '../build.ts';
import { grid } from '../grid.ts';

/** Both clusters sign under a root with so much left of ten years. */
function rootEnds(left: number): Change {
  const root = createAuthority({ commonName: 'ending', ...life(left - 3650 * DAY, left) });
  const signing = new Map(['a', 'b'].map((name) => [name, cacertsFacts(intermediate(name, root))]));
  return (snapshot) => changed(snapshot, ...[...signing].map(([name, facts]) => part(name, 'cacerts', () => facts)));
}

grid(rootLifetime, [
  { name: 'is silent with the life of two intermediates left', changes: [rootEnds(360 * DAY)], finds: [] },
  {
    name: 'finds less than the life of two intermediates left',
    changes: [rootEnds(360 * DAY - HOUR)],
    finds: [['root-expires-soon', 'ticket', 'mesh mesh']],
  },
  { name: 'is still a ticket with a week left', changes: [rootEnds(7 * DAY)], finds: [['root-expires-soon', 'ticket', 'mesh mesh']] },
  {
    name: 'wakes somebody with less than a week left',
    changes: [rootEnds(7 * DAY - HOUR)],
    finds: [['root-expires-soon', 'page', 'mesh mesh']],
  },
  {
    name: 'names each root that ends',
    changes: ['a', 'b'].map((name) =>
      part(name, 'cacerts', () => cacertsFacts(intermediate(name, createAuthority({ commonName: name, ...life(-3600 * DAY, DAY) })))),
    ),
    finds: [
      ['root-expires-soon', 'page', 'mesh mesh'],
      ['root-expires-soon', 'page', 'mesh mesh'],
    ],
  },
]);
