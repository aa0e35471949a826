import { describe, expect, it } from 'vitest';
import { PLANNERS } from '../../src/rotation/index.ts';
import type { Decision } from '../../src/rotation/goal.ts';
import type { CaState, Intent } from '../../src/rotation/model.ts';
import * as b from './build.ts';

const { NOW, MINUTE, HOUR, DAY } = b;
const GOAL = { kind: 'intermediate', cluster: 'b' } as const;
const OLD = b.ica('b');
const NEW = b.ica('b', 1);
const EXPECTS = { uid: 'uid-cacerts', resourceVersion: '100' };
const BACKUPS = b.withCluster('b', { backups: b.seen([b.backup(OLD)]) });

/** Under way since ten minutes, with what is there backed up. */
function begun(changes: Partial<Intent> = {}, ...more: readonly b.Change[]): CaState {
  return b.change(b.mesh(), b.underWay(GOAL, changes), BACKUPS, ...more);
}

function decide(state: CaState, now = NOW): Decision {
  return b.decideSafely(GOAL, state, now);
}

function stepOf(decision: Decision) {
  return decision.kind === 'step' ? decision.step : decision;
}

function codes(decision: Decision): readonly string[] {
  return decision.kind === 'stuck' ? decision.findings.map(({ code }) => code) : [decision.kind];
}

const issuing = (since: number) => [b.condition('Ready', 'True', 'Ready'), b.condition('Issuing', 'True', 'ManuallyTriggered', since)];
const back: Partial<Intent> = { direction: 'back' };

describe('rotation/intermediate', () => {
  it('backs up, asks once for a new certificate, waits for it, and writes it', () => {
    expect(stepOf(decide(b.change(b.mesh(), b.underWay(GOAL))))).toEqual({
      kind: 'backup',
      cluster: 'b',
      contentId: b.contentOf(OLD),
      expects: EXPECTS,
      takenFor: 'k7f3',
    });
    expect(stepOf(decide(begun()))).toEqual({
      kind: 'renew',
      certificate: { namespace: 'istio-ca', name: 'istio-ica-b' },
      expects: { uid: 'uid-istio-ica-b', resourceVersion: '10' },
      revision: 1,
    });
    expect(decide(begun({}, b.withCertificate('b', { conditions: issuing(NOW - MINUTE) })))).toEqual({
      kind: 'wait',
      says: 'cert-manager issues the new certificate of b',
      until: undefined,
      deadline: NOW + 9 * MINUTE,
    });
    const begins = b.certificateOf(NEW).notBefore;
    expect(decide(begun({}, b.renewed('b')), begins)).toMatchObject({ kind: 'wait', until: begins + 30_000 });
    expect(stepOf(decide(begun({}, b.renewed('b'))))).toEqual({
      kind: 'write',
      cluster: 'b',
      source: { namespace: 'istio-ca', name: 'istio-ica-b', uid: 'uid-secret-b', resourceVersion: '20' },
      fingerprint: b.fingerprint(NEW),
      roots: 'keep',
      expects: EXPECTS,
      takeOver: false,
    });
  });

  it('publishes what was issued already and not yet distributed, without asking for more', () => {
    const baseline = { ...b.intentFor(GOAL).baseline, revision: 2 };
    expect(stepOf(decide(begun({ baseline }, b.renewed('b'))))).toMatchObject({ kind: 'write', fingerprint: b.fingerprint(NEW) });
  });

  it('asks for another where what was issued is held', () => {
    const hold = { fingerprint: b.fingerprint(NEW), why: 'Not served.', at: NOW - DAY };
    const baseline = { ...b.intentFor(GOAL).baseline, revision: 2 };
    expect(stepOf(decide(begun({ baseline }, b.renewed('b'), b.withRecord('b', { hold }))))).toMatchObject({ kind: 'renew', revision: 2 });
  });

  describe('recognises cert-manager', () => {
    it('that adopted its Secret and counts no revision', () => {
      const baseline = { ...b.intentFor(GOAL).baseline, revision: undefined };
      const state = begun({ baseline }, b.withCertificate('b', { revision: undefined }));
      expect(stepOf(decide(state))).toMatchObject({ kind: 'renew', revision: undefined });
      expect(stepOf(decide(b.change(state, b.renewed('b'))))).toMatchObject({ kind: 'write' });
    });

    it('that backs off after a failure, and asks whether to try again', () => {
      const failed = b.withCertificate('b', {
        lastFailureTime: NOW - MINUTE,
        failedAttempts: 1,
        conditions: [b.condition('Ready', 'True', 'Ready'), b.condition('Issuing', 'False', 'Denied')],
      });
      expect(decide(begun({}, failed))).toEqual({
        kind: 'ask',
        question: 'retry:1',
        says: 'Denied One attempt failed, the last one at 2026-03-01 11:59 UTC. cert-manager waits until 2026-03-01 12:59 UTC (in 59 min). Mend what it names, then agree: it is asked again at once.',
      });
      expect(stepOf(decide(begun({ agreed: ['retry:1'] }, failed)))).toMatchObject({ kind: 'renew' });
      const before = b.withCertificate('b', { lastFailureTime: NOW - HOUR, failedAttempts: 1 });
      expect(stepOf(decide(begun({}, before)))).toMatchObject({ kind: 'renew' });
    });

    it('that issues nothing', () => {
      const state = begun({}, b.withCertificate('b', { conditions: issuing(NOW - 10 * MINUTE) }));
      expect(codes(decide(state))).toEqual(['ca-issuing-stuck']);
    });

    it('that does not run', () => {
      expect(codes(decide(begun({}, b.withSigner({ available: false }))))).toEqual(['ca-cert-manager-away']);
    });

    it('that counts an issuance whose Secret holds the old certificate', () => {
      const state = begun({}, b.withCertificate('b', { revision: 2, notBefore: NOW - MINUTE }));
      expect(codes(decide(state))).toEqual(['ca-issued-nothing-new']);
      const young = b.withCertificate('b', { revision: 2, notBefore: NOW - b.SECOND });
      expect(decide(begun({}, young))).toMatchObject({ kind: 'wait', deadline: NOW + 29_000 });
    });

    it('whose issuer signed with a key that is not its own, though all says Ready', () => {
      const wrong = {
        ...b.source('b', NEW, { caCrt: b.OTHER_ROOT.certificatePem }),
        certificate: { ...b.managed('istio-ica-b', NEW), revision: 2 },
      };
      expect(codes(decide(begun({}, b.withSource('b', wrong))))).toEqual(['ca-source-untrusted']);
    });

    it('whose ca.crt was damaged: a renewal mends it', () => {
      const damaged = b.source('b', OLD, { caCrt: 'garbage' });
      expect(stepOf(decide(begun({}, b.withSource('b', damaged))))).toMatchObject({ kind: 'renew' });
    });
  });

  describe('after the write', () => {
    const contentId = b.contentOf(NEW);
    const writtenAgo = (ago: number, ...pods: readonly ReturnType<typeof b.istiod>[]) =>
      begun({}, b.renewed('b'), b.withCacerts('b', b.written(NEW, ago)), b.withCluster('b', { istiods: b.seen(pods) }));

    it('nudges, waits and notes the proof', () => {
      expect(stepOf(decide(writtenAgo(MINUTE, b.istiod(OLD))))).toEqual({ kind: 'nudge', cluster: 'b', pods: ['istiod-1'], contentId });
      expect(decide(writtenAgo(MINUTE, b.istiod(OLD, { nudged: contentId })))).toMatchObject({ kind: 'wait', deadline: NOW + 2 * MINUTE });
      expect(stepOf(decide(writtenAgo(MINUTE, b.istiod(NEW))))).toMatchObject({ kind: 'markProved', contentId });
    });

    it('is over after the proof, and says until when proxies have renewed', () => {
      const object = b.written(NEW, MINUTE);
      const proved = { contentId, at: NOW };
      const state = b.change(writtenAgo(MINUTE, b.istiod(NEW)), b.withCacerts('b', { ...object, record: { ...object.record, proved } }));
      const withProxies = b.change(state, b.withCluster('b', { proxies: { renewed: 12, asked: 31, all: 31 } }));
      expect(stepOf(decide(state))).toEqual({ kind: 'closeIntent', expects: { uid: 'uid-intent', resourceVersion: '7' }, outcome: 'done' });
      expect(decide(withProxies)).toMatchObject({
        says: [
          'b signs with the new intermediate, proved on 1 istiod',
          '12 of 31 proxies have renewed; the rest do by 2026-03-02 01:00 UTC.',
          'The backup is kept until 2026-03-02 12:00 UTC and longer.',
        ].join('\n'),
      });
    });

    it('goes back to what it began with, and is then aborted', () => {
      const late = writtenAgo(3 * MINUTE, b.istiod(OLD, { nudged: contentId }));
      expect(stepOf(decide(late))).toMatchObject({
        kind: 'restore',
        contentId: b.contentOf(OLD),
        hold: { fingerprint: b.fingerprint(NEW), why: 'Not served within its time: istiod-1 still old.' },
      });
      const hold = { fingerprint: b.fingerprint(NEW), why: 'Not served.', at: NOW };
      const restored = b.change(
        late,
        b.withCacerts('b', b.written(OLD, 0, { hold })),
        b.withCluster('b', { istiods: b.seen([b.istiod(OLD)]) }),
      );
      expect(stepOf(decide(restored))).toMatchObject({ kind: 'markProved', contentId: b.contentOf(OLD) });
      const proved = b.change(restored, b.withRecord('b', { proved: { contentId: b.contentOf(OLD), at: NOW } }));
      expect(stepOf(decide(proved))).toMatchObject({ kind: 'closeIntent', outcome: 'aborted' });
    });
  });

  describe('aborted', () => {
    it('before anything was issued, changes nothing', () => {
      expect(stepOf(decide(begun(back)))).toMatchObject({ kind: 'closeIntent', outcome: 'aborted' });
    });

    it('while cert-manager issues, waits for what comes', () => {
      expect(decide(begun(back, b.withCertificate('b', { conditions: issuing(NOW - MINUTE) }))).kind).toBe('wait');
    });

    it('before the write, holds what was issued', () => {
      const state = begun(back, b.renewed('b'));
      expect(stepOf(decide(state))).toEqual({
        kind: 'hold',
        cluster: 'b',
        fingerprint: b.fingerprint(NEW),
        why: 'Issued for plan k7f3, which was aborted.',
        expects: EXPECTS,
      });
      const hold = { fingerprint: b.fingerprint(NEW), why: 'Issued for plan k7f3, which was aborted.', at: NOW };
      expect(stepOf(decide(b.change(state, b.withRecord('b', { hold }))))).toMatchObject({ kind: 'closeIntent', outcome: 'aborted' });
    });

    it('after the write, puts back what was there and holds the new one', () => {
      const state = begun(back, b.renewed('b'), b.withCacerts('b', b.written(NEW, MINUTE)));
      expect(stepOf(decide(state))).toEqual({
        kind: 'restore',
        cluster: 'b',
        backup: b.backup(OLD).name,
        contentId: b.contentOf(OLD),
        expects: { uid: 'uid-cacerts', resourceVersion: '200' },
        hold: { fingerprint: b.fingerprint(NEW), why: 'Taken back: plan k7f3 was aborted.' },
      });
    });

    it('stops where what was there is gone', () => {
      const state = begun(back, b.renewed('b'), b.withCacerts('b', b.written(NEW, MINUTE)), b.withCluster('b', { backups: b.seen([]) }));
      expect(codes(decide(state))).toEqual(['ca-backup-missing']);
    });
  });

  describe('does not go on', () => {
    it.each<[string, CaState, readonly string[]]>([
      ['without a look at the intent', { ...begun(), intent: b.unseen() }, ['ca-intent-unseen']],
      ['without an intent', b.mesh(), ['done']],
      ['without a look at the cluster', begun({}, b.away('b')), ['ca-cluster-unreachable']],
      ['without cacerts', begun({}, b.withCacerts('b', null)), ['ca-no-cacerts']],
      ['while another cluster is away', begun({}, b.renewed('b'), b.away('a')), ['ca-link-down']],
      [
        'while another is unproved',
        begun({}, b.renewed('b'), b.withCacerts('a', b.written(b.ica('a'), MINUTE))),
        ['ca-unproved-elsewhere'],
      ],
    ])('%s', (_, state, expected) => {
      expect(codes(decide(state))).toEqual(expected);
    });
  });

  it('shows how far it is', () => {
    const now = (state: CaState) => PLANNERS.intermediate.progress(GOAL, state, NOW).find((step) => step.state === 'now')?.key;
    expect([
      now(b.change(b.mesh(), b.underWay(GOAL))),
      now(begun()),
      now(begun({}, b.renewed('b'), b.withCluster('a', { skewMs: b.seen(2 * HOUR) }))),
      now(begun({}, b.renewed('b'))),
      now(begun({}, b.renewed('b'), b.withCacerts('b', b.written(NEW, MINUTE)))),
    ]).toEqual(['backup:b', 'renew:b', 'margin:b', 'write:b', 'prove:b']);
  });
});
