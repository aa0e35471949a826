import { describe, expect, it } from 'vitest';
import { advanceChange, planChange, startChange, steerChange, type StartRequest } from '../../src/changes/engine.ts';
import { OperatorError } from '../../src/core/errors.ts';
import type { Decision } from '../../src/rotation/goal.ts';
import { conflict, GOAL, intentOf, NOW, PLAN, stage, WRITES } from './stage.ts';

const PATIENCE = { patienceMs: 60_000 };
const REQUEST: StartRequest = {
  id: 'k7f3',
  goal: GOAL,
  planHash: PLAN.hash,
  by: 'lena',
  approvedBy: [{ user: 'lena', at: NOW }],
  startsAt: 0,
  shownIn: { channel: '1', message: '2' },
  ...PATIENCE,
};

const waiting = (until: number | undefined): Decision => ({ kind: 'wait', says: 'for a while', until, deadline: undefined });

describe('a change that goes well', () => {
  it('takes one step at a time, looks after each, and records all of it', async () => {
    const { context, world, audited, leases } = stage();
    const view = await startChange(REQUEST, context);

    expect({ state: view.state, result: view.result, id: view.id, shownIn: view.shownIn }).toEqual({
      state: 'done',
      result: ['counted to three'],
      id: 'k7f3',
      shownIn: REQUEST.shownIn,
    });
    expect(world).toMatchObject({ writes: WRITES, intent: null, looks: WRITES + 2 });
    expect(audited.map(({ what, detail, who, result }) => [what, detail, who, result])).toEqual([
      ['start', 'Count to three', 'lena', 'ok'],
      ['step', 'write 1', 'lena', 'ok'],
      ['step', 'write 2', 'lena', 'ok'],
      ['step', 'write 3', 'lena', 'ok'],
      ['done', 'counted to three', 'lena', 'ok'],
    ]);
    expect(leases).toEqual({ taken: 1, released: 1 });
  });

  it('keeps who approved it, and where it is shown, in the clusters', async () => {
    const { context, world } = stage({ decide: () => waiting(NOW + 3_600_000) });
    await startChange(REQUEST, context);
    expect(world.intent?.intent).toMatchObject({
      id: 'k7f3',
      by: 'lena',
      approvedBy: REQUEST.approvedBy,
      shownIn: REQUEST.shownIn,
      direction: 'forward',
    });
  });
});

describe('a change that may not begin', () => {
  it('is not the one that was approved: the clusters changed since', async () => {
    const { context, world } = stage({ plan: { hash: 'b'.repeat(64) } });
    const view = await startChange(REQUEST, context);
    expect([view.state, view.findings.map(({ code }) => code), view.id, world.intent, world.steps]).toEqual([
      'stuck',
      ['plan-stale'],
      'k7f3',
      null,
      [],
    ]);
  });

  it('comes while another is under way, and names it', async () => {
    const { context, world } = stage({ intent: { id: 'zzzz', by: 'mara' } });
    const view = await startChange(REQUEST, context);
    expect(view.findings.map(({ code, facts }) => [code, facts])).toEqual([
      ['change-under-way', ['Rotate the intermediate of cluster-b · plan zzzz · by mara']],
    ]);
    expect([world.intent?.intent.id, world.steps]).toEqual(['zzzz', []]);
    expect(await planChange(GOAL, context)).toMatchObject({ kind: 'refused', findings: [{ code: 'change-under-way' }] });
  });

  it('has begun already: a second call goes on where it stands', async () => {
    const { context, world } = stage({ intent: {} });
    world.writes = 2;
    expect(await startChange(REQUEST, context)).toMatchObject({ state: 'done' });
    expect(world.steps.map(({ kind }) => kind)).toEqual(['hold', 'closeIntent']);
  });
});

describe('what keeps a change from going on', () => {
  it('nothing is under way', async () => {
    expect(await advanceChange(stage().context, PATIENCE)).toBeUndefined();
  });

  it('a pause', async () => {
    const { context, world } = stage({ intent: { paused: true } });
    expect([(await advanceChange(context, PATIENCE))?.state, world.steps]).toEqual(['paused', []]);
  });

  it('a beginning that lies ahead', async () => {
    const { context, world } = stage({ intent: { startsAt: NOW + 600_000 } });
    const view = await advanceChange(context, PATIENCE);
    expect([view?.state, view?.until, world.steps]).toEqual(['waiting', NOW + 600_000, []]);
  });

  it('a wait that is longer than its patience; the Lease is given back', async () => {
    const { context, slept, leases } = stage({ intent: {}, decide: () => waiting(NOW + 60_001) });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'waiting', until: NOW + 60_001, says: 'for a while' });
    expect([slept, leases.taken, leases.released]).toEqual([[], 1, 1]);
  });

  it('a shorter one is slept through, in small pieces and without the Lease', async () => {
    const { context, slept, leases } = stage({ intent: {}, decide: (_, now) => (now < NOW + 25_000 ? waiting(NOW + 25_000) : undefined) });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'done' });
    expect([slept, leases]).toEqual([[10_000, 10_000, 5_000], { taken: 3, released: 3 }]);
  });

  it('a question', async () => {
    const { context } = stage({ intent: {}, decide: () => ({ kind: 'ask', question: 'retire', says: 'Retire A?' }) });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'asking', question: 'retire', says: 'Retire A?' });
  });

  it('a step that a safety rule forbids, whatever the planner thinks', async () => {
    const { context, world, audited } = stage({ intent: {}, violations: () => [{ rule: 5, text: 'cluster-a is not proved' }] });
    const view = await advanceChange(context, PATIENCE);
    expect([view?.state, view?.findings.map(({ code, facts }) => [code, facts])]).toEqual([
      'stuck',
      [['safety-rule', ['Step hold in cluster-b', 'Rule 5: cluster-a is not proved']]],
    ]);
    expect([world.steps, audited.map(({ result }) => result)]).toEqual([[], ['refused']]);
  });
});

describe('calls that fail', () => {
  it('on a conflict it looks again and takes the step that then fits', async () => {
    const { context, world } = stage({ intent: {}, carryOut: (call) => (call === 2 ? { throws: conflict() } : undefined) });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'done' });
    expect(world.writes).toBe(WRITES);
  });

  it('conflicts without an end are told with who to look for', async () => {
    const { context, world } = stage({ intent: {}, carryOut: () => ({ throws: conflict() }) });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'stuck', findings: [{ code: 'change-contested' }] });
    expect([world.steps, world.looks]).toEqual([[], 6]);
  });

  it('what a retry may mend is tried four times, with growing pauses', async () => {
    const away = new OperatorError({ reason: 'unreachable', what: 'Cannot write', where: 'cluster cluster-b' });
    const { context, slept, audited } = stage({ intent: {}, carryOut: () => ({ throws: away }) });
    const view = await advanceChange(context, PATIENCE);
    expect(view).toMatchObject({ state: 'stuck', failure: { reason: 'unreachable', message: 'Cannot write (cluster cluster-b)' } });
    expect([slept, audited.map(({ what, result }) => [what, result])]).toEqual([[2_000, 4_000, 8_000], [['failed', 'failed']]]);
  });

  it('what a retry cannot mend is told at once', async () => {
    const { context, slept } = stage({
      intent: {},
      carryOut: () => ({ throws: new OperatorError({ reason: 'forbidden', what: 'Cannot write' }) }),
    });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'failed', failure: { reason: 'forbidden' } });
    expect(slept).toEqual([]);
  });

  it('a write whose answer was lost is seen by the next look, and not done twice', async () => {
    const reset = new OperatorError({ reason: 'unreachable', what: 'Cannot write', why: 'the connection was reset' });
    const { context, world } = stage({ intent: {}, carryOut: (call) => (call === 1 ? { throws: reset, after: true } : undefined) });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'done' });
    expect(world.writes).toBe(WRITES);
  });

  it('a Lease that was lost stops the step; the next one is taken under a new Lease', async () => {
    const { context, leases, world } = stage({
      intent: {},
      carryOut: (call, lease) => {
        if (call !== 1) return undefined;
        lease.lose();
        return { throws: new Error('stopped by its signal') };
      },
    });
    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'done' });
    expect([leases, world.writes]).toEqual([{ taken: 2, released: 2 }, WRITES]);
  });
});

describe('a run that is stopped', () => {
  it.each(Array.from({ length: WRITES + 1 }, (_, index) => index + 1))(
    'after write %d, the next run ends what it began, and nothing is done twice',
    async (last) => {
      const crash = new Error('killed');
      const { context, world, abort, leases } = stage({
        intent: {},
        carryOut: (call) => {
          if (call !== last) return undefined;
          abort.abort(crash);
          return { throws: crash, after: true };
        },
      });
      await expect(advanceChange(context, PATIENCE)).rejects.toBe(crash);
      expect(leases).toEqual({ taken: 1, released: 1 });

      const view = await advanceChange({ ...context, signal: new AbortController().signal }, PATIENCE);
      expect(last > WRITES ? view : view?.state).toBe(last > WRITES ? undefined : 'done');
      expect([world.writes, world.intent]).toEqual([WRITES, null]);
    },
  );

  it('an abort before the first look takes no Lease', async () => {
    const { context, leases } = stage({ intent: {} });
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(advanceChange({ ...context, signal: gone }, PATIENCE)).rejects.toThrow('gone');
    expect(leases).toEqual({ taken: 0, released: 0 });
  });
});

describe('what a person decides about a change that is under way', () => {
  it.each([
    ['pause', { paused: true }],
    ['resume', { paused: false }],
    ['abort', { direction: 'back', paused: false }],
    ['agree', { agreed: ['retire'] }],
  ] as const)('%s', async (op, changed) => {
    const { context, world, audited } = stage({ intent: { paused: op === 'resume' } });
    await steerChange({ id: 'k7f3', op, question: 'retire', by: 'mara' }, context);
    expect(world.intent?.intent).toEqual({ ...intentOf(), ...changed });
    expect(audited.map(({ what, who, change }) => [what, who, change])).toEqual([[op, 'mara', 'k7f3']]);
  });

  it('agreeing twice is agreeing once', async () => {
    const { context, world } = stage({ intent: { agreed: ['retire'] } });
    await steerChange({ id: 'k7f3', op: 'agree', question: 'retire', by: 'mara' }, context);
    expect(world.intent?.intent.agreed).toEqual(['retire']);
  });

  it('another change than the one that is under way is not touched', async () => {
    const { context, world } = stage({ intent: {} });
    await expect(steerChange({ id: 'gone', op: 'abort', by: 'mara' }, context)).rejects.toMatchObject({ reason: 'notFound' });
    expect(world.intent?.intent.direction).toBe('forward');
  });
});
