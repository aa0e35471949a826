import { describe, expect, it } from 'vitest';
import { judgeServed } from '../../src/actions/served-notices.ts';
import { NOTHING_SEEN, type CaMemory } from '../../src/mesh/ca-notices.ts';
import {
  AWAY,
  type Change,
  change,
  DAY,
  fingerprint,
  ica,
  istiod,
  mesh,
  NOW,
  seen,
  unseen,
  withCacerts,
  withCluster,
  written,
} from '../rotation/build.ts';
import { certificateOf } from '../mesh/authority.ts';

const OLD = ica('b');
const NEW = ica('b', 1);
/** `cacerts` of b is the new one for a day; this is what its istiod presents. */
function presents(of: typeof OLD): readonly Change[] {
  return [withCacerts('b', written(NEW, DAY)), withCluster('b', { istiods: seen([istiod(of)]) })];
}

function judge(changes: readonly Change[], before: CaMemory = NOTHING_SEEN) {
  return judgeServed(change(mesh(), ...changes), before, NOW);
}

const POD = istiod(OLD).name;
const ID = `ca-served.b.${fingerprint(NEW)}.${POD}`;
const WHAT = 'What istiod of b signs with';

describe('src/actions/served-notices.ts', () => {
  it('has no news where every istiod signs with what cacerts holds', () => {
    expect(judge([])).toEqual({ notices: [], memory: NOTHING_SEEN });
    expect(judge(presents(NEW))).toEqual({ notices: [], memory: NOTHING_SEEN });
  });

  it('tells of an istiod that signs with another certificate, and that it is over', () => {
    const first = judge(presents(OLD));
    const { notAfter } = certificateOf(OLD);
    expect(first).toEqual({
      notices: [
        {
          kind: 'caServedOther',
          id: ID,
          what: WHAT,
          cluster: 'b',
          pods: [POD],
          served: [{ fingerprint: fingerprint(OLD), notAfter }],
          wanted: fingerprint(NEW),
        },
      ],
      memory: { certificates: {}, told: { 'served|b': { id: ID, said: WHAT, since: NOW } } },
    });
    expect(judge(presents(NEW), first.memory)).toEqual({
      notices: [{ kind: 'caExpiryOver', id: `${ID}.over`, what: WHAT, said: WHAT, since: NOW, replaces: ID }],
      memory: NOTHING_SEEN,
    });
  });

  it('is silent while the change is on its way', () => {
    expect(judge([withCacerts('b', written(NEW, 1)), withCluster('b', { istiods: seen([istiod(OLD)]) })])).toEqual({
      notices: [],
      memory: NOTHING_SEEN,
    });
  });

  it.each([
    ['the pods could not be listed', withCluster('b', { istiods: unseen() })],
    ['a pod does not answer', withCluster('b', { istiods: seen([istiod(OLD, { served: { ok: false, failure: AWAY } })]) })],
    ['cacerts could not be read', withCluster('b', { cacerts: unseen() })],
  ])('cannot know where %s: nothing is told, nothing is over', (_name, blind) => {
    const { memory } = judge(presents(OLD));
    expect(judge([...presents(OLD), blind], memory)).toEqual({ notices: [], memory });
  });
});
