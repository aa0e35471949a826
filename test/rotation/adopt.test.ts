import { describe, expect, it } from 'vitest';
import { PLANNERS } from '../../src/rotation/index.ts';
import type { Decision } from '../../src/rotation/goal.ts';
import type { CacertsObject, CaState, Intent } from '../../src/rotation/model.ts';
import * as b from './build.ts';

const { NOW, MINUTE, DAY } = b;
const GOAL = { kind: 'adopt', cluster: 'b' } as const;
const OWN = b.ica('b');
const UNWRITTEN: CacertsObject['record'] = {
  source: undefined,
  writtenAt: undefined,
  proved: undefined,
  rootsSince: undefined,
  signerSince: undefined,
  hold: undefined,
  revoked: [],
};
const KUBECTL = b.cacerts(OWN, {
  record: UNWRITTEN,
  ownership: { kind: 'kubectl', managers: ['kubectl-create'], application: undefined },
  keyInAnnotation: true,
});
const GITOPS: CacertsObject = { ...KUBECTL, ownership: { kind: 'gitops', managers: ['argocd-controller'], application: 'argocd:mesh' } };
/** Created after istiod started, which signs with something of its own. */
const LATE: CacertsObject = { ...KUBECTL, createdAt: NOW - DAY };
const BACKUPS = b.withCluster('b', { backups: b.seen([b.backup(OWN)]) });
const blind = b.withCluster('b', { istiods: b.seen([b.istiod(b.ica('a'))]) });
const tls = b.cacerts(OWN, {
  ...KUBECTL,
  facts: {
    ...b.cacertsFacts(OWN),
    keys: ['ca.crt', 'tls.crt', 'tls.key'],
    signing: [],
    chain: [],
    roots: [],
    key: undefined,
    rootBytesSha256: undefined,
  },
});

function foreign(object: CacertsObject | null, ...more: readonly b.Change[]): CaState {
  return b.change(b.mesh(), b.withCacerts('b', object), ...more);
}

function begun(object: CacertsObject | null, changes: Partial<Intent> = {}, ...more: readonly b.Change[]): CaState {
  return foreign(object, b.underWay(GOAL, changes), BACKUPS, ...more);
}

function decide(state: CaState): Decision {
  return b.decideSafely(GOAL, state, NOW);
}

function stepOf(decision: Decision) {
  return decision.kind === 'step' ? decision.step : decision;
}

function plan(state: CaState) {
  const planned = PLANNERS.adopt.plan(GOAL, state, NOW);
  return planned.kind === 'refused' ? planned.findings.map(({ code }) => code) : planned;
}

describe('rotation/adopt', () => {
  it('backs up and takes over, once', () => {
    expect(stepOf(decide(foreign(KUBECTL, b.underWay(GOAL))))).toMatchObject({ kind: 'backup', cluster: 'b' });
    expect(stepOf(decide(begun(KUBECTL)))).toMatchObject({ kind: 'write', takeOver: true, roots: 'keep', fingerprint: b.fingerprint(OWN) });
  });

  it('proves what it wrote, and is over', () => {
    expect(stepOf(decide(begun(b.written(OWN, MINUTE))))).toMatchObject({ kind: 'markProved' });
    expect(stepOf(decide(begun(b.cacerts(OWN))))).toMatchObject({ kind: 'closeIntent', outcome: 'done' });
  });

  describe('with istiods that started before', () => {
    const taken = { ...b.written(OWN, MINUTE), createdAt: NOW - DAY };

    it('restarts them after the write', () => {
      expect(stepOf(decide(begun(LATE, {}, blind)))).toMatchObject({ kind: 'write', takeOver: true });
      expect(stepOf(decide(begun(taken, {}, blind)))).toEqual({
        kind: 'restart',
        cluster: 'b',
        revision: 'default',
        why: 'it watches only what was there when it started',
      });
    });

    it('waits while they start, and counts the time for the proof from there', () => {
      const pods = [b.istiod(b.ica('a')), b.istiod(undefined, { name: 'istiod-2', uid: 'two', ready: false, startedAt: undefined })];
      expect(decide(begun(taken, {}, b.withCluster('b', { istiods: b.seen(pods) })))).toMatchObject({
        kind: 'wait',
        says: 'b: istiod-2 is starting',
      });
      const old = { ...b.written(OWN, DAY / 2), createdAt: NOW - DAY };
      const restarted = b.istiod(b.ica('a'), { startedAt: NOW - MINUTE, nudged: b.contentOf(OWN) });
      const state = begun(old, {}, b.withCluster('b', { istiods: b.seen([restarted]) }));
      expect(decide(state)).toMatchObject({ kind: 'wait', deadline: NOW + 2 * MINUTE });
    });

    it('restarts none while another cluster is away', () => {
      const decision = decide(begun(taken, {}, blind, b.away('a')));
      expect(decision.kind === 'stuck' ? decision.findings.map(({ code }) => code) : decision.kind).toEqual(['ca-restart-unsafe']);
    });
  });

  it('aborted, leaves or puts back what was there', () => {
    expect(stepOf(decide(begun(KUBECTL, { direction: 'back' })))).toMatchObject({ kind: 'closeIntent', outcome: 'aborted' });
    const before = b.backup(b.ica('b', 2), { takenAt: NOW - MINUTE });
    const baseline = { ...b.intentFor(GOAL).baseline, contents: { b: before.contentId } };
    const state = begun(b.written(OWN, MINUTE), { direction: 'back', baseline }, b.withCluster('b', { backups: b.seen([before]) }));
    expect(stepOf(decide(state))).toMatchObject({ kind: 'restore', backup: before.name });
  });

  describe('plan', () => {
    it('shows who owns what, and warns of a tool that takes it back', () => {
      const planned = plan(foreign(GITOPS));
      expect(planned).toMatchObject({
        kind: 'plan',
        plan: {
          title: 'Adopt the cacerts of b',
          now: [
            'cacerts belongs to a GitOps tool (argocd-controller)',
            expect.stringMatching(/^It signs with .{8}, good until 2026-08-08 12:00 UTC$/),
          ],
          remarks: [
            'argocd:mesh will take it back: take cacerts out of what it manages first, or it fights this for ever.',
            'kubectl left the private key in an annotation: it is taken out.',
            'No restart.',
            'The root stays the same; running workloads keep their certificates.',
            'Undo: brings the data back; they stay ours.',
          ],
        },
      });
    });

    it('shows the restart that it needs', () => {
      const planned = plan(foreign(LATE, blind));
      expect(planned).toMatchObject({
        plan: { steps: [{ key: 'backup:b' }, { key: 'margin:b' }, { key: 'write:b' }, { key: 'restart:b' }, { key: 'prove:b' }] },
      });
    });

    it('takes the style tls.crt where what is published shows the same root', () => {
      expect(plan(foreign(tls))).toMatchObject({ kind: 'plan' });
      expect(
        stepOf(decide(begun(tls, {}, b.withCluster('b', { backups: b.seen([b.backup(OWN, { contentId: tls.contentId })]) })))),
      ).toMatchObject({
        kind: 'write',
        takeOver: true,
        roots: [b.fingerprint(b.ROOT)],
      });
    });

    it('has nothing to do where it is ours', () => {
      expect(plan(b.mesh())).toMatchObject({ kind: 'nothing' });
      expect(plan(foreign(null, b.withCluster('b', { istiods: b.seen([]) })))).toMatchObject({ kind: 'nothing' });
    });

    const otherRoot = b.cacerts(b.OTHER_ROOT.issueIntermediate({ commonName: 'x', ...b.life(-DAY, 90 * DAY) }), {
      ownership: KUBECTL.ownership,
    });
    const ownRoot = b.withCluster('b', { published: b.seen([{ certificates: [b.certificateOf(b.OTHER_ROOT)], namespaces: 3 }]) });
    it.each<[string, CaState, readonly string[]]>([
      ['the root would change', foreign(otherRoot), ['ca-adopt-changes-root']],
      ['istiod signs under a root of its own', foreign(null, ownRoot), ['ca-adopt-changes-root']],
      ['what is published cannot be seen', foreign(null, b.withCluster('b', { published: b.unseen() })), ['ca-adopt-changes-root']],
      ['a restart is needed while another cluster is away', foreign(LATE, blind, b.away('a')), ['ca-restart-unsafe']],
      ['the cluster is away', foreign(KUBECTL, b.away('b')), ['ca-cluster-unreachable']],
      ['the intent is not seen', { ...foreign(KUBECTL), intent: b.unseen() }, ['ca-intent-unseen']],
      ['it is immutable', foreign({ ...KUBECTL, immutable: true }), ['ca-cacerts-immutable']],
      ['no such cluster is known', b.mesh('a', 'c'), ['ca-cluster-unknown']],
    ])('is refused where %s', (_, state, codes) => {
      expect(plan(state)).toEqual(codes);
    });
  });

  it('shows how far it is', () => {
    const now = (state: CaState) => PLANNERS.adopt.progress(GOAL, state, NOW).find((step) => step.state === 'now')?.key;
    expect([
      now(foreign(KUBECTL, b.underWay(GOAL))),
      now(begun(KUBECTL)),
      now(begun({ ...b.written(OWN, MINUTE), createdAt: NOW - DAY }, {}, blind)),
      now(begun(b.written(OWN, MINUTE))),
    ]).toEqual(['backup:b', 'write:b', 'restart:b', 'prove:b']);
  });
});
