import { istiodVersion } from '../../../src/mesh/checks/istiod-version.ts';
import { type Change, istiod, part } from '../build.ts';
import { grid } from '../grid.ts';

function runs(version: string | undefined): Change {
  return part('b', 'istiod', () => [istiod({ version })]);
}

grid(istiodVersion, [
  { name: 'is silent about the newest that was tried', changes: [runs('1.31.0')], finds: [] },
  {
    name: 'finds one that is mended no more',
    changes: [runs('1.29.5')],
    finds: [['istiod-version-old', 'ticket', 'object b istio-system/istiod']],
  },
  {
    name: 'finds one from before the table',
    changes: [runs('1.22.1-distroless')],
    finds: [['istiod-version-old', 'ticket', 'object b istio-system/istiod']],
  },
  {
    name: 'notes one that loses remote endpoints',
    changes: [runs('1.30.3')],
    finds: [['istiod-version-flawed', 'info', 'object b istio-system/istiod']],
  },
  { name: 'is silent about a minor version without its patch', changes: [runs('1.30')], finds: [] },
  { name: 'notes one that is newer', changes: [runs('1.32.0')], finds: [['istiod-version-new', 'info', 'object b istio-system/istiod']] },
  {
    name: 'notes one that nobody tells',
    changes: [runs(undefined)],
    finds: [['istiod-version-unknown', 'info', 'object b istio-system/istiod']],
  },
  {
    name: 'notes a tag that is no version',
    changes: [runs('latest')],
    finds: [['istiod-version-unknown', 'info', 'object b istio-system/istiod']],
  },
]);
