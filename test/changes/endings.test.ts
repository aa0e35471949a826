/** How a run ends where it is neither done nor refused: what was asked for is gone, a wait has no end, Redis is away, two run at once. */
import { describe, expect, it } from 'vitest';
import { advanceChange, distribute, startChange } from '../../src/changes/engine.ts';
import { settleGone } from '../../src/changes/gone.ts';
import type { EngineContext } from '../../src/changes/ports.ts';
import { runChange } from '../../src/changes/run.ts';
import { OperatorError } from '../../src/core/errors.ts';
import type { Decision } from '../../src/rotation/goal.ts';
import { oneHolder } from '../../src/app/one-holder.ts';
import { logLines } from '../core/log-lines.ts';
import { conflict, GOAL, intentOf, NOW, PLAN, stage, WRITES } from './stage.ts';

const PATIENCE = { patienceMs: 60_000 };
const wait = (until?: number, deadline?: number): Decision => ({ kind: 'wait', says: 'for it', until, deadline });

describe('an intent that is gone', () => {
  it('in the middle of a run: no further step is taken, and it says what it sees', async () => {
    const { context, world, views } = stage({
      intent: {},
      decide: (writes) => {
        if (writes === 1) world.intent = null;
        return undefined;
      },
    });

    const view = await advanceChange(context, PATIENCE);

    // The step that was decided on when it vanished was the last.
    expect(world.writes).toBe(2);
    expect([view?.id, view?.state, view?.findings.map(({ code, facts }) => [code, facts])]).toEqual([
      'k7f3',
      'stuck',
      [['intent-missing', ['It was: Rotate the intermediate of cluster-b']]],
    ]);
    expect(views.at(-1)).toEqual(view);
  });

  it('is another one now: the run of the first does not touch it', async () => {
    const { context, world } = stage({ intent: { id: 'zzzz' } });

    const view = await runChange({ goal: GOAL, by: 'lena', intent: intentOf(), ...PATIENCE }, context);

    expect([view.state, world.steps, world.intent?.intent.id]).toEqual(['stuck', [], 'zzzz']);
  });

  it('was closed by a process that died before it could say so', async () => {
    const { context, abort, views, world } = stage({
      intent: {},
      carryOut: (call) => {
        if (call <= WRITES) return undefined;
        abort.abort(new Error('killed'));
        return { throws: new Error('killed'), after: true };
      },
    });
    await expect(advanceChange(context, PATIENCE)).rejects.toThrow('killed');
    const left = views.at(-1);
    if (left === undefined) throw new Error('nothing was shown');

    const settled = await settleGone(left, { ...context, signal: new AbortController().signal });

    const { closing, ...rest } = left;
    expect([left.state, closing, world.intent]).toEqual(['running', 'done', null]);
    expect(settled).toEqual({ ...rest, state: 'done' });
  });
});

describe('a wait without an end', () => {
  it('outlasts the patience of a run: it is left to a later one', async () => {
    const { context, slept, leases } = stage({ intent: {}, decide: () => wait() });

    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'waiting', says: 'for it' });
    expect(slept).toEqual([...Array.from({ length: 15 }, () => 2_000), 10_000, 10_000, 10_000]);
    expect(leases.released).toBe(leases.taken);
  });

  it('with a deadline that is near is seen through, since something follows from it', async () => {
    const deadline = NOW + 90_000;
    const decide = (_: number, now: number): Decision | undefined => (now < deadline ? wait(undefined, deadline) : undefined);
    const { context, slept } = stage({ intent: {}, decide });

    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'done' });
    expect([slept.length, new Set(slept)]).toEqual([45, new Set([2_000])]);
  });

  it('until an instant that has passed is looked at again after a while, not at once', async () => {
    const decide = (_: number, now: number): Decision | undefined => (now < NOW + 4_000 ? wait(NOW - 1) : undefined);
    const { context, slept } = stage({ intent: {}, decide });

    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'done' });
    expect(slept).toEqual([2_000, 2_000]);
  });
});

describe('a step without effect', () => {
  it('is not taken for ever', async () => {
    const { context, world } = stage({
      intent: {},
      decide: () => ({ kind: 'step', says: 'nudge', step: { kind: 'nudge', cluster: 'cluster-b', pods: ['p'], contentId: 'c' } }),
    });

    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'stuck', findings: [{ code: 'step-without-effect' }] });
    expect(world.steps).toHaveLength(5);
  });
});

describe('an abort before its beginning', () => {
  it('does not wait for the beginning', async () => {
    const step = { kind: 'closeIntent', expects: null, outcome: 'aborted' } as const;
    const { context, world, audited } = stage({
      intent: { startsAt: NOW + 600_000, direction: 'back' },
      decide: () => ({ kind: 'step', says: 'Nothing was changed', step }),
    });

    expect(await advanceChange(context, PATIENCE)).toMatchObject({ state: 'aborted', result: ['Nothing was changed'] });
    expect([world.steps, audited.map(({ what, detail }) => [what, detail])]).toEqual([[step], [['done', 'Nothing was changed']]]);
  });
});

describe('an outage', () => {
  const away = (): Promise<never> => Promise.reject(new OperatorError({ reason: 'unreachable', what: 'Redis is away' }));

  it('of Redis stops nothing, and the log has what could not be recorded', async () => {
    const { context, world } = stage({ intent: {} });
    const lines = logLines();
    const deaf: EngineContext = { ...context, log: lines.log, board: { put: away, get: away }, audit: { add: away } };

    expect(await advanceChange(deaf, PATIENCE)).toMatchObject({ state: 'done' });
    expect(world.writes).toBe(WRITES);
    expect(new Set(lines.warnings())).toEqual(new Set(['how a change stands could not be shown', 'the audit could not be written']));
  });

  it('of a cluster is recorded once, however many runs meet it', async () => {
    const down = new OperatorError({ reason: 'unreachable', what: 'Cannot write' });
    const { context, audited } = stage({ intent: {}, carryOut: () => ({ throws: down }) });

    await advanceChange(context, PATIENCE);
    await advanceChange(context, PATIENCE);

    expect(audited.map(({ what, detail }) => [what, detail])).toEqual([['failed', 'Cannot write']]);
  });

  it('of the Lease ends a run and takes no step', async () => {
    const { context, world, slept } = stage({ intent: {} });
    const authority = { ...context.authority, lease: () => Promise.reject(conflict()) };

    expect(await advanceChange({ ...context, authority }, PATIENCE)).toMatchObject({ state: 'stuck', failure: { reason: 'conflict' } });
    expect([world.steps, slept]).toEqual([[], [2_000, 4_000, 8_000]]);
  });

  it('of the Lease while it is given back does not hide how the run ended', async () => {
    const { context } = stage({ intent: {} });
    const lease = async () => ({ lost: new AbortController().signal, release: () => Promise.reject(conflict()) });

    expect(await advanceChange({ ...context, authority: { ...context.authority, lease } }, PATIENCE)).toMatchObject({ state: 'done' });
  });
});

describe('a Lease that is lost between the look and the step', () => {
  it('keeps the step from being sent', async () => {
    const lost = new AbortController();
    const { context, world } = stage({ intent: {} });
    const sent: string[] = [];
    let leases = 0;
    const authority = {
      ...context.authority,
      lease: async (signal: AbortSignal) => {
        leases += 1;
        return leases === 1 ? { lost: lost.signal, release: async () => undefined } : context.authority.lease(signal);
      },
      carryOut: (...call: Parameters<typeof context.authority.carryOut>) => {
        sent.push(`${call[0].kind} under lease ${leases}`);
        return context.authority.carryOut(...call);
      },
    };
    const board = { ...context.board, put: async () => (leases === 1 ? lost.abort(conflict()) : undefined) };

    expect(await advanceChange({ ...context, authority, board }, PATIENCE)).toMatchObject({ state: 'done' });
    expect([sent, world.writes]).toEqual([
      ['hold under lease 2', 'hold under lease 2', 'hold under lease 2', 'closeIntent under lease 2'],
      WRITES,
    ]);
  });
});

describe('two engines', () => {
  it('on the same change take each step once', async () => {
    const { context, world } = stage({ intent: {} });
    const lease = oneHolder((signal) => context.authority.lease(signal));
    const shared = { ...context, authority: { ...context.authority, lease } };

    const views = await Promise.all([advanceChange(shared, PATIENCE), advanceChange(shared, PATIENCE)]);

    expect(views.map((view) => view?.state)).toEqual(['done', 'done']);
    expect(world.steps.map(({ kind }) => kind)).toEqual(['hold', 'hold', 'hold', 'closeIntent']);
  });

  it('that begin two changes at once: one begins, the other is told of it', async () => {
    const { context, world } = stage();
    const ask = (id: string) => {
      const people = { by: 'lena', approvedBy: [{ user: 'lena', at: NOW }] };
      return startChange({ id, goal: GOAL, planHash: PLAN.hash, startsAt: NOW + 1e9, shownIn: undefined, ...people, ...PATIENCE }, context);
    };

    const views = await Promise.all([ask('aaaa'), ask('bbbb')]);

    expect(views.map(({ state, findings }) => [state, findings.map(({ code }) => code)])).toEqual([
      ['waiting', []],
      ['stuck', ['change-under-way']],
    ]);
    expect(world.intent?.intent.id).toBe('aaaa');
  });
});

describe('a distribution', () => {
  it('that finds everything in place leaves no trace', async () => {
    const { context, views, audited } = stage({ decide: () => ({ kind: 'done', says: ['All equal'], findings: [] }) });

    expect(await distribute({ only: ['cluster-b'], by: 'schedule', ...PATIENCE }, context)).toMatchObject({
      id: 'distribute',
      title: 'Distribute cacerts to cluster-b',
      state: 'done',
      result: ['All equal'],
    });
    expect([views, audited]).toEqual([[], []]);
  });

  it('that wrote says where, and is recorded', async () => {
    const source = { namespace: 'n', name: 's', uid: 'u', resourceVersion: '1' };
    const step = { kind: 'write', cluster: 'cluster-b', source, fingerprint: 'F', roots: 'keep', expects: null, takeOver: false } as const;
    const { context, views, audited } = stage({
      decide: (writes) => (writes === 0 ? { kind: 'step', says: 'write', step } : { kind: 'done', says: ['2 of 2'], findings: [] }),
    });

    const view = await distribute({ only: undefined, by: 'schedule', ...PATIENCE }, context);

    expect([view.state, view.written, views.at(-1)]).toEqual(['done', ['cluster-b'], view]);
    expect(audited.map(({ what, detail, change, planHash }) => [what, detail, change, planHash])).toEqual([
      ['step', 'write', 'distribute', undefined],
      ['done', '2 of 2', 'distribute', undefined],
    ]);
  });
});
