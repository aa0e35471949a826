import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/rotation/goal.ts';
import type { CaState } from '../../src/rotation/model.ts';
import * as b from './build.ts';

const { NOW, MINUTE, DAY } = b;
const GOAL = { kind: 'distribute' } as const;

function decide(state: CaState, now = NOW, only?: readonly string[]): Decision {
  return b.decideSafely(only === undefined ? GOAL : { ...GOAL, only: [...only] }, state, now);
}

/** The codes of what is refused or left out, with the cluster of each. */
function codes(decision: Decision): readonly (readonly [string, string])[] {
  const findings = decision.kind === 'stuck' || decision.kind === 'done' ? decision.findings : [];
  return findings.map(({ code, subject }) => [code, subject.name]);
}

function stepOf(decision: Decision) {
  return decision.kind === 'step' ? decision.step : decision;
}

const RENEWED = b.change(b.mesh(), b.renewed('b'));
const BACKED = b.change(RENEWED, b.withCluster('b', { backups: b.seen([b.backup(b.ica('b'))]) }));
describe('rotation/distribute: one after the other', () => {
  describe('after a write', () => {
    const fresh = b.ica('b', 1);
    const base = b.change(BACKED, b.withCacerts('b', b.written(fresh, MINUTE)));
    const contentId = b.contentOf(fresh);
    const pods = (...all: readonly ReturnType<typeof b.istiod>[]) => b.withCluster('b', { istiods: b.seen(all) });

    it('nudges the istiods that do not serve it', () => {
      expect(decide(base)).toEqual({
        kind: 'step',
        step: { kind: 'nudge', cluster: 'b', pods: ['istiod-1'], contentId },
        says: 'nudge 1 istiod of b',
      });
    });

    it('waits for the slowest, and says for how long', () => {
      const state = b.change(
        base,
        pods(b.istiod(fresh, { nudged: contentId }), b.istiod(b.ica('b'), { name: 'istiod-2', uid: 'two', nudged: contentId })),
      );
      expect(decide(state)).toEqual({
        kind: 'wait',
        says: 'b: istiod-1 new · istiod-2 still old',
        until: undefined,
        deadline: NOW + 2 * MINUTE,
      });
    });

    it('notes the proof once every istiod serves it, and lets the roots count from before', () => {
      const proved = b.cacerts(b.ica('b')).record.proved;
      const state = b.change(base, b.withRecord('b', { proved, rootsSince: NOW - 14 * DAY }), pods(b.istiod(fresh)));
      expect(stepOf(decide(state))).toEqual({
        kind: 'markProved',
        cluster: 'b',
        contentId,
        expects: { uid: 'uid-cacerts', resourceVersion: '200' },
        rootsSince: NOW - 14 * DAY,
        signerSince: NOW,
      });
    });

    it('puts the last good one back and holds the new one when its time is over', () => {
      const state = b.change(base, b.withCacerts('b', b.written(fresh, 3 * MINUTE)), pods(b.istiod(b.ica('b'), { nudged: contentId })));
      expect(stepOf(decide(state))).toEqual({
        kind: 'restore',
        cluster: 'b',
        backup: b.backup(b.ica('b')).name,
        contentId: b.contentOf(b.ica('b')),
        expects: { uid: 'uid-cacerts', resourceVersion: '200' },
        hold: { fingerprint: b.fingerprint(fresh), why: 'Not served within its time: istiod-1 still old.' },
      });
    });

    it('stops where nobody may look, and puts nothing back', () => {
      const forbidden = b.unseen({ reason: 'forbidden', message: 'pods/portforward: 403' });
      const state = b.change(base, b.withCacerts('b', b.written(fresh, 3 * MINUTE)), pods(b.istiod(undefined, { served: forbidden })));
      expect(codes(decide(state))).toEqual([['ca-written-not-proved', 'b']]);
    });

    it('stops where the istiods cannot be looked at', () => {
      const state = b.change(base, b.withCluster('b', { istiods: b.unseen() }));
      expect(decide(state)).toMatchObject({ kind: 'wait', deadline: NOW + 2 * MINUTE });
      expect(codes(decide(state, NOW + 2 * MINUTE))).toEqual([['ca-written-not-proved', 'b']]);
    });

    it('stops where there is nothing that may go back', () => {
      const state = b.change(
        base,
        b.withCluster('b', { backups: b.seen([]) }),
        b.withCacerts('b', b.written(fresh, 3 * MINUTE)),
        pods(b.istiod(b.ica('b'))),
      );
      expect(codes(decide(state))).toEqual([['ca-nothing-to-restore', 'b']]);
    });

    it('does not put back what is older when what was put back is not served either', () => {
      const older = b.backup(b.ica('b', 2), { takenAt: NOW - 30 * DAY });
      const back = b.withCacerts('b', { ...b.written(b.ica('b'), 3 * MINUTE) });
      const state = b.change(base, b.withCluster('b', { backups: b.seen([older, b.backup(b.ica('b'))]) }), back, pods(b.istiod(fresh)));
      expect(codes(decide(state))).toEqual([['ca-restored-not-served', 'b']]);
    });

    it('writes nobody else meanwhile', () => {
      const state = b.change(base, b.renewed('a'), pods(b.istiod(b.ica('b'), { nudged: contentId })));
      expect(decide(state)).toMatchObject({ kind: 'wait', says: 'b: istiod-1 still old' });
    });

    it('stops the others when the first one was refused, unless one is named', () => {
      const hold = { fingerprint: b.fingerprint(fresh), why: 'Not served within its time.', at: NOW - MINUTE };
      const state = b.change(BACKED, b.renewed('a'), b.withRecord('b', { hold }));
      expect(codes(decide(state))).toEqual([
        ['ca-held', 'b'],
        ['ca-stopped-by-hold', 'a'],
      ]);
      expect(stepOf(decide(state, NOW, ['a']))).toMatchObject({ kind: 'backup', cluster: 'a' });
    });
  });

  describe('in a mesh of twenty', () => {
    const names = Array.from({ length: 20 }, (_, at) => `c${at}`);
    const all = b.change(
      b.mesh(...names),
      ...names.map((name) => b.renewed(name)),
      ...names.map((name) => b.withCluster(name, { backups: b.seen([b.backup(b.ica(name))]) })),
    );
    const went =
      (name: string): b.Change =>
      (state) => {
        const object = b.cacerts(b.ica(name, 1));
        const record = { ...object.record, proved: { contentId: object.contentId, at: NOW }, writtenAt: NOW - MINUTE };
        return b.change(
          state,
          b.withCacerts(name, { ...object, record }),
          b.withCluster(name, { istiods: b.seen([b.istiod(b.ica(name, 1))]) }),
        );
      };
    const wait =
      (name: string): b.Change =>
      (state) =>
        b.change(
          state,
          b.withCacerts(name, b.written(b.ica(name, 1), MINUTE)),
          b.withCluster(name, { istiods: b.seen([b.istiod(b.ica(name), { nudged: b.contentOf(b.ica(name, 1)) })]) }),
        );

    it('one goes alone, then two at a time', () => {
      expect(stepOf(decide(all))).toMatchObject({ kind: 'write', cluster: 'c0' });
      expect(decide(b.change(all, wait('c0'))).kind).toBe('wait');
      expect(stepOf(decide(b.change(all, went('c0'))))).toMatchObject({ kind: 'write', cluster: 'c1' });
      expect(stepOf(decide(b.change(all, went('c0'), wait('c1'))))).toMatchObject({ kind: 'write', cluster: 'c2' });
      expect(decide(b.change(all, went('c0'), wait('c1'), wait('c2'))).kind).toBe('wait');
    });
  });
});
