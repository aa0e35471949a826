import type { Life } from '../../../lab/pki/sign.ts';
import { lifetimesNested } from '../../../src/mesh/checks/lifetimes-nested.ts';
import { cacertsFacts, createAuthority, DAY, intermediate, life, OTHER_ROOT, signingOf } from '../authority.ts';
import { type Change, part } from '../build.ts';
import { grid } from '../grid.ts';

/** The cluster signs under a root of this life, with an intermediate of 160 days more. */
function under(rootLife: Life): Change {
  const root = createAuthority({ commonName: 'short', ...rootLife });
  return part('b', 'cacerts', () => cacertsFacts(intermediate('b', root)));
}

grid(lifetimesNested, [
  { name: 'is silent with 30 days between the ends', changes: [under(life(-30 * DAY, 190 * DAY))], finds: [] },
  {
    name: 'notes less than 30 days between the ends',
    changes: [under(life(-30 * DAY, 189 * DAY))],
    finds: [['intermediate-near-root-end', 'info', 'cluster b']],
  },
  {
    name: 'finds an intermediate that outlives its root',
    changes: [under(life(-30 * DAY, 60 * DAY))],
    finds: [['intermediate-outlives-root', 'ticket', 'cluster b']],
  },
  {
    name: 'is silent about one that verifies to nothing',
    changes: [part('b', 'cacerts', () => cacertsFacts(signingOf('b'), { 'root-cert.pem': OTHER_ROOT.certificatePem }))],
    finds: [],
  },
  { name: 'is silent where there is none', changes: [part('b', 'cacerts', () => null)], finds: [] },
]);
