import { array, type Arbitrary, constant, constantFrom, nat, oneof, record } from 'fast-check';
import type { Happening } from './drive.ts';

const COMMON = [
  'remember',
  'actOnMemory',
  'hour',
  'halfDay',
  'unreachable',
  'reachable',
  'slow',
  'deaf',
  'restartPod',
  'renew',
  'pause',
  'resume',
  'agree',
] as const satisfies readonly Happening['kind'][];

/** What happens to a change on its way, going on with it in between. */
export const happenings: Arbitrary<readonly Happening[]> = array(
  record({
    kind: oneof(
      { weight: 10, arbitrary: constant('go' as const) },
      { weight: 12, arbitrary: constantFrom(...COMMON) },
      { weight: 1, arbitrary: constant('abort' as const) },
    ),
    a: nat(9),
    b: nat(9),
  }),
  { maxLength: 30 },
);
