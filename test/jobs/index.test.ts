import { MINUTE } from '../../src/core/duration.ts';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defineJob } from '../../src/jobs/job.ts';
import { JOBS } from '../../src/jobs/index.ts';
import { checkCaExpiry } from '../../src/actions/check-ca-expiry.ts';

/** What lies in the room beside the jobs themselves. */
const MACHINERY = new Set(['envelope.ts', 'index.ts', 'job.ts', 'queue.ts', 'schedules.ts', 'slots.ts', 'worker.ts']);

it('lists every job of the folder, sorted, each under its file name', () => {
  const files = readdirSync(join(import.meta.dirname, '../../src/jobs')).filter((file) => !MACHINERY.has(file));

  expect(JOBS.map(({ name }) => `${name}.ts`)).toEqual(files.toSorted());
});

it('tries again what a schedule fires and nobody waits for, and never without a deadline', () => {
  const once = { attempts: 1, backoffMs: 0 };
  expect(JOBS.map(({ name, schedule, retry, deadlineMs }) => ({ name, schedule, retry, deadlineMs }))).toEqual([
    { name: 'advance-changes', schedule: { cron: '* * * * *', onMissed: 'skip' }, retry: once, deadlineMs: 30 * MINUTE },
    { name: 'audit-log', schedule: undefined, retry: once, deadlineMs: MINUTE },
    { name: 'carry-out', schedule: undefined, retry: { attempts: 3, backoffMs: 5_000 }, deadlineMs: 60 * MINUTE },
    {
      name: 'check-ca-expiry',
      schedule: { cron: '0 * * * *', onMissed: 'runOnce' },
      retry: { attempts: 3, backoffMs: 10_000 },
      deadlineMs: 2 * MINUTE,
    },
    {
      name: 'distribute-cacerts',
      schedule: { cron: '*/15 * * * *', onMissed: 'runOnce' },
      retry: { attempts: 3, backoffMs: 10_000 },
      deadlineMs: 30 * MINUTE,
    },
    { name: 'list-changes', schedule: undefined, retry: once, deadlineMs: MINUTE },
    { name: 'mesh-certs', schedule: undefined, retry: once, deadlineMs: MINUTE },
    { name: 'observe-mesh', schedule: { cron: '* * * * *', onMissed: 'skip' }, retry: once, deadlineMs: MINUTE },
    { name: 'plan-change', schedule: undefined, retry: once, deadlineMs: 2 * MINUTE },
    { name: 'steer-change', schedule: undefined, retry: once, deadlineMs: MINUTE },
  ]);
});

it('refuses a payload that it does not understand, before anything else happens', async () => {
  const job = defineJob({ action: checkCaExpiry, retry: { attempts: 1, backoffMs: 0 }, deadlineMs: 1 });

  await expect(job.run({ surprise: 1 }, undefined as never)).rejects.toMatchObject({
    reason: 'invalid',
    message: 'Job check-ca-expiry does not understand what it was given: ✖ Unrecognized key: "surprise"',
    next: 'Run bot, scheduler and workers of the same version.',
  });
});
