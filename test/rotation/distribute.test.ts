import { describe, expect, it } from 'vitest';
import { PLANNERS } from '../../src/rotation/index.ts';
import type { Decision } from '../../src/rotation/goal.ts';
import type { CaState } from '../../src/rotation/model.ts';
import { createKey } from '../mesh/authority.ts';
import * as b from './build.ts';

const { NOW, MINUTE, HOUR, DAY } = b;
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
const WRITE_B = {
  kind: 'write',
  cluster: 'b',
  source: { namespace: 'istio-ca', name: 'istio-ica-b', uid: 'uid-secret-b', resourceVersion: '20' },
  fingerprint: b.fingerprint(b.ica('b', 1)),
  roots: 'keep',
  expects: { uid: 'uid-cacerts', resourceVersion: '100' },
  takeOver: false,
};

describe('rotation/distribute', () => {
  it('changes nothing where every cluster signs with what was issued', () => {
    expect(decide(b.mesh())).toEqual({
      kind: 'done',
      says: ['a', 'b'].map(
        (name) => expect.stringMatching(new RegExp(`^${name} signs with .{5}….{2}, good until 2026-08-08 12:00 UTC$`)) as unknown,
      ),
      findings: [],
    });
    expect(PLANNERS.distribute.plan(GOAL, b.mesh(), NOW).kind).toBe('nothing');
  });

  it('backs up what is there before it writes', () => {
    expect(decide(RENEWED)).toEqual({
      kind: 'step',
      step: {
        kind: 'backup',
        cluster: 'b',
        contentId: b.contentOf(b.ica('b')),
        expects: { uid: 'uid-cacerts', resourceVersion: '100' },
        takenFor: 'distribute',
      },
      says: 'back up cacerts of b',
    });
    expect(decide(BACKED)).toEqual({ kind: 'step', step: WRITE_B, says: 'write cacerts in b' });
  });

  it('dates a copy anew that is older than the data', () => {
    const old = b.change(BACKED, b.withCluster('b', { backups: b.seen([b.backup(b.ica('b'), { takenAt: NOW - 20 * DAY })]) }));
    expect(stepOf(decide(old))).toMatchObject({ kind: 'backup', cluster: 'b' });
  });

  it.each([
    ['30 s where the skew is small', 400, 30_000],
    ['three times the skew', 20_000, 60_000],
    ['5 min where a skew is not known', undefined, 5 * MINUTE],
  ])('waits %s after the beginning of a certificate', (_, skew, margin) => {
    const state = b.change(BACKED, b.withCluster('a', { skewMs: skew === undefined ? b.unseen() : b.seen(skew) }));
    const begins = b.certificateOf(b.ica('b', 1)).notBefore;
    expect(decide(state, begins + margin - 1)).toMatchObject({ kind: 'wait', until: begins + margin });
    expect(stepOf(decide(state, begins + margin))).toEqual(WRITE_B);
  });

  describe('refuses', () => {
    const other = b.source('b', b.OTHER_ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...b.life(-HOUR, 180 * DAY) }));
    const held = { fingerprint: b.fingerprint(b.ica('b', 1)), why: 'Not served within its time.', at: NOW - DAY };
    const twin = b.source('b', b.ica('a', 1));
    const short = b.source('b', b.ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...b.life(-HOUR, 20 * DAY) }));
    const long = b.source('b', b.ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...b.life(-HOUR, 5000 * DAY) }));
    const older = b.source('b', b.ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...b.life(-25 * DAY, 155 * DAY) }));
    const foreign = b.cacerts(b.ica('b'), { ownership: { kind: 'gitops', managers: ['argocd-controller'], application: 'argocd:mesh' } });
    const selfSigned = b.change(
      RENEWED,
      b.withSource('b', b.source('b', b.ica('b', 1), { tlsCrt: b.OTHER_ROOT.certificatePem, tlsKey: b.OTHER_ROOT.keyPem })),
    );

    it.each<[string, CaState, string]>([
      ['another root', b.change(BACKED, b.withSource('b', other)), 'ca-root-differs'],
      ['what is on hold', b.change(BACKED, b.withRecord('b', { hold: held })), 'ca-held'],
      ['what was revoked', b.change(BACKED, b.withRecord('b', { revoked: [held.fingerprint] })), 'ca-revoked'],
      ['what is older than the present', b.change(BACKED, b.withSource('b', older)), 'ca-older-than-present'],
      ['a key of another cluster', b.change(BACKED, b.renewed('a'), b.withSource('b', twin)), 'ca-key-in-two-clusters'],
      ['what outlives the root', b.change(BACKED, b.withSource('b', long)), 'ca-source-outlives-root'],
      ['what has too little life left', b.change(BACKED, b.withSource('b', short)), 'ca-source-short-life'],
      ['data of somebody else', b.change(BACKED, b.withCacerts('b', foreign)), 'ca-owned-by-other'],
      ['an immutable Secret', b.change(BACKED, b.withCacerts('b', b.cacerts(b.ica('b'), { immutable: true }))), 'ca-cacerts-immutable'],
      [
        'a foreign key',
        b.change(BACKED, b.withSource('b', b.source('b', b.ica('b', 1), { tlsKey: createKey() }))),
        'ca-source-key-mismatch',
      ],
      ['garbage', b.change(BACKED, b.withSource('b', b.source('b', b.ica('b', 1), { tlsCrt: 'garbage' }))), 'ca-source-unreadable'],
      ['what is self-signed', selfSigned, 'ca-source-self-signed'],
      [
        'a ca.crt that is not the root',
        b.change(BACKED, b.withSource('b', b.source('b', b.ica('b', 1), { caCrt: b.OTHER_ROOT.certificatePem }))),
        'ca-source-untrusted',
      ],
      ['no backups seen', b.change(RENEWED, b.withCluster('b', { backups: b.unseen() })), 'ca-backups-unseen'],
      [
        'an istiod that started before cacerts',
        b.change(
          BACKED,
          b.withCacerts(
            'b',
            b.cacerts(b.ica('b'), {
              createdAt: NOW - DAY,
              record: { ...b.cacerts(b.ica('b')).record, proved: undefined, writtenAt: undefined },
            }),
          ),
          b.withCluster('b', { istiods: b.seen([b.istiod(b.ica('a'))]) }),
        ),
        'ca-restart-needed',
      ],
      ['an istiod without cacerts', b.change(RENEWED, b.withCacerts('b', null)), 'ca-istiod-without-cacerts'],
      [
        'an istiod of which nothing is known',
        b.change(BACKED, b.withCluster('b', { istiods: b.seen([b.istiod(b.ica('b'), { version: undefined })]) })),
        'ca-istiod-refuses',
      ],
      [
        'a source that was not seen',
        b.change(BACKED, b.withSource('b', { ...b.source('b', b.ica('b', 1)), secret: b.unseen() })),
        'ca-source-unseen',
      ],
      [
        'a source that is not there',
        b.change(BACKED, b.withSource('b', { ...b.source('b', b.ica('b', 1)), secret: b.seen(null) })),
        'ca-source-missing',
      ],
    ])('%s', (_, state, code) => {
      const decision = decide(state);
      // A mesh in which `a` has something to publish as well does that first.
      const found = decision.kind === 'step' || codes(decision).length > 1 ? decide(state, NOW, ['b']) : decision;
      expect({ kind: found.kind, codes: codes(found) }).toEqual({ kind: 'stuck', codes: [[code, 'b']] });
    });

    it('everything while the intent cannot be seen', () => {
      expect(codes(decide({ ...BACKED, intent: b.unseen() }))).toEqual([['ca-intent-unseen', 'mesh']]);
    });

    it('the first write where the root is not the pinned one', () => {
      const first = b.change(b.mesh(), b.withCacerts('b', null), b.withCluster('b', { istiods: b.seen([]) }));
      expect(codes(decide({ ...first, policy: { ...first.policy, pinnedRoot: undefined } }))).toEqual([['ca-root-not-pinned', 'b']]);
      expect(stepOf(decide(first))).toEqual({
        ...WRITE_B,
        fingerprint: b.fingerprint(b.ica('b')),
        roots: [b.fingerprint(b.ROOT)],
        expects: null,
      });
    });
  });

  it('notes the proof of data whose record was lost, once they are seen served', () => {
    const { record } = b.cacerts(b.ica('b'));
    const lost = { ...record, source: undefined, writtenAt: undefined, proved: undefined, rootsSince: undefined, signerSince: undefined };
    const state = b.change(b.mesh(), b.withRecord('b', lost));
    expect(stepOf(decide(state))).toEqual({
      kind: 'markProved',
      cluster: 'b',
      contentId: b.contentOf(b.ica('b')),
      expects: { uid: 'uid-cacerts', resourceVersion: '100' },
      rootsSince: NOW,
      signerSince: NOW,
    });
    const unasked = b.change(state, b.withCluster('b', { istiods: b.seen([b.istiod(undefined)]) }));
    expect(decide(unasked).kind).toBe('done');
  });

  it('takes nothing for proved beside a foreign key: istiod goes on with the one that it read before', () => {
    const object = b.cacerts(b.ica('b'), {}, { 'ca-key.pem': createKey() });
    const lost = {
      ...object.record,
      source: undefined,
      writtenAt: undefined,
      proved: undefined,
      rootsSince: undefined,
      signerSince: undefined,
    };
    const damaged = { ...object, record: lost };
    const state = b.change(b.mesh(), b.withCacerts('b', damaged));
    expect(stepOf(decide(state))).toMatchObject({ kind: 'backup', cluster: 'b', contentId: damaged.contentId });
    const backed = b.withCluster('b', {
      backups: b.seen([{ ...b.backup(b.ica('b')), contentId: damaged.contentId, facts: damaged.facts }]),
    });
    expect(stepOf(decide(b.change(state, backed)))).toMatchObject({ kind: 'write', cluster: 'b', fingerprint: b.fingerprint(b.ica('b')) });
  });

  it('lets first data that no istiod reads yet stand in nobody’s way', () => {
    const first = (name: string) => b.withCluster(name, { istiods: b.seen([]) });
    const state = b.change(b.mesh(), first('a'), first('b'), b.withCacerts('a', b.written(b.ica('a'), DAY)), b.withCacerts('b', null));
    expect(stepOf(decide(state))).toMatchObject({ kind: 'write', cluster: 'b', expects: null });
  });

  it('leaves out who is away and says so, and goes on with the others', () => {
    const state = b.change(b.mesh('a', 'b', 'c'), b.renewed('b'), b.renewed('c'), b.away('b'));
    expect(stepOf(decide(state))).toMatchObject({ kind: 'backup', cluster: 'c' });
    const rest = b.change(b.mesh('a', 'b', 'c'), b.renewed('b'), b.away('b'));
    expect({ kind: decide(rest).kind, codes: codes(decide(rest)) }).toEqual({ kind: 'done', codes: [['ca-cluster-unreachable', 'b']] });
  });

  it('leaves out a cluster whose istiod is ill for another cause', () => {
    const ill = b.change(BACKED, b.withCluster('b', { istiods: b.seen([b.istiod(undefined, { ready: false, lastExit: 'OOMKilled' })]) }));
    expect({ kind: decide(ill).kind, codes: codes(decide(ill)) }).toEqual({ kind: 'done', codes: [['ca-istiod-not-ready', 'b']] });
    const none = b.change(BACKED, b.withCluster('b', { istiods: b.seen([]) }));
    expect(codes(decide(none))).toEqual([['ca-no-istiod', 'b']]);
  });

  describe('beside a change that is under way', () => {
    it('leaves its cluster alone and serves the others', () => {
      const state = b.change(BACKED, b.underWay({ kind: 'intermediate', cluster: 'b' }));
      expect(decide(state)).toMatchObject({
        kind: 'done',
        says: [expect.stringMatching(/^a signs/), 'b is left to the change that is under way (plan k7f3)'],
      });
      expect(stepOf(decide(b.change(state, b.renewed('a'))))).toMatchObject({ kind: 'backup', cluster: 'a' });
    });

    it('touches nothing during a rotation of the root', () => {
      const state = b.change(BACKED, b.renewed('a'), b.underWay({ kind: 'root', speed: 'gentle' }));
      expect(decide(state)).toMatchObject({ kind: 'done', findings: [] });
    });
  });

  describe('copies', () => {
    const kept = (...all: readonly ReturnType<typeof b.backup>[]) => b.change(b.mesh(), b.withCluster('b', { backups: b.seen(all) }));
    const past = (n: number, changes = {}) => b.backup(b.ica('b', n), { takenAt: NOW - n * DAY, ...changes });

    it('are archived when nothing signed under them lives any more', () => {
      expect(stepOf(decide(kept(past(3))))).toMatchObject({ kind: 'archiveBackup', cluster: 'b', backup: past(3).name });
      const young = b.change(kept(past(3)), b.withRecord('b', { signerSince: NOW - DAY + 1 }));
      expect(decide(young).kind).toBe('done');
    });

    it('are deleted, the oldest first, when more than five are archived', () => {
      const archived = [2, 3, 4, 5, 6, 7].map((n) => past(n, { archivedAt: NOW - DAY }));
      expect(stepOf(decide(kept(...archived)))).toMatchObject({ kind: 'deleteBackup', backup: past(7).name });
      expect(decide(kept(...archived.slice(1))).kind).toBe('done');
    });

    it('of a stolen key are deleted at once', () => {
      const state = b.change(
        kept(past(3, { takenAt: NOW })),
        b.withRecord('b', { revoked: [b.fingerprint(b.ica('b', 3))], signerSince: NOW }),
      );
      expect(stepOf(decide(state))).toMatchObject({ kind: 'deleteBackup', backup: past(3).name });
    });
  });

  describe('plan', () => {
    it('tells what is so, what will be, and each step', () => {
      const planned = PLANNERS.distribute.plan(GOAL, RENEWED, NOW);
      if (planned.kind !== 'plan') throw new Error(planned.kind);
      expect({ ...planned.plan, hash: planned.plan.hash.length }).toEqual({
        goal: GOAL,
        title: 'Distribute cacerts to b',
        now: [expect.stringMatching(/^b signs with .{8}, good until 2026-08-08 12:00 UTC$/)],
        then: [expect.stringMatching(/^b signs with .{8}, good until 2026-08-28 12:00 UTC$/)],
        steps: [
          { key: 'backup:b', title: 'back up cacerts in b', risk: undefined, waitsMs: undefined, state: 'todo' },
          {
            key: 'write:b',
            title: 'write cacerts in b, nudge 1 istiod',
            risk: 'New workload certificates are signed by it from then on.',
            waitsMs: undefined,
            state: 'todo',
          },
          { key: 'prove:b', title: 'prove on it: served chain', risk: undefined, waitsMs: 3 * MINUTE, state: 'todo' },
        ],
        remarks: ['Roots are not touched, and nothing is restarted.', 'What is not proved in time is put back and held.'],
        waived: [],
        hash: 64,
      });
    });

    it('has a hash that changes with what it rests on and not with the clock', () => {
      const hash = (state: CaState, now = NOW) => {
        const planned = PLANNERS.distribute.plan(GOAL, state, now);
        return planned.kind === 'plan' ? planned.plan.hash : planned.kind;
      };
      expect(hash(RENEWED, NOW + HOUR)).toBe(hash(RENEWED));
      expect(hash(b.change(RENEWED, b.withCacerts('b', b.cacerts(b.ica('b'), { resourceVersion: '101' }))))).not.toBe(hash(RENEWED));
      expect(hash(b.change(RENEWED, b.renewed('b', 2)))).not.toBe(hash(RENEWED));
    });
  });

  it('shows how far it is', () => {
    const progress = (state: CaState) => PLANNERS.distribute.progress(GOAL, state, NOW).map(({ key, state: at }) => [key, at]);
    expect(progress(b.mesh())).toEqual([]);
    expect(progress(RENEWED)).toEqual([
      ['backup:b', 'todo'],
      ['write:b', 'todo'],
      ['prove:b', 'todo'],
    ]);
    expect(progress(b.change(BACKED, b.withCacerts('b', b.written(b.ica('b', 1), MINUTE))))).toEqual([
      ['backup:b', 'done'],
      ['write:b', 'done'],
      ['prove:b', 'now'],
    ]);
  });
});
