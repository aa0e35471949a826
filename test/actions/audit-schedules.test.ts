import { describe, expect, it } from 'vitest';
import { auditSchedules } from '../../src/actions/audit-schedules.ts';
import { changeAlerts } from '../../src/actions/change-alerts.ts';
import type { ScheduleRun } from '../../src/actions/alerts.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { MINUTE, SECOND } from '../../src/core/duration.ts';
import { followDesk, LINK, NOON, sampleOf, type FollowDesk } from './alerts.ts';

const BACK = { ...LINK, from: 'cluster-b', to: 'cluster-a' } as const;

/** A schedule that ran so long ago and should have within the last four minutes. */
function ran(desk: FollowDesk, name: string, agoMs: number | undefined): ScheduleRun {
  const now = desk.clock.now();
  return { name, last: agoMs === undefined ? undefined : now - agoMs, expectedSince: now - 4 * MINUTE };
}

const states = ({ store }: FollowDesk) => Object.entries(store.state.subjects).map(([key, { state }]) => `${key} ${state}`);
const audit = (desk: FollowDesk) => auditSchedules.run({}, desk.context);

/** It audited each minute until then: so long that a slot which passes from now on was watched. */
const SETTLED = 5 * MINUTE;

async function settled(changed: Parameters<typeof followDesk>[0] = {}): Promise<FollowDesk> {
  const desk = followDesk(changed);
  for (let past = 0; past < SETTLED; past += MINUTE) {
    desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'observe-mesh', MINUTE)];
    await audit(desk);
    desk.clock.advance(MINUTE);
  }
  return desk;
}

describe('audit-schedules', () => {
  it('is silent where every schedule runs', async () => {
    const desk = await settled();
    desk.runs = [
      ran(desk, 'audit-schedules', 0),
      ran(desk, 'observe-mesh', MINUTE),
      { name: 'rare', last: undefined, expectedSince: undefined },
    ];

    expect(await audit(desk)).toEqual({ at: NOON + SETTLED, stopped: [], silent: [], heartbeat: 'none' });
    expect(states(desk)).toEqual([
      'schedule-stopped|schedule:audit-schedules ok',
      'schedule-stopped|schedule:observe-mesh ok',
      'schedule-stopped|schedule:rare ok',
    ]);
  });

  it('tells of one that stopped, with when it ran last, and of its return', async () => {
    const desk = await settled();
    desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'observe-mesh', 5 * MINUTE)];

    expect((await audit(desk)).stopped).toEqual(['observe-mesh']);
    expect(Object.values(desk.store.state.incidents).map(({ title, cause }) => [title, cause?.facts])).toEqual([
      ['Schedule observe-mesh has stopped', ['it ran last at 2026-11-24T12:00:00.000Z']],
    ]);
    desk.clock.advance(MINUTE);
    desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'observe-mesh', SECOND)];
    await audit(desk);
    expect(Object.values(desk.store.state.incidents).map(({ state }) => state)).toEqual(['over']);
  });

  it('tells of one that never ran although it should have since this began', async () => {
    const desk = followDesk();
    const stopped: (readonly string[])[] = [];
    for (let minute = 0; minute <= 5; minute += 1) {
      desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'observe-mesh', undefined)];
      stopped.push((await audit(desk)).stopped);
      desk.clock.advance(MINUTE);
    }

    expect(stopped).toEqual([[], [], [], [], [], ['observe-mesh']]);
  });

  it('holds slots against nobody that passed while it was away itself', async () => {
    const desk = await settled();
    desk.clock.advance(30 * MINUTE);
    const away = desk.clock.now() - 31 * MINUTE;
    const stopped: (readonly string[])[] = [];
    for (let minute = 0; minute <= 5; minute += 1) {
      desk.runs = [ran(desk, 'audit-schedules', 0), { ...ran(desk, 'verify-public-path', 0), last: away }];
      stopped.push((await audit(desk)).stopped);
      desk.clock.advance(MINUTE);
    }

    expect(stopped).toEqual([[], [], [], [], [], ['verify-public-path']]);
    expect(Object.keys(desk.store.state.incidents)).toHaveLength(1);
  });

  it('tells of probes that are run and measure nothing', async () => {
    const desk = followDesk();
    const sample = sampleOf('api-down', { kind: 'api', cluster: 'cluster-b' }, 'ok', NOON);
    await changeAlerts(desk.context, () => [{ kind: 'samples', samples: [sample] }]);
    const stopped: (readonly string[])[] = [];
    for (let minute = 0; minute <= 5; minute += 1) {
      desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'probe-links', SECOND)];
      stopped.push((await audit(desk)).stopped);
      desk.clock.advance(MINUTE);
    }

    expect(stopped).toEqual([[], [], [], [], [], ['probe-links']]);
    expect(Object.values(desk.store.state.incidents).flatMap(({ cause }) => cause?.says ?? [])).toEqual([
      'probe-links is put into the queue, and nothing is measured',
    ]);
  });

  it('holds slots against nobody that passed while it was off', async () => {
    const desk = await settled();
    desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'switched-on', 60 * MINUTE)];
    expect((await audit(desk)).stopped).toEqual([]);
    desk.clock.advance(3 * MINUTE);
    desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'switched-on', 63 * MINUTE)];
    expect((await audit(desk)).stopped).toEqual([]);
  });

  it('leaves one stopped that had stopped before it was away', async () => {
    const desk = await settled();
    desk.runs = [ran(desk, 'audit-schedules', 0), ran(desk, 'observe-mesh', 5 * MINUTE)];
    await audit(desk);
    desk.clock.advance(30 * MINUTE);
    desk.runs = [ran(desk, 'audit-schedules', 30 * MINUTE), ran(desk, 'observe-mesh', 35 * MINUTE)];
    await audit(desk);

    expect(Object.values(desk.store.state.incidents).map(({ endedAt }) => endedAt)).toEqual([undefined]);
  });

  it('follows no schedule and no cluster that left the configuration', async () => {
    const desk = await settled();
    const gone = sampleOf('api-down', { kind: 'api', cluster: 'cluster-z' }, 'ok', desk.clock.now());
    await changeAlerts(desk.context, () => [{ kind: 'samples', samples: [gone] }]);
    desk.runs = [ran(desk, 'audit-schedules', 0)];

    await audit(desk);

    expect(states(desk)).toEqual(['schedule-stopped|schedule:audit-schedules ok']);
  });
});

it('follows nothing from where nobody measures any more since this service knows its cluster', async () => {
  const desk = followDesk();
  const samples = [
    sampleOf('link-down', { ...LINK, from: 'local' }, 'ok', NOON, 'local'),
    sampleOf('self-offline', { kind: 'self', vantage: 'local' }, 'ok', NOON, 'local'),
    sampleOf('api-down', { kind: 'api', cluster: 'cluster-b' }, 'ok', NOON, 'local'),
  ];
  await changeAlerts(desk.context, () => [{ kind: 'samples', samples }]);

  await audit(desk);

  expect(states(desk)).toEqual(['api-down|api:cluster-b ok']);
});

describe('a vantage', () => {
  async function measuredFromB(): Promise<FollowDesk> {
    const desk = followDesk();
    const samples = [sampleOf('link-down', LINK, 'ok', NOON), sampleOf('link-down', BACK, 'ok', NOON, 'cluster-b')];
    await changeAlerts(desk.context, () => [{ kind: 'samples', samples }]);
    return desk;
  }

  it('that fell silent makes unknown what it measured, and says why', async () => {
    const desk = await measuredFromB();
    desk.clock.advance(31 * SECOND);

    expect((await audit(desk)).silent).toEqual(['cluster-b']);

    const { window, cause } = desk.store.state.subjects['link-down|link:cluster-b>cluster-a'] ?? {};
    expect([window, cause?.code, cause?.says, cause?.hint]).toEqual([
      '+?',
      'no-worker',
      'no worker runs in cluster-b',
      'Start it again: `meshwarden start --role worker --vantage cluster-b`.',
    ]);
    expect(desk.store.state.subjects['link-down|link:cluster-a>cluster-b']?.window).toBe('+');
  });

  it.each([
    ['that lives', ['cluster-b'], 31 * SECOND],
    ['that measured a moment ago', [], 29 * SECOND],
  ])('%s is not silent', async (_, alive, later) => {
    const desk = await measuredFromB();
    desk.alive = alive;
    desk.clock.advance(later);

    expect((await audit(desk)).silent).toEqual([]);
    expect(desk.store.state.subjects['link-down|link:cluster-b>cluster-a']?.window).toBe('+');
  });
});

describe('the heartbeat', () => {
  const heard = () => {
    let count = 0;
    const heartbeat = async (): Promise<void> => {
      count += 1;
    };
    return { heartbeat, count: () => count };
  };

  it('is told each time while all is well', async () => {
    const { heartbeat, count } = heard();
    const desk = await settled({ heartbeat });

    expect([(await audit(desk)).heartbeat, count()]).toEqual(['told', 6]);
  });

  it('is missed while a schedule stands still, and while we reach nothing', async () => {
    const { heartbeat, count } = heard();
    const desk = await settled({ heartbeat });
    desk.runs = [ran(desk, 'observe-mesh', 5 * MINUTE)];
    expect((await audit(desk)).heartbeat).toBe('skipped');
    desk.runs = [ran(desk, 'observe-mesh', 0)];
    for (let round = 0; round < 3; round += 1) {
      desk.clock.advance(SECOND);
      const sample = sampleOf('self-offline', { kind: 'self', vantage: 'cluster-a' }, 'failing', desk.clock.now());
      await changeAlerts(desk.context, () => [{ kind: 'samples', samples: [sample] }]);
    }

    expect([(await audit(desk)).heartbeat, count()]).toEqual(['skipped', 5]);
  });

  it('that nobody hears fails no audit', async () => {
    const heartbeat = (): Promise<void> => Promise.reject(new OperatorError({ reason: 'unreachable', what: 'Cannot tell the heartbeat' }));
    const desk = followDesk({ heartbeat });

    expect((await audit(desk)).heartbeat).toBe('failed');
    expect(desk.lines.warnings()).toEqual(['the heartbeat was not heard; the next one is tried in a minute']);
  });
});
