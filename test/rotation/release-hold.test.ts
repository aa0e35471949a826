import { describe, expect, it } from 'vitest';
import { PLANNERS } from '../../src/rotation/index.ts';
import * as b from './build.ts';

const { NOW, DAY } = b;
const GOAL = { kind: 'releaseHold', cluster: 'b' } as const;
const hold = { fingerprint: b.fingerprint(b.ica('b', 1)), why: 'Not served within its time.', at: NOW - DAY };
const HELD = b.change(b.mesh(), b.renewed('b'), b.withRecord('b', { hold }));

describe('rotation/release-hold', () => {
  it('releases the hold, and is over', () => {
    const decision = b.decideSafely(GOAL, b.change(HELD, b.underWay(GOAL)));
    expect(decision).toEqual({
      kind: 'step',
      step: { kind: 'releaseHold', cluster: 'b', expects: { uid: 'uid-cacerts', resourceVersion: '100' } },
      says: 'release the hold in b',
    });
    const over = b.decideSafely(GOAL, b.change(b.mesh(), b.underWay(GOAL)));
    expect(over).toMatchObject({ step: { kind: 'closeIntent', outcome: 'done' } });
  });

  it('aborted, leaves it as it was', () => {
    const decision = b.decideSafely(GOAL, b.change(HELD, b.underWay(GOAL, { direction: 'back' })));
    expect(decision).toMatchObject({ step: { kind: 'closeIntent', outcome: 'aborted' } });
  });

  it('does nothing unseen', () => {
    expect(b.decideSafely(GOAL, { ...HELD, intent: b.unseen() }).kind).toBe('stuck');
    expect(b.decideSafely(GOAL, b.change(HELD, b.underWay(GOAL), b.away('b'))).kind).toBe('stuck');
  });

  it('tells what is published then', () => {
    const planned = PLANNERS.releaseHold.plan(GOAL, HELD, NOW);
    expect(planned).toMatchObject({
      kind: 'plan',
      plan: {
        now: [expect.stringMatching(/^.{8} is held since 2026-02-28 12:00 UTC\. Not served within its time\.$/)],
        then: ['It is published at the next distribution, and proved like any other.'],
      },
    });
    const another = PLANNERS.releaseHold.plan(GOAL, b.change(HELD, b.renewed('b', 2)), NOW);
    expect(another).toMatchObject({ plan: { then: ['Nothing else changes: cert-manager has issued another one since.'] } });
  });

  it('has nothing to do without a hold, and frees no stolen key', () => {
    expect(PLANNERS.releaseHold.plan(GOAL, b.mesh(), NOW).kind).toBe('nothing');
    const stolen = PLANNERS.releaseHold.plan(GOAL, b.change(HELD, b.withRecord('b', { revoked: [hold.fingerprint] })), NOW);
    expect(stolen.kind === 'refused' ? stolen.findings.map(({ code }) => code) : stolen.kind).toEqual(['ca-revoked']);
    const away = PLANNERS.releaseHold.plan(GOAL, b.change(HELD, b.away('b')), NOW);
    expect(away.kind === 'refused' ? away.findings.map(({ code }) => code) : away.kind).toEqual(['ca-cluster-unreachable']);
  });

  it('shows how far it is', () => {
    const states = (state: Parameters<typeof PLANNERS.releaseHold.progress>[1]) =>
      PLANNERS.releaseHold.progress(GOAL, state, NOW).map((step) => step.state);
    expect([states(b.change(HELD, b.underWay(GOAL))), states(b.change(b.mesh(), b.underWay(GOAL)))]).toEqual([['now'], ['done']]);
  });
});
