import { describe, expect, it } from 'vitest';
import { advanceChanges } from '../../src/actions/advance-changes.ts';
import { auditLog } from '../../src/actions/audit-log.ts';
import { carryOut } from '../../src/actions/carry-out.ts';
import { requirementsOf, roleOf, type Proposal } from '../../src/actions/changes.ts';
import { distributeCacerts } from '../../src/actions/distribute-cacerts.ts';
import { listChanges } from '../../src/actions/list-changes.ts';
import { createOnce } from '../../src/actions/once.ts';
import { planChange } from '../../src/actions/plan-change.ts';
import { steerChange } from '../../src/actions/steer-change.ts';
import type { Finding } from '../../src/mesh/finding.ts';
import type { Goal } from '../../src/rotation/goal.ts';
import { GOAL, intentOf, NOW, PLAN } from '../changes/stage.ts';
import { desk } from './changes.ts';

const DAY = 86_400_000;
const ROOT: Goal = { kind: 'root', speed: 'gentle' };

function approved(changed: Partial<Proposal> = {}): Proposal {
  const common = { id: 'k7f3', plan: PLAN, by: 'lena', needed: 1, secondFactor: false, delayMs: 0 };
  return { ...common, expiresAt: NOW, approvals: [{ user: 'lena', at: NOW }], state: 'used', ...changed };
}

describe('what an approval takes', () => {
  it.each([
    ['intermediate', 1, false, 0, 'operator'],
    ['adopt', 1, false, 0, 'operator'],
    ['restore', 1, false, 0, 'operator'],
    ['releaseHold', 1, false, 0, 'operator'],
    ['root', 2, true, 0, 'admin'],
    ['emergency', 1, true, 0, 'admin'],
  ] as const)('%s', (kind, needed, secondFactor, delayMs, role) => {
    const configured = { intermediate: 1, root: 2, emergency: 1 };
    expect([requirementsOf({ kind }, configured), roleOf({ kind })]).toEqual([{ needed, secondFactor, delayMs }, role]);
  });

  it('a lone owner may take back a root rotation for ten minutes', () => {
    const requirements = requirementsOf({ kind: 'root' }, { intermediate: 1, root: 1, emergency: 1 });
    expect(requirements).toEqual({ needed: 1, secondFactor: true, delayMs: 600_000 });
  });
});

describe('plan-change', () => {
  it('keeps the plan for approval, and records who asked', async () => {
    const { given, proposals, audited, world } = desk();

    const { planned, proposal } = await planChange.run({ goal: GOAL, by: 'lena' }, given);

    expect(planned).toEqual({ kind: 'plan', plan: PLAN });
    expect(proposal).toEqual(approved({ approvals: [], state: 'open', expiresAt: NOW + 900_000 }));
    expect([...proposals.keys()]).toEqual(['k7f3']);
    const entry = { at: NOW, who: 'lena', what: 'plan', change: 'k7f3', goal: GOAL, planHash: PLAN.hash };
    expect(audited).toEqual([{ ...entry, detail: 'Count to three', result: 'ok' }]);
    expect(world.steps).toEqual([]);
  });

  it('keeps nothing of a dry run, nor where there is nothing to approve', async () => {
    const dry = desk();
    const busy = desk({ intent: { id: 'zzzz' } });

    expect(await planChange.run({ goal: GOAL, by: 'lena', dryRun: true }, dry.given)).toMatchObject({ proposal: undefined });
    expect(await planChange.run({ goal: GOAL, by: 'lena' }, busy.given)).toMatchObject({
      planned: { kind: 'refused' },
      proposal: undefined,
    });
    expect([dry.proposals.size, busy.proposals.size, dry.audited, busy.audited]).toEqual([0, 0, [], []]);
  });
});

describe('carry-out', () => {
  it('begins an approved plan and sees it through', async () => {
    const { given, proposals, world } = desk();
    proposals.set('k7f3', approved());

    const view = await carryOut.run({ proposal: 'k7f3', shownIn: { channel: '1', message: '2' } }, given);

    expect([view.state, view.id, view.by, world.writes]).toEqual(['done', 'k7f3', 'lena', 3]);
  });

  it('is told of the end where the job is run again after it', async () => {
    const { given, proposals, world } = desk();
    proposals.set('k7f3', approved());
    const first = await carryOut.run({ proposal: 'k7f3' }, given);

    expect(await carryOut.run({ proposal: 'k7f3' }, given)).toEqual(first);
    expect(world.writes).toBe(3);
  });

  it.each([
    ['an unknown one', undefined],
    // What lies in Redis says one, the configuration of the worker says two.
    ['one person for a root', approved({ plan: { ...PLAN, goal: ROOT }, needed: 1 })],
    ['the same person twice', approved({ plan: { ...PLAN, goal: ROOT }, approvals: [0, 1].map((at) => ({ user: 'lena', at })) })],
    ['nobody', approved({ needed: 0, approvals: [] })],
  ])('refuses a plan that was approved by %s', async (_, proposal) => {
    const { given, proposals, world } = desk();
    if (proposal !== undefined) proposals.set('k7f3', proposal);

    await expect(carryOut.run({ proposal: 'k7f3' }, given)).rejects.toMatchObject({ reason: 'forbidden' });
    expect([world.intent, world.steps]).toEqual([null, []]);
  });

  it('lets a lone owner take it back until it begins', async () => {
    const { given, proposals, world } = desk({}, { needed: { intermediate: 1, root: 1, emergency: 1 } });
    proposals.set('k7f3', approved({ plan: { ...PLAN, goal: ROOT } }));

    const view = await carryOut.run({ proposal: 'k7f3' }, given);

    expect([view.state, view.until, world.intent?.intent.startsAt, world.steps]).toEqual(['waiting', NOW + 600_000, NOW + 600_000, []]);
  });
});

describe('advance-changes', () => {
  it('does nothing where nothing is under way', async () => {
    const { given, views, notices } = desk();

    expect([await advanceChanges.run({}, given), views, notices]).toEqual([null, [], []]);
  });

  it('says once a day how a long wait stands', async () => {
    const until = NOW + 3 * DAY;
    const { given, notices, audited } = desk({
      intent: { createdAt: NOW - DAY },
      decide: () => ({ kind: 'wait', says: 'B is trusted everywhere', until, deadline: undefined }),
    });

    await advanceChanges.run({}, given);
    await advanceChanges.run({}, given);

    const says = 'B is trusted everywhere';
    const title = 'Rotate the intermediate of cluster-b';
    expect(notices).toEqual([{ kind: 'changeProgress', id: 'change-progress.k7f3.1', title, says, until }]);
    expect(audited.map(({ what, detail }) => [what, detail])).toEqual([['progress', 'Day 2: B is trusted everywhere']]);
  });

  it('says of a change whose intent was deleted that no step is taken', async () => {
    const { given, views, world } = desk({ intent: { paused: true } });
    await advanceChanges.run({}, given);
    world.intent = null;

    expect(await advanceChanges.run({}, given)).toBeNull();
    expect(views.map(({ state, id }) => [state, id])).toEqual([
      ['paused', 'k7f3'],
      ['stuck', 'k7f3'],
    ]);
    await advanceChanges.run({}, given);
    expect(views).toHaveLength(2);
  });

  it('goes on though Redis cannot be read', async () => {
    const { given, world } = desk({ intent: {} });
    const board = { ...given.changes.board, all: () => Promise.reject(new Error('away')) };

    expect(await advanceChanges.run({}, { ...given, changes: { ...given.changes, board } })).toMatchObject({ state: 'done' });
    expect(world.writes).toBe(3);
  });

  it('leaves it to the run that is under way in this process', async () => {
    const once = createOnce();
    const { given } = desk({ intent: {} }, { once });
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = once('advance-changes', () => promise);

    expect(await advanceChanges.run({}, given)).toBeNull();
    resolve('done');
    expect(await first).toBe('done');
    expect(await advanceChanges.run({}, given)).toMatchObject({ state: 'done' });
  });
});

describe('distribute-cacerts', () => {
  const finding: Finding = {
    code: 'source-chain-broken',
    severity: 'ticket',
    subject: { kind: 'cluster', name: 'cluster-b' },
    title: 'Not published',
    facts: [],
    hint: 'Mend it.',
    commands: [],
  };

  it('tells once what it refuses, where nobody asked', async () => {
    const { given, notices } = desk({ decide: () => ({ kind: 'stuck', findings: [finding, { ...finding, severity: 'info' }] }) });

    await distributeCacerts.run({}, given);
    await distributeCacerts.run({}, given);

    expect(notices).toEqual([{ kind: 'caRefused', id: notices[0]?.id, finding }]);
  });

  it('tells again what it refuses when it comes back after it was over', async () => {
    let refuses = true;
    const done = { kind: 'done', says: ['all is well'], findings: [] } as const;
    const { given, notices } = desk({ decide: () => (refuses ? { kind: 'stuck', findings: [finding] } : done) });

    await distributeCacerts.run({}, given);
    refuses = false;
    // A look at some clusters says nothing of the others: it is not over by that.
    await distributeCacerts.run({ only: ['cluster-a'] }, given);
    refuses = true;
    await given.clock.sleep(60_000);
    await distributeCacerts.run({}, given);
    expect(notices).toHaveLength(1);

    refuses = false;
    await distributeCacerts.run({}, given);
    refuses = true;
    await distributeCacerts.run({}, given);
    expect(notices.map(({ kind }) => kind)).toEqual(['caRefused', 'caRefused']);
  });

  it('answers whoever asked, and tells nobody else', async () => {
    const { given, notices } = desk({ decide: () => ({ kind: 'stuck', findings: [finding] }) });

    const { view, planned } = await distributeCacerts.run({ by: 'lena', only: ['cluster-b'] }, given);

    expect([view?.state, view?.findings, view?.by, planned, notices]).toEqual(['stuck', [finding], 'lena', undefined, []]);
  });

  it('only plans in a dry run', async () => {
    const { given, world } = desk();

    expect(await distributeCacerts.run({ dryRun: true, by: 'lena' }, given)).toEqual({
      view: undefined,
      planned: { kind: 'plan', plan: PLAN },
    });
    expect(world.steps).toEqual([]);
  });
});

describe('steer-change, list-changes, audit-log', () => {
  it('pauses, shows and records it', async () => {
    const { given } = desk({ intent: {} });

    const view = await steerChange.run({ id: 'k7f3', op: 'pause', by: 'mara' }, given);
    expect([view.id, view.state, view.by]).toEqual(['k7f3', 'paused', 'lena']);
    const listed = await listChanges.run({}, given);
    expect({ ...listed, view: [listed.view?.id, listed.view?.state] }).toEqual({
      intent: intentOf({ paused: true }),
      holds: [],
      backups: [],
      unseen: [],
      view: ['k7f3', 'waiting'],
    });
    expect(await auditLog.run({ limit: 1 }, given)).toMatchObject([{ what: 'pause', who: 'mara', change: 'k7f3' }]);
  });
});
