import { describe, expect, it } from 'vitest';
import { PLANNERS } from '../../src/rotation/index.ts';
import type { Decision } from '../../src/rotation/goal.ts';
import type { CaState, Intent } from '../../src/rotation/model.ts';
import * as b from './build.ts';

const { NOW, MINUTE, DAY } = b;
/** What lies there now is the renewal of what goes back. */
const OLD = b.ica('b');
const NEW = b.ica('b', 1);
const COPY = b.backup(OLD);
const GOAL = { kind: 'restore', cluster: 'b', backup: COPY.name } as const;
const HEALTHY = b.change(
  b.mesh(),
  b.renewed('b'),
  b.withCacerts('b', b.cacerts(NEW)),
  b.withCluster('b', { backups: b.seen([COPY]), istiods: b.seen([b.istiod(NEW)]) }),
);
const HOLD = { fingerprint: b.fingerprint(NEW), why: `Plan k7f3 put ${COPY.name} in its place.`, at: NOW };

function begun(changes: Partial<Intent> = {}, ...more: readonly b.Change[]): CaState {
  const baseline = { ...b.intentFor(GOAL).baseline, signers: { b: b.fingerprint(NEW) }, contents: { b: b.contentOf(NEW) } };
  const both = b.withCluster('b', { backups: b.seen([COPY, b.backup(NEW)]) });
  return b.change(HEALTHY, b.underWay(GOAL, { baseline, ...changes }), both, ...more);
}

function restored(...more: readonly b.Change[]): CaState {
  return begun({}, b.withCacerts('b', b.written(OLD, MINUTE, { hold: HOLD })), ...more);
}

const serving = (of: Parameters<typeof b.istiod>[0]) =>
  b.withCluster('b', { istiods: b.seen([b.istiod(of, { nudged: b.contentOf(OLD) })]) });

function stepOf(decision: Decision) {
  return decision.kind === 'step' ? decision.step : decision;
}

function decide(state: CaState, now = NOW): Decision {
  return b.decideSafely(GOAL, state, now);
}

describe('rotation/restore', () => {
  it('backs up what is there, puts the copy back and holds what distribution would publish again', () => {
    expect(stepOf(decide(b.change(begun(), b.withCluster('b', { backups: b.seen([COPY]) }))))).toMatchObject({
      kind: 'backup',
      contentId: b.contentOf(NEW),
    });
    expect(stepOf(decide(begun()))).toEqual({
      kind: 'restore',
      cluster: 'b',
      backup: COPY.name,
      contentId: b.contentOf(OLD),
      expects: { uid: 'uid-cacerts', resourceVersion: '100' },
      hold: { fingerprint: HOLD.fingerprint, why: HOLD.why },
    });
  });

  it('proves it and is over', () => {
    expect(decide(restored(serving(NEW)))).toMatchObject({ kind: 'wait', deadline: NOW + 2 * MINUTE });
    expect(stepOf(decide(restored(serving(OLD))))).toMatchObject({ kind: 'markProved', contentId: b.contentOf(OLD) });
    const proved = b.withRecord('b', { proved: { contentId: b.contentOf(OLD), at: NOW } });
    expect(stepOf(decide(restored(serving(OLD), proved)))).toMatchObject({ kind: 'closeIntent', outcome: 'done' });
  });

  it('brings back what was there when the copy is not served, and does not try again', () => {
    const late = begun({}, b.withCacerts('b', b.written(OLD, 3 * MINUTE, { hold: HOLD })), serving(NEW));
    expect(stepOf(decide(late))).toMatchObject({ kind: 'restore', contentId: b.contentOf(NEW), hold: { fingerprint: b.fingerprint(OLD) } });
    const refused = { fingerprint: b.fingerprint(OLD), why: 'Not served within its time.', at: NOW };
    const back = b.change(late, b.withCacerts('b', b.cacerts(NEW, { record: { ...b.cacerts(NEW).record, hold: refused } })));
    expect(stepOf(decide(back))).toMatchObject({ kind: 'closeIntent', outcome: 'aborted' });
  });

  it('aborted, undoes what it did and the hold that it placed', () => {
    const back = { direction: 'back' } as const;
    expect(stepOf(decide(begun(back)))).toMatchObject({ kind: 'closeIntent', outcome: 'aborted' });
    const undone = begun(back, b.withCacerts('b', b.written(OLD, MINUTE, { hold: HOLD })));
    expect(stepOf(decide(undone))).toMatchObject({ kind: 'restore', contentId: b.contentOf(NEW), hold: undefined });
    const held = begun(back, b.withRecord('b', { hold: HOLD }));
    expect(stepOf(decide(held))).toMatchObject({ kind: 'releaseHold', cluster: 'b' });
  });

  it.each<[string, CaState, string]>([
    ['the copy is gone', begun({}, b.withCluster('b', { backups: b.seen([b.backup(NEW)]) })), 'ca-backup-missing'],
    ['its key counts as stolen', begun({}, b.withRecord('b', { revoked: [b.fingerprint(OLD)] })), 'ca-backup-unfit'],
    ['the cluster is away', begun({}, b.away('b')), 'ca-cluster-unreachable'],
    ['the intent is not seen', { ...begun(), intent: b.unseen() }, 'ca-intent-unseen'],
  ])('does not go on where %s', (_, state, code) => {
    const decision = decide(state);
    expect(decision.kind === 'stuck' ? decision.findings.map((finding) => finding.code) : decision.kind).toEqual([code]);
  });

  describe('plan', () => {
    const plan = (state: CaState) => PLANNERS.restore.plan(GOAL, state, NOW);

    it('tells what is held by it', () => {
      const planned = plan(HEALTHY);
      if (planned.kind !== 'plan') throw new Error(planned.kind);
      expect({ ...planned.plan, hash: planned.plan.hash.length }).toMatchObject({
        title: `Restore ${COPY.name} in b`,
        then: [expect.stringMatching(/^b signs with .{8} \(good until 2026-08-08 12:00 UTC\)$/)],
        remarks: [
          'The roots are the same, byte for byte. No restart; running workloads keep their certificates.',
          expect.stringMatching(/^What cert-manager keeps for it \(.{8}\) is held until it is released or another is issued\.$/),
          'Undo: any time, brings back what is there now.',
        ],
        hash: 64,
      });
    });

    it('has nothing to do where these very data are there', () => {
      expect(plan(b.change(b.mesh(), b.withCluster('b', { backups: b.seen([COPY]) }))).kind).toBe('nothing');
    });

    const copyWith = (changes: Partial<typeof COPY>) =>
      b.change(HEALTHY, b.withCluster('b', { backups: b.seen([{ ...COPY, ...changes }]) }));
    const expired = b.ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...b.life(-100 * DAY, -DAY) });
    it.each<[string, CaState, string]>([
      ['there is no such copy', b.change(HEALTHY, b.withCluster('b', { backups: b.seen([]) })), 'ca-backup-missing'],
      [
        'its roots are other bytes',
        copyWith({ facts: b.cacertsFacts(OLD, { 'root-cert.pem': `${b.ROOT.certificatePem}\n` }) }),
        'ca-backup-unfit',
      ],
      ['it has expired', copyWith({ facts: b.cacertsFacts(expired) }), 'ca-backup-unfit'],
      ['copies cannot be seen', b.change(HEALTHY, b.withCluster('b', { backups: b.unseen() })), 'ca-backups-unseen'],
    ])('is refused where %s', (_, state, code) => {
      const planned = plan(state);
      expect(planned.kind === 'refused' ? planned.findings.map((finding) => finding.code) : planned.kind).toEqual([code]);
    });
  });

  it('shows how far it is', () => {
    const now = (state: CaState) => PLANNERS.restore.progress(GOAL, state, NOW).find((step) => step.state === 'now')?.key;
    expect([now(b.change(begun(), b.withCluster('b', { backups: b.seen([COPY]) }))), now(begun()), now(restored())]).toEqual([
      'backup:b',
      'restore:b',
      'prove:b',
    ]);
  });
});
