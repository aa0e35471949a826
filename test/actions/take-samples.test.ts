import { describe, expect, it } from 'vitest';
import { changeAlerts } from '../../src/actions/change-alerts.ts';
import { probeLinks } from '../../src/actions/probe-links.ts';
import { probeMesh } from '../../src/actions/probe-mesh.ts';
import { verifyPublicPath } from '../../src/actions/verify-public-path.ts';
import { emptyState } from '../../src/alerts/index.ts';
import { followDesk, LINK, NOON, sampleOf, type Measuring } from './alerts.ts';

const CYCLE = 3_000;
const api = (cluster: string, outcome: 'ok' | 'failing', at: number) => sampleOf('api-down', { kind: 'api', cluster }, outcome, at);

describe('what is measured', () => {
  it('becomes an incident when it failed often enough, and says what failed in each round', async () => {
    const desk = followDesk();
    desk.measuring.quick = async () => {
      const at = desk.clock.now();
      return [api('cluster-a', 'ok', at), sampleOf('link-down', LINK, 'failing', at)];
    };
    const link = 'link-down|link:cluster-a>cluster-b';

    for (let round = 0; round < 3; round += 1) {
      expect(Object.values(desk.store.state.incidents)).toEqual([]);
      expect(await probeLinks.run({}, desk.context)).toEqual({
        at: desk.clock.now(),
        vantage: 'cluster-a',
        samples: 3,
        failing: [link],
        unknown: [],
      });
      desk.clock.advance(CYCLE);
    }

    expect(Object.values(desk.store.state.incidents).map(({ title, evidence }) => [title, evidence])).toEqual([
      ['Link cluster-a → cluster-b is down', '3 of 3 probes failed'],
    ]);
    expect(Object.entries(desk.store.state.subjects).map(([key, { state }]) => [key, state])).toEqual([
      ['self-offline|self:cluster-a', 'ok'],
      ['api-down|api:cluster-a', 'ok'],
      [link, 'firing'],
    ]);
  });

  it('is one incident about us where nothing answers', async () => {
    const desk = followDesk();
    desk.measuring.quick = async () => [
      api('cluster-a', 'failing', desk.clock.now()),
      api('cluster-b', 'failing', desk.clock.now()),
      sampleOf('link-down', LINK, 'failing', desk.clock.now()),
    ];
    for (let round = 0; round < 4; round += 1) {
      await probeLinks.run({}, desk.context);
      desk.clock.advance(CYCLE);
    }

    expect(Object.values(desk.store.state.incidents).map(({ rule, hides }) => [rule, hides.length])).toEqual([['self-offline', 3]]);
  });

  it.each([
    ['probe-mesh', probeMesh, 'slow', sampleOf('clock-skew', { kind: 'clock', cluster: 'cluster-b' }, 'unknown', NOON)],
    ['verify-public-path', verifyPublicPath, 'publicPath', sampleOf('public-path', { ...LINK, kind: 'publicPath' }, 'unknown', NOON)],
  ] as const)('%s keeps what could not be measured as such', async (_, action, part, sample) => {
    const desk = followDesk();
    desk.measuring[part satisfies keyof Measuring] = async () => [sample];

    const measured = await action.run({}, desk.context);

    const [key] = Object.keys(desk.store.state.subjects);
    expect(measured).toEqual({ at: NOON, vantage: 'cluster-a', samples: 1, failing: [], unknown: [key] });
    expect(Object.values(desk.store.state.subjects).map(({ state, window }) => [state, window])).toEqual([['unknown', '?']]);
  });

  it('is not measured twice at a time, and is measured again afterwards', async () => {
    const desk = followDesk();
    const { promise, resolve } = Promise.withResolvers<readonly []>();
    desk.measuring.quick = () => promise;
    const first = probeLinks.run({}, desk.context);

    expect(await probeLinks.run({}, desk.context)).toBeNull();
    resolve([]);
    const nothing = { at: NOON, vantage: 'cluster-a', samples: 0, failing: [], unknown: [] };
    expect(await first).toEqual(nothing);
    desk.clock.advance(1_000);
    expect(await probeLinks.run({}, desk.context)).toEqual({ ...nothing, at: NOON + 1_000 });
    expect(desk.store.writes).toBe(0);
  });

  it('is not measured again at once, although many slots wait', async () => {
    const desk = followDesk();
    let rounds = 0;
    desk.measuring.quick = async () => {
      rounds += 1;
      return [];
    };
    for (let slot = 0; slot < 20; slot += 1) {
      await probeLinks.run({}, desk.context);
      desk.clock.advance(100);
    }

    expect(rounds).toBe(4);
  });

  it('is measured although the clock was set back', async () => {
    const desk = followDesk();
    await probeLinks.run({}, desk.context);
    desk.clock.advance(-3_600_000);

    expect((await probeLinks.run({}, desk.context))?.at).toBe(NOON - 3_600_000);
  });

  it('which hangs is given up, and does not keep the next round from beginning', async () => {
    const desk = followDesk();
    desk.measuring.quick = () => new Promise(() => undefined);
    const first = probeLinks.run({}, desk.context);
    await Promise.resolve();
    desk.clock.advance(20_000);

    await expect(first).rejects.toMatchObject({ reason: 'timeout', message: 'Measuring: no answer within 20000 ms' });
    desk.measuring.quick = async () => [];
    expect(await probeLinks.run({}, desk.context)).not.toBeNull();
  });
});

describe('a change of the state', () => {
  it('is decided anew where somebody else wrote meanwhile', async () => {
    const { context, store } = followDesk();
    let others = 2;
    store.meanwhile = () => {
      others -= 1;
      if (others >= 0) store.state = emptyState(NOON + others);
    };
    const seen: number[] = [];

    const { before } = await changeAlerts(context, ({ begunAt }) => {
      seen.push(begunAt);
      return [{ kind: 'tick' }];
    });

    expect([seen, before.begunAt]).toEqual([[NOON, NOON + 1, NOON], NOON]);
  });

  it('gives up where somebody else always does', async () => {
    const { context, store } = followDesk();
    store.meanwhile = () => {
      store.state = { ...store.state };
    };

    await expect(changeAlerts(context, () => [])).rejects.toMatchObject({
      reason: 'conflict',
      message: 'Cannot keep how alerts stand: somebody else wrote each of 100 times',
      next: 'Ask again.',
    });
  });
});
