import { describe, expect, it } from 'vitest';
import { advanceChanges } from '../../src/actions/advance-changes.ts';
import { carryOut } from '../../src/actions/carry-out.ts';
import { withWindow } from '../../src/actions/window.ts';
import type { MaintenanceWindow } from '../../src/alerts/model.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { HOUR } from '../../src/core/duration.ts';
import type { Goal } from '../../src/rotation/goal.ts';
import { NOW, PLAN } from '../changes/stage.ts';
import { followDesk as deskOf, NOON, type FollowDesk } from './alerts.ts';
import { desk } from './changes.ts';

const followDesk = (changed: Parameters<typeof deskOf>[0] = {}) => {
  const followed: FollowDesk = deskOf(changed);
  return { ...followed, context: { ...followed.context, jobId: 'job-1' } };
};

const change = { id: 'k7f3', goal: { kind: 'intermediate', cluster: 'cluster-b' } as const };

describe('a maintenance window', () => {
  it('is open while a change is worked on, over what it touches, and closed after it', async () => {
    const { context, store } = followDesk();

    const open = await withWindow(change, context, async () => store.state.windows);

    expect(open).toEqual([
      {
        id: 'change-k7f3.job-1',
        match: 'istiod-serving|istiod:cluster-b',
        reason: 'Rotate the intermediate of cluster-b',
        from: NOON,
        until: NOON + HOUR,
      },
    ]);
    expect(store.state.windows).toEqual([]);
  });

  it.each([
    [{ kind: 'root', speed: 'gentle' }, 'istiod-serving|istiod:*'],
    [{ kind: 'distribute' }, 'istiod-serving|istiod:*'],
    [{ kind: 'restore', cluster: 'cluster-a', backup: 'b' }, 'istiod-serving|istiod:cluster-a'],
  ] as const satisfies readonly (readonly [Goal, string])[])('of %o matches %s', async (goal, match) => {
    const { context, store } = followDesk();
    expect(await withWindow({ id: 'x', goal }, context, async () => store.state.windows.map((window) => window.match))).toEqual([match]);
  });

  it('stays open for the job that still works on the change when another one ends', async () => {
    const { context, store } = followDesk();

    const left = await withWindow(change, context, async () => {
      await withWindow(change, { ...context, jobId: 'job-2' }, async () => undefined);
      return store.state.windows.map(({ id }) => id);
    });

    expect([left, store.state.windows]).toEqual([['change-k7f3.job-1'], []]);
  });

  it('is closed after work that failed, also where the run was ended from outside', async () => {
    const { context, store } = followDesk();
    const ending = new AbortController();
    const failing = withWindow(change, { ...context, signal: ending.signal }, async () => {
      ending.abort();
      throw new Error('the last step failed');
    });

    await expect(failing).rejects.toThrow('the last step failed');
    expect(store.state.windows).toEqual([]);
  });

  it('that cannot be kept stops no change', async () => {
    const away = (): Promise<never> => Promise.reject(new OperatorError({ reason: 'unreachable', what: 'Cannot read how alerts stand' }));
    const { context, lines } = followDesk({ store: { load: away, commit: away } });

    expect(await withWindow(change, context, async () => 'done')).toBe('done');
    expect(lines.warnings()).toEqual([
      'a maintenance window was not kept; it ends by itself',
      'a maintenance window was not kept; it ends by itself',
    ]);
  });
});

/** The windows that were open at each write. */
function opened(store: { meanwhile: () => void; readonly state: { readonly windows: readonly MaintenanceWindow[] } }): string[] {
  const seen: string[] = [];
  store.meanwhile = () => void seen.push(...store.state.windows.map(({ match }) => match));
  return seen;
}

describe('a change', () => {
  it('that is carried out has one', async () => {
    const { given, proposals, alertStore } = desk();
    const common = { id: 'k7f3', plan: PLAN, by: 'lena', needed: 1, secondFactor: false, delayMs: 0 };
    proposals.set('k7f3', { ...common, expiresAt: NOW, approvals: [{ user: 'lena', at: NOW }], state: 'used' });
    const seen = opened(alertStore);

    await carryOut.run({ proposal: 'k7f3' }, given);

    expect([seen, alertStore.state.windows]).toEqual([['istiod-serving|istiod:cluster-b'], []]);
  });

  it('that nobody has begun has none', async () => {
    const { given, alertStore } = desk();

    await advanceChanges.run({}, given);

    expect(alertStore.writes).toBe(0);
  });
});
