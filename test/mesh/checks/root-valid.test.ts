import type { Authority } from '../../../lab/pki/authority.ts';
import { rootValid } from '../../../src/mesh/checks/root-valid.ts';
import { cacertsFacts, createAuthority, DAY, HOUR, intermediate, life, NOW, ROOT, signingOf } from '../authority.ts';
import { type Change, part } from '../build.ts';
import { grid } from '../grid.ts';

function under(root: Authority): Change {
  return part('b', 'cacerts', () => cacertsFacts(intermediate('b', root)));
}

grid(rootValid, [
  { name: 'is silent at the instant of its end', now: NOW + 3620 * DAY, finds: [] },
  { name: 'finds a root that is over', now: NOW + 3621 * DAY, finds: [['root-expired', 'page', 'mesh mesh']] },
  {
    name: 'finds one that is over before what it signed',
    changes: [under(createAuthority({ commonName: 'old', ...life(-90 * DAY, -HOUR) }))],
    finds: [['root-expired', 'page', 'mesh mesh']],
  },
  {
    name: 'is silent about an old root that is only trusted besides',
    changes: [
      part('b', 'cacerts', () =>
        cacertsFacts(signingOf('b'), {
          'root-cert.pem': ROOT.certificatePem + createAuthority({ commonName: 'old', ...life(-90 * DAY, -HOUR) }).certificatePem,
        }),
      ),
    ],
    finds: [],
  },
  {
    name: 'is silent where no cluster signs under a root',
    changes: ['a', 'b'].map((name) => part(name, 'cacerts', () => null)),
    finds: [],
  },
]);
