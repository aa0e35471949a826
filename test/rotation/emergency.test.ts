import { describe, expect, it } from 'vitest';
import { PLANNERS } from '../../src/rotation/index.ts';
import type { Decision, Goal } from '../../src/rotation/goal.ts';
import type { CaState, Intent, IstiodFlags } from '../../src/rotation/model.ts';
import * as b from './build.ts';

const { NOW, MINUTE, DAY } = b;
const GOAL: Extract<Goal, { kind: 'emergency' }> = { kind: 'emergency', cluster: 'b' };
const OLD = b.ica('b');
const NEW = b.ica('b', 1);
const STOLEN = b.fingerprint(OLD);
const PUSHES: IstiodFlags = { multiRoot: true, cacertsForSelfSigned: false, xdsAgent: true };
const BACKUPS = b.withCluster('b', { backups: b.seen([b.backup(OLD)]) });

function begun(changes: Partial<Intent> = {}, ...more: readonly b.Change[]): CaState {
  return b.change(b.mesh(), b.underWay(GOAL, changes), BACKUPS, ...more);
}

function decide(state: CaState, now = NOW, goal: Goal = GOAL): Decision {
  return b.decideSafely(goal, state, now);
}

function stepOf(decision: Decision) {
  return decision.kind === 'step' ? decision.step : decision;
}

function codes(decision: Decision): readonly string[] {
  return decision.kind === 'stuck' ? decision.findings.map(({ code }) => code) : [decision.kind];
}

/** The new certificate is written, revoked the old one, and is proved. */
function proved(flags: Partial<IstiodFlags> = {}): CaState {
  const object = b.written(NEW, MINUTE, {
    revoked: [STOLEN],
    proved: { contentId: b.contentOf(NEW), at: NOW },
    signerSince: NOW,
    rootsSince: NOW,
  });
  const pod = b.istiod(NEW, { flags: { ...PUSHES, ...flags } });
  return begun({}, b.renewed('b'), b.withCacerts('b', object), b.withCluster('b', { istiods: b.seen([pod]) }));
}

describe('rotation/emergency', () => {
  it('backs up, renews and writes, and revokes the old key in the same write', () => {
    expect(stepOf(decide(b.change(b.mesh(), b.underWay(GOAL))))).toMatchObject({ kind: 'backup', cluster: 'b' });
    expect(stepOf(decide(begun()))).toMatchObject({ kind: 'renew' });
    expect(stepOf(decide(begun({}, b.renewed('b'))))).toMatchObject({
      kind: 'write',
      fingerprint: b.fingerprint(NEW),
      revoke: [STOLEN],
      roots: 'keep',
    });
  });

  it('waits only for what the clocks ask', () => {
    const begins = b.certificateOf(NEW).notBefore;
    expect(decide(begun({}, b.renewed('b')), begins)).toMatchObject({ kind: 'wait', until: begins + 2_400 });
    const unknown = begun({}, b.renewed('b'), b.away('a'));
    expect(decide(unknown, begins)).toMatchObject({ kind: 'wait', until: begins + 5 * MINUTE });
  });

  it('goes on while another cluster is away', () => {
    expect(stepOf(decide(begun({}, b.renewed('b'), b.away('a'))))).toMatchObject({ kind: 'write' });
  });

  it('asks whether the list of revoked certificates covers the new one', () => {
    const goal = { ...GOAL, crl: 'revoked' };
    const asked = b.change(begun({}, b.renewed('b')), b.underWay(goal));
    expect(decide(asked, NOW, goal)).toMatchObject({ kind: 'ask', question: 'crl' });
    const agreed = b.change(asked, b.underWay(goal, { agreed: ['crl'] }));
    expect(stepOf(decide(agreed, NOW, goal))).toMatchObject({ kind: 'write', crl: 'revoked' });
  });

  it('never puts the stolen one back', () => {
    const late = begun(
      {},
      b.renewed('b'),
      b.withCacerts('b', b.written(NEW, 3 * MINUTE, { revoked: [STOLEN] })),
      b.withCluster('b', { istiods: b.seen([b.istiod(OLD, { nudged: b.contentOf(NEW) })]) }),
    );
    expect(codes(decide(late))).toEqual(['ca-nothing-to-restore']);
    const goBack = b.change(late, b.underWay(GOAL, { direction: 'back' }));
    expect(codes(decide(goBack))).toEqual(['ca-nothing-to-restore']);
  });

  describe('after the proof', () => {
    it('pushes the same roots once where agents sign anew by it', () => {
      const root = b.fingerprint(b.ROOT);
      expect(stepOf(decide(proved()))).toMatchObject({ kind: 'backup', contentId: b.contentOf(NEW) });
      const backed = b.change(proved(), b.withCluster('b', { backups: b.seen([b.backup(OLD), b.backup(NEW, { takenAt: NOW })]) }));
      expect(stepOf(decide(backed))).toEqual({
        kind: 'writeRoots',
        cluster: 'b',
        roots: [root, root],
        expects: { uid: 'uid-cacerts', resourceVersion: '200' },
      });
    });

    it.each([
      ['without MULTIROOT', { multiRoot: false }],
      ['without the XDS agent', { xdsAgent: false }],
    ])('pushes nothing %s, and deletes the copies of the stolen key', (_, flags) => {
      expect(stepOf(decide(proved(flags)))).toEqual({
        kind: 'deleteBackup',
        cluster: 'b',
        backup: b.backup(OLD).name,
        expects: { uid: b.backup(OLD).uid, resourceVersion: '50' },
      });
    });

    it('pushes only once, and is over when the copies are gone', () => {
      const twice = { 'root-cert.pem': b.ROOT.certificatePem.repeat(2) };
      const object = b.cacerts(NEW, { resourceVersion: '300' }, twice);
      const record = { ...object.record, revoked: [STOLEN] };
      const pushed = b.change(proved(), b.withCacerts('b', { ...object, record }));
      expect(stepOf(decide(pushed))).toMatchObject({ kind: 'deleteBackup' });
      const over = decide(b.change(pushed, b.withCluster('b', { backups: b.seen([]) })));
      expect(stepOf(over)).toMatchObject({ kind: 'closeIntent', outcome: 'done' });
    });

    it('says what an abort cannot undo', () => {
      const state = b.change(
        proved({ multiRoot: false }),
        b.withCluster('b', { backups: b.seen([]) }),
        b.underWay(GOAL, { direction: 'back' }),
      );
      expect(decide(state)).toMatchObject({ says: expect.stringContaining('there is no way back to a stolen key') as unknown });
    });
  });

  it('aborted before the write, holds what was issued', () => {
    expect(stepOf(decide(begun({ direction: 'back' }, b.renewed('b'))))).toMatchObject({ kind: 'hold', fingerprint: b.fingerprint(NEW) });
  });

  describe('plan', () => {
    it('names each margin that is given up, and what cannot be undone', () => {
      const planned = PLANNERS.emergency.plan(GOAL, b.mesh(), NOW);
      if (planned.kind !== 'plan') throw new Error(planned.kind);
      expect(planned.plan.waived).toEqual([
        'The new certificate is published as soon as it is valid by every clock; a clock that is measured wrongly refuses it.',
        'Other clusters need not answer, and need not be shown to trust the same roots.',
        'The old certificate may be at its end: the 48 hours of a calm rotation are not asked for.',
        'There is no way back: a failed proof is not undone, for that would bring a stolen key back.',
      ]);
      expect(planned.plan.remarks).toContain(
        'This istiod cannot make agents sign anew: proxies renew within half of a life; restart what must be sooner.',
      );
      expect(planned.plan.steps.map(({ key }) => key)).toEqual(['backup:b', 'renew:b', 'margin:b', 'write:b', 'prove:b', 'delete:b']);
    });

    it('gives up no margin that is not known', () => {
      const planned = PLANNERS.emergency.plan(GOAL, b.change(b.mesh(), b.away('a')), NOW);
      expect(planned.kind === 'plan' ? planned.plan.waived.length : planned).toBe(3);
    });

    it('is refused where the new certificate would have the stolen key', () => {
      const never = b.change(b.mesh(), b.withCertificate('b', { spec: { ...b.managed('x', OLD).spec, rotationPolicy: 'Never' } }));
      const planned = PLANNERS.emergency.plan(GOAL, never, NOW);
      expect(planned.kind === 'refused' ? planned.findings.map(({ code }) => code) : planned.kind).toEqual(['ca-key-would-stay']);
    });

    it('is made where hardly any life is left', () => {
      const dying = b.cacerts(b.ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...b.life(-100 * DAY, DAY) }));
      expect(PLANNERS.emergency.plan(GOAL, b.change(b.mesh(), b.withCacerts('b', dying)), NOW).kind).toBe('plan');
    });
  });

  it('shows how far it is', () => {
    const now = (state: CaState) => PLANNERS.emergency.progress(GOAL, state, NOW).find((step) => step.state === 'now')?.key;
    expect([
      now(b.change(b.mesh(), b.underWay(GOAL))),
      now(begun()),
      now(begun({}, b.renewed('b'))),
      now(begun({}, b.renewed('b'), b.withCacerts('b', b.written(NEW, MINUTE)))),
      now(proved()),
    ]).toEqual(['backup:b', 'renew:b', 'write:b', 'prove:b', 'delete:b']);
  });
});
