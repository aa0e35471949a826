import { assert, property } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Goal } from '../../src/rotation/goal.ts';
import { Drive, expectSettled } from './drive.ts';
import { happenings } from './happenings.ts';
import { growPool, type Pool } from './world/pool.ts';
import { World, type WorldOptions } from './world.ts';

/** More runs where somebody asks for them. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 15);
/** Another one finds other ways. */
const SEED = Number(process.env['MODEL_SEED'] ?? 1);
const MOST_TURNS = 1500;
/** For one property, in milliseconds: many runs take long on a busy machine. */
const PATIENCE = 30_000 + RUNS * 2000;

let pool: Pool;
beforeAll(async () => {
  pool = await growPool();
});

const flags = { multiRoot: false, xdsAgent: false };
const worlds: readonly WorldOptions[] = [
  { clusters: 2, replicas: 2, flags },
  { clusters: 3, replicas: 1, flags: { multiRoot: true, xdsAgent: true }, version: '1.28.10' },
];
const goals: readonly Goal[] = [
  { kind: 'distribute' },
  { kind: 'intermediate', cluster: 'cluster-b' },
  { kind: 'emergency', cluster: 'cluster-b' },
];

describe.each(goals)('src/rotation: $kind', (goal) => {
  it.each(worlds)('ends and leaves $clusters clusters under their root when nothing goes wrong', (options) => {
    const drive = new Drive(new World(pool, options), goal);
    drive.world.authority.renew('cluster-a', 1, drive.world.now);
    drive.world.advance(10_000, drive.check);
    drive.finish(MOST_TURNS);
    expect(drive.world.outcome).toBe(goal.kind === 'distribute' ? undefined : 'done');
    expectSettled(drive.world, 1);
  });

  it.each(worlds)(
    'breaks no trust in $clusters clusters whatever happens, and ends',
    (options) => {
      assert(
        property(happenings, (all) => {
          const drive = new Drive(new World(pool, options), goal);
          for (const one of all) drive.happen(one);
          drive.finish(MOST_TURNS);
          // What the goal did not concern and nobody distributed yet is caught up.
          new Drive(drive.world, { kind: 'distribute' }).finish(MOST_TURNS);
          expectSettled(drive.world, 1);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    PATIENCE,
  );
});
