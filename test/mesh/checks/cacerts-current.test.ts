import { cacertsCurrent } from '../../../src/mesh/checks/cacerts-current.ts';
import { cacertsFacts, DAY, intermediate, life, OTHER_ROOT, ROOT } from '../authority.ts';
import { inIntermediate, part, seen } from '../build.ts';
import { grid } from '../grid.ts';

const AT = 'object b istio-system/cacerts';

grid(cacertsCurrent, [
  {
    name: 'finds an older generation',
    changes: [part('b', 'cacerts', () => cacertsFacts(intermediate('b', ROOT, life(-110 * DAY, 70 * DAY))))],
    finds: [['cacerts-outdated', 'ticket', AT]],
  },
  {
    name: 'finds a later one that does not come from the source',
    changes: [part('b', 'cacerts', () => cacertsFacts(intermediate('b', ROOT, life(-DAY, 90 * DAY))))],
    finds: [['cacerts-foreign', 'ticket', AT]],
  },
  {
    name: 'finds one of another name',
    changes: [part('b', 'cacerts', () => cacertsFacts(intermediate('c', ROOT, life(-110 * DAY, 70 * DAY))))],
    finds: [['cacerts-foreign', 'ticket', AT]],
  },
  {
    name: 'finds one of another root',
    changes: [part('b', 'cacerts', () => cacertsFacts(intermediate('b', OTHER_ROOT, life(-110 * DAY, 70 * DAY))))],
    finds: [['cacerts-foreign', 'ticket', AT]],
  },
  { name: 'is silent where there is no cacerts', changes: [part('b', 'cacerts', () => null)], finds: [] },
  { name: 'is silent where there is no source', changes: [inIntermediate('b', () => ({ secret: seen(null) }))], finds: [] },
]);
