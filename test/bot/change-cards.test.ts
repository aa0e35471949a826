import { describe, expect, it } from 'vitest';
import { changeCard, steeredCard } from '../../src/bot/render/change.ts';
import { newsOf } from '../../src/bot/render/history.ts';
import { jobsCard, rotationCard } from '../../src/bot/render/jobs.ts';
import { closedPlanCard, dryRunCard, planCard, planText, refusedCard, startingCard } from '../../src/bot/render/plan.ts';
import { samplePlan, sampleProposal, sampleView, steps } from './change-samples.ts';
import { AT, DAY, finding } from './samples.ts';

const AGO = '<t:1795521600:R>';
const BY = '<@100000000000000007>';
const PLAN_LINES = [
  '**Now** istio-ica-cluster-b g1 · 9F:1C…44',
  '**Then** a new key and certificate under the same root',
  '',
  '1. back up cacerts in cluster-b',
  '2. new certificate from cert-manager · 30 s at least',
  '3. write cacerts, nudge 2 istiods',
  '-# ▲ istiod signs with it as soon as it is proved',
  '4. prove on both istiods',
  '',
  'No restart. cluster-a is not touched.',
  'Undo: any time, brings g1 back.',
];
const LIVE_FOOTER = `k7f3 · by ${BY} · begun ${AGO}`;
const PAUSE = { label: 'Pause', customId: 'mw1|pause|k7f3' };
const ABORT = { label: 'Abort', customId: 'mw1|abort|k7f3', style: 'danger' };

describe('the card of a plan', () => {
  it('says what is, what will be, each step with its risk, and what it needs', () => {
    expect(planCard(sampleProposal())).toEqual({
      tone: 'plan',
      title: 'Rotate the intermediate of cluster-b · plan k7f3',
      body: [...PLAN_LINES, 'Needs the approval of an operator.'],
      footer: `asked for by ${BY} · expires <t:1795522500:R>`,
      buttons: [
        { label: 'Approve', customId: 'mw1|approve|k7f3', style: 'primary' },
        { label: 'Show as text', customId: 'mw1|plantext|k7f3' },
        { label: 'Cancel', customId: 'mw1|cancel|k7f3' },
      ],
      rest: 'Show as text',
    });
  });

  it('says who approved and how many are missing', () => {
    const plan = samplePlan({ goal: { kind: 'root', speed: 'gentle' } });
    const approvals = [{ user: '100000000000000008', at: AT }];
    expect(planCard(sampleProposal({ plan, needed: 2, secondFactor: true })).body.at(-1)).toBe(
      'Needs 2 approvals of an admin, each with a code.',
    );
    expect(planCard(sampleProposal({ plan, needed: 2, secondFactor: true, approvals })).body.at(-1)).toBe(
      'Needs 2 approvals of an admin, each with a code: <@100000000000000008> approved, one more.',
    );
    expect(planCard(sampleProposal({ plan, secondFactor: true, delayMs: 600_000 })).body.at(-1)).toBe(
      'Needs the approval of an admin, each with a code, and begins 10 min after it.',
    );
  });

  it('counts the steps that a phone does not show, and names what is given up', () => {
    const many = Array.from({ length: 20 }, (_, index) => ({
      key: `s${index}`,
      title: `step ${index}`,
      risk: undefined,
      waitsMs: undefined,
      state: 'todo' as const,
    }));
    const { body } = planCard(sampleProposal({ plan: samplePlan({ steps: many, waived: ['the wait for clocks'] }) }));
    expect([body[9], body[10], body[12]]).toEqual(['7. step 6', 'and 13 more steps', '**▲ Given up:** the wait for clocks']);
  });

  it('has nothing to press when it was asked for dry, is over, or begins', () => {
    expect(dryRunCard(samplePlan())).toEqual({
      tone: 'plan',
      title: 'Rotate the intermediate of cluster-b · dry run',
      body: PLAN_LINES,
      footer: 'Nothing was changed. Ask again without dry-run to have it approved.',
      rest: 'the plan itself',
    });
    expect(closedPlanCard(sampleProposal(), 'Over.')).toEqual({
      tone: 'unknown',
      title: 'Rotate the intermediate of cluster-b · plan k7f3',
      body: ['Over.'],
    });
    const approvals = [{ user: '100000000000000008', at: AT }];
    expect(startingCard(sampleProposal({ approvals, delayMs: 600_000 }), AT).body).toEqual([
      'Approved by <@100000000000000008>. It begins <t:1795522200:R> and can be aborted until then.',
    ]);
  });

  it('is plain text where it is asked for', () => {
    expect(planText(sampleProposal()).split('\n')).toEqual([
      'Rotate the intermediate of cluster-b (plan k7f3)',
      '',
      'now    istio-ica-cluster-b g1 · 9F:1C…44',
      'then   a new key and certificate under the same root',
      '',
      ' 1  back up cacerts in cluster-b',
      ' 2  new certificate from cert-manager (30 s at least)',
      ' 3  write cacerts, nudge 2 istiods',
      '      risk: istiod signs with it as soon as it is proved',
      ' 4  prove on both istiods',
      '',
      'No restart. cluster-a is not touched.',
      'Undo: any time, brings g1 back.',
      '',
      'asked for by 100000000000000007, needs 1 of the role operator, until 2026-11-24T12:15:00.000Z',
      `hash ${'5'.repeat(64)}`,
    ]);
  });

  it('says why there is none, and how to mend it', () => {
    const second = finding({ title: 'And another', facts: [], commands: [] });
    expect(refusedCard([finding(), second])).toEqual({
      tone: 'bad',
      title: 'The gateway of cluster-b has no ready pod',
      body: [
        '0 of 1 pods are ready: ImagePullBackOff',
        'Next: Look at the pods of the gateway.',
        '`kubectl -n istio-system describe pod -l istio=eastwestgateway`',
        '',
        '**▲ And another**',
        'Next: Look at the pods of the gateway.',
      ],
      footer: 'Nothing was changed.',
      buttons: [{ label: 'What runs', customId: 'mw1|rotation' }],
    });
  });
});

describe('the card of a change', () => {
  it('shows what it does, for how long at most, and what comes', () => {
    expect(changeCard(sampleView())).toEqual({
      tone: 'plan',
      title: 'Rotate the intermediate of cluster-b · 2 of 4 done',
      body: [
        '**istiod-1 new · istiod-2 still old** · given up <t:1795521780:R>',
        '',
        '✓ back up cacerts in cluster-b',
        '✓ new certificate from cert-manager',
        '▸ **write cacerts, nudge 2 istiods**',
        '-# ▲ istiod signs with it as soon as it is proved',
        '○ prove on both istiods',
      ],
      footer: LIVE_FOOTER,
      buttons: [PAUSE, ABORT],
      rest: 'the thread',
    });
  });

  it('has the buttons of its state', () => {
    const buttons = (more: Parameters<typeof sampleView>[0]) => changeCard(sampleView(more)).buttons?.map(({ label }) => label);
    expect(buttons({ state: 'paused' })).toEqual(['Resume', 'Abort']);
    expect(buttons({ state: 'goingBack' })).toEqual(['Pause']);
    expect(buttons({ state: 'asking', question: 'restart:cluster-b' })).toEqual(['Agree', 'Pause', 'Abort']);
    expect(buttons({ state: 'asking', question: 'x'.repeat(90) })).toEqual(['Pause', 'Abort']);
    expect(buttons({ state: 'stuck', findings: [finding()] })).toEqual(['Pause', 'Abort']);
    expect(buttons({ state: 'done' })).toBeUndefined();
  });

  it('says at its end what is so', () => {
    const result = ['cluster-b signs with the new intermediate · proved on 2 of 2 istiods', 'Backup kept until tomorrow.'];
    expect(changeCard(sampleView({ state: 'done', at: AT + 64_000, result, steps: steps(4) }))).toEqual({
      tone: 'good',
      title: result[0],
      body: [result[1]],
      footer: `k7f3 · by ${BY} · took 1 min 4 s`,
      rest: 'the thread',
    });
  });

  it('says when it failed what failed, what was put back and what was not done', () => {
    const failure = {
      reason: 'timeout',
      message: 'istiod-2 never served it',
      next: 'Run `/mesh release-hold cluster:cluster-b`.',
    } as const;
    const result = ['g1 was put back and is proved.', 'cluster-a did not change.'];
    expect(
      changeCard(sampleView({ state: 'failed', says: 'It stopped here.', at: AT + 64_000, failure, result, steps: steps(3) })),
    ).toEqual({
      tone: 'bad',
      title: 'Rotate the intermediate of cluster-b · failed',
      body: [
        'istiod-2 never served it',
        'It stopped here.',
        ...result,
        'Not done: prove on both istiods.',
        'Next: Run `/mesh release-hold cluster:cluster-b`.',
      ],
      footer: `k7f3 · by ${BY} · took 1 min 4 s`,
      buttons: [PAUSE, ABORT],
      rest: 'the thread',
    });
  });

  it('of a distribution that failed has nothing to press, and what was aborted says what is so', () => {
    expect(changeCard(sampleView({ id: 'distribute', state: 'failed' })).buttons).toEqual([]);
    expect(changeCard(sampleView({ state: 'aborted', at: AT + 1_000, result: ['g1 signs as before.'] }))).toEqual({
      tone: 'unknown',
      title: 'Rotate the intermediate of cluster-b · aborted',
      body: ['g1 signs as before.'],
      footer: `k7f3 · by ${BY} · took 1 s`,
      rest: 'the thread',
    });
  });

  it('answers whoever paused it', () => {
    expect(steeredCard(sampleView({ state: 'paused', says: 'Paused before the next step' }))).toEqual({
      tone: 'unknown',
      title: 'Paused: Rotate the intermediate of cluster-b',
      body: ['Paused before the next step'],
    });
  });
});

describe('the history of a change', () => {
  it('tells each thing once', () => {
    const first = newsOf(sampleView(), []);
    expect(first.lines).toEqual([
      `Begun by ${BY}`,
      '✓ back up cacerts in cluster-b',
      '✓ new certificate from cert-manager',
      '… istiod-1 new · istiod-2 still old · at most until <t:1795521780:f>',
    ]);
    expect(newsOf(sampleView({ says: 'other words' }), first.told)).toMatchObject({ lines: [], changed: false });
    expect(newsOf(sampleView({ steps: steps(3) }), first.told)).toMatchObject({
      lines: ['✓ write cacerts, nudge 2 istiods'],
      changed: true,
    });
  });

  it('tells a state again that came back', () => {
    const paused = newsOf(sampleView({ state: 'paused', deadline: undefined }), newsOf(sampleView(), []).told);
    const going = newsOf(sampleView({ deadline: undefined }), paused.told);
    const again = newsOf(sampleView({ state: 'paused', deadline: undefined }), going.told);
    expect([paused.lines, going.lines, again.lines]).toEqual([['‖ Paused'], ['▸ Goes on'], ['‖ Paused']]);
  });

  it('tells of a change that lasts for days how far it is, once a day', () => {
    const view = sampleView({ at: AT + 2 * DAY + 5, deadline: undefined, says: 'waiting for the longest leaf life' });
    const news = newsOf(view, []);
    expect(news.lines.at(-1)).toBe('Day 3: 2 of 4 steps done. waiting for the longest leaf life');
    expect(newsOf({ ...view, at: view.at + 60_000 }, news.told).lines).toEqual([]);
  });
});

describe('what runs', () => {
  const standing = { intent: null, view: null, holds: [], backups: [], unseen: [] };

  it('is nothing, which is said with what is held', () => {
    expect(rotationCard(standing, '1')).toEqual({ tone: 'good', title: 'Nothing is under way', body: [] });
    const hold = { cluster: 'cluster-b', fingerprint: '41:AA:0B:33:07', why: 'istiod-2 never served it', at: AT };
    expect(rotationCard({ ...standing, holds: [hold] }, '1')).toEqual({
      tone: 'warn',
      title: '1 cluster is held · nothing is under way',
      body: [
        `**▲ cluster-b is held** since ${AGO}: \`41:AA…33:07\``,
        'istiod-2 never served it',
        'Next: `/mesh release-hold cluster:cluster-b` when the cause is mended.',
      ],
    });
  });

  it('lists the newest backups and what could not be seen', () => {
    const backup = (day: number) => ({
      cluster: 'cluster-b',
      name: `cacerts-backup-${day}`,
      takenAt: AT - day * DAY,
      takenFor: 'k7f3',
      archivedAt: undefined,
    });
    const list = { ...standing, backups: [7, 1, 2, 3, 4, 5, 6].map((day) => backup(day)), unseen: ['cluster-a: 403'] };
    expect(jobsCard(list, '1')).toEqual({
      tone: 'unknown',
      title: 'Nothing is under way',
      body: [
        '**Backups**',
        ...[1, 2, 3, 4, 5].map((day) => `cluster-b \`cacerts-backup-${day}\` <t:${(AT - day * DAY) / 1_000}:R>`),
        'and 2 older: `meshwarden jobs`',
        'Not seen: cluster-a: 403',
      ],
    });
  });
});
