import { assert, property } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Drive, expectSettled, type Happening } from './drive.ts';
import { happenings } from './happenings.ts';
import { growPool, type Pool } from './world/pool.ts';
import { World, type WorldOptions } from './world.ts';

/** More runs where somebody asks for them. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 6);
/** Another one finds other ways. */
const SEED = Number(process.env['MODEL_SEED'] ?? 1);
const MOST_TURNS = 1500;
/** For one property, in milliseconds: many runs take long on a busy machine. */
const PATIENCE = 30_000 + RUNS * 2000;

let pool: Pool;
beforeAll(async () => {
  pool = await growPool();
});

const ways: readonly { readonly title: string; readonly world: WorldOptions; readonly speed: 'gentle' | 'fast' }[] = [
  { title: 'two clusters, roots pushed', world: { clusters: 2, replicas: 1, flags: { multiRoot: true, xdsAgent: true } }, speed: 'gentle' },
  {
    title: 'two clusters, roots pushed, fast',
    world: { clusters: 2, replicas: 1, flags: { multiRoot: true, xdsAgent: true } },
    speed: 'fast',
  },
  {
    title: 'two clusters, two istiods each',
    world: { clusters: 2, replicas: 2, flags: { multiRoot: true, xdsAgent: false } },
    speed: 'gentle',
  },
  {
    title: 'two clusters without MULTIROOT',
    world: { clusters: 2, replicas: 1, flags: { multiRoot: false, xdsAgent: false } },
    speed: 'gentle',
  },
  {
    title: 'three clusters of 1.28',
    world: { clusters: 3, replicas: 1, flags: { multiRoot: true, xdsAgent: true }, version: '1.28.10' },
    speed: 'fast',
  },
];

/** What once went wrong. */
const KNOWN: readonly { readonly title: string; readonly happenings: readonly Happening[] }[] = [
  {
    title: 'an istiod that starts while its cluster is about to trust both roots',
    happenings: [
      { kind: 'go', a: 2, b: 0 },
      { kind: 'restartPod', a: 1, b: 0 },
    ],
  },
  {
    title: 'roots that are refused twice within the life of a certificate',
    happenings: [
      { kind: 'deaf', a: 0, b: 0 },
      { kind: 'go', a: 3, b: 0 },
      { kind: 'hour', a: 0, b: 0 },
      { kind: 'go', a: 1, b: 3 },
      { kind: 'go', a: 3, b: 0 },
      { kind: 'go', a: 9, b: 0 },
    ],
  },
  {
    title: 'roots that are refused in one cluster while the other cannot be seen',
    happenings: [
      { kind: 'deaf', a: 1, b: 0 },
      { kind: 'go', a: 4, b: 0 },
      { kind: 'unreachable', a: 0, b: 0 },
      { kind: 'hour', a: 0, b: 0 },
      { kind: 'go', a: 0, b: 0 },
    ],
  },
  {
    title: 'a change of mind after the old generation went',
    happenings: [
      { kind: 'go', a: 7, b: 3 },
      { kind: 'go', a: 4, b: 0 },
      { kind: 'go', a: 7, b: 0 },
      { kind: 'go', a: 5, b: 6 },
      { kind: 'abort', a: 0, b: 0 },
    ],
  },
];

describe.each(ways)('src/rotation/root: $title', ({ world: options, speed }) => {
  it('comes to its end when nothing goes wrong', () => {
    const drive = new Drive(new World(pool, options), { kind: 'root', speed });
    drive.finish(MOST_TURNS);
    expect(drive.world.outcome).toBe('done');
    expectSettled(drive.world, 2);
  });

  it(
    'goes back from wherever it is',
    () => {
      for (let turns = 0; turns < 56; turns += 11) {
        const drive = new Drive(new World(pool, options), { kind: 'root', speed });
        for (let turn = 0; turn < turns && !drive.finished; turn += 1) drive.turn({ agrees: true, patient: true });
        if (drive.world.intent?.intent.agreed.includes('retire') === true || drive.world.intent === null) continue;
        drive.world.steer({ direction: 'back' });
        drive.finish(MOST_TURNS);
        expect(drive.world.outcome, `after ${turns} turns`).toBe('aborted');
        expectSettled(drive.world, 1);
      }
    },
    PATIENCE,
  );

  it.each(KNOWN)('$title', { timeout: PATIENCE }, ({ happenings: all }) => {
    const drive = new Drive(new World(pool, options), { kind: 'root', speed });
    for (const one of all) drive.happen(one);
    drive.finish(MOST_TURNS);
    expect(drive.world.intent).toBeNull();
    expectSettled(drive.world, drive.world.outcome === 'done' ? 2 : 1);
  });

  it(
    'breaks no trust whatever happens, and ends',
    () => {
      assert(
        property(happenings, (all) => {
          const drive = new Drive(new World(pool, options), { kind: 'root', speed });
          for (const one of all) drive.happen(one);
          drive.finish(MOST_TURNS);
          expectSettled(drive.world, drive.world.outcome === 'done' ? 2 : 1);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    PATIENCE,
  );
});
