import { describe, expect, it } from 'vitest';
import { PLANNERS } from '../../src/rotation/index.ts';
import type { CaState } from '../../src/rotation/model.ts';
import * as b from './build.ts';

const { NOW, MINUTE, DAY } = b;
const GOAL = { kind: 'intermediate', cluster: 'b' } as const;
const OLD = b.ica('b');

describe('rotation/intermediate', () => {
  describe('plan', () => {
    const plan = (state: CaState) => PLANNERS.intermediate.plan(GOAL, state, NOW);

    it('tells what a person approves', () => {
      const planned = plan(b.mesh());
      if (planned.kind !== 'plan') throw new Error(planned.kind);
      expect({ ...planned.plan, hash: planned.plan.hash.length }).toEqual({
        goal: GOAL,
        title: 'Rotate the intermediate of b',
        now: [expect.stringMatching(/^istio-ica-b · .{8} · ends 2026-08-08 12:00 UTC$/)],
        then: ['a new key and certificate under the same root · until 2026-08-28'],
        steps: [
          { key: 'backup:b', title: 'back up cacerts in b', risk: undefined, waitsMs: undefined, state: 'todo' },
          { key: 'renew:b', title: 'new certificate from cert-manager', risk: undefined, waitsMs: undefined, state: 'todo' },
          { key: 'margin:b', title: 'wait 30 s (clock skew 400 ms)', risk: undefined, waitsMs: 30_000, state: 'todo' },
          {
            key: 'write:b',
            title: 'write cacerts, nudge 1 istiod',
            risk: 'New workload certificates are signed by it from then on.',
            waitsMs: undefined,
            state: 'todo',
          },
          {
            key: 'prove:b',
            title: 'prove on it: served chain',
            risk: 'What is not proved in time is put back and held.',
            waitsMs: 3 * MINUTE,
            state: 'todo',
          },
        ],
        remarks: [
          'No restart. a is not touched.',
          'Running workloads keep their certificates and renew within 12 h.',
          'Undo: any time, brings back what is there now.',
        ],
        waived: [],
        hash: 64,
      });
    });

    it('has a hash that the skew does not change', () => {
      const [one, other] = [plan(b.mesh()), plan(b.change(b.mesh(), b.withCluster('a', { skewMs: b.seen(500) })))];
      expect(one.kind === 'plan' && other.kind === 'plan' && one.plan.hash === other.plan.hash).toBe(true);
    });

    const dying = b.cacerts(b.ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...b.life(-100 * DAY, 2 * DAY) }));
    const gitops = b.cacerts(OLD, { ownership: { kind: 'gitops', managers: ['argocd'], application: 'argocd:mesh' } });
    it.each<[string, CaState, readonly string[]]>([
      ['an unseen intent', { ...b.mesh(), intent: b.unseen() }, ['ca-intent-unseen']],
      ['an unknown cluster', b.mesh('a', 'c'), ['ca-cluster-unknown']],
      ['a cluster that is away', b.change(b.mesh(), b.away('b')), ['ca-cluster-unreachable']],
      ['another that is away', b.change(b.mesh(), b.away('a')), ['ca-link-down']],
      ['no cacerts', b.change(b.mesh(), b.withCacerts('b', null)), ['ca-no-cacerts']],
      ['foreign data', b.change(b.mesh(), b.withCacerts('b', gitops)), ['ca-owned-by-other']],
      [
        'less than two days left',
        b.change(b.mesh(), b.withCacerts('b', dying), b.withCluster('b', { istiods: b.seen([b.istiod(undefined)]) })),
        ['ca-too-late'],
      ],
      ['a clock that is off', b.change(b.mesh(), b.withCluster('a', { skewMs: b.seen(91_000) })), ['ca-clock-skew']],
      [
        'roots that differ',
        b.change(
          b.mesh(),
          b.withCacerts('a', b.cacerts(b.ica('a'), {}, { 'root-cert.pem': b.ROOT.certificatePem + b.NEXT_ROOT.certificatePem })),
        ),
        ['ca-roots-differ'],
      ],
      ['an unproved cluster', b.change(b.mesh(), b.withCacerts('a', b.written(b.ica('a'), MINUTE))), ['ca-unproved-elsewhere']],
      ['no istiod', b.change(b.mesh(), b.withCluster('b', { istiods: b.seen([]) })), ['ca-no-istiod']],
      [
        'an istiod that is not ready',
        b.change(b.mesh(), b.withCluster('b', { istiods: b.seen([b.istiod(OLD, { ready: false })]) })),
        ['ca-istiod-not-ready'],
      ],
      [
        'a root that ends too soon',
        b.change(b.mesh(), b.withCertificate('b', { spec: { ...b.managed('x', OLD).spec, duration: '90000h' } })),
        ['ca-root-too-short'],
      ],
      ['no cert-manager', b.change(b.mesh(), b.withSigner({ available: false })), ['ca-cert-manager-away']],
      ['an issuer that is not ready', b.change(b.mesh(), b.withSigner({ generations: [] })), ['ca-issuer-not-ready']],
      ['an unseen signer', { ...b.mesh(), signer: b.unseen() }, ['ca-source-unseen']],
    ])('is refused over %s', (_, state, expected) => {
      const planned = plan(state);
      expect(planned.kind === 'refused' ? planned.findings.map(({ code }) => code) : planned.kind).toEqual(expected);
    });

    it('says that a certificate was issued already, and that a key stays', () => {
      const issued = plan(b.change(b.mesh(), b.renewed('b')));
      expect(issued.kind === 'plan' ? issued.plan.steps[1]?.title : issued).toBe('take the certificate that cert-manager issued already');
      const never = plan(b.change(b.mesh(), b.withCertificate('b', { spec: { ...b.managed('x', OLD).spec, rotationPolicy: 'Never' } })));
      expect(never.kind === 'plan' ? never.plan.remarks : never).toContain(
        'Its Certificate says rotationPolicy: Never, so the key stays the same.',
      );
    });
  });
});
