import { MINUTE, SECOND } from '../../src/core/duration.ts';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defineJob } from '../../src/jobs/job.ts';
import { JOBS, VANTAGE_JOBS } from '../../src/jobs/index.ts';
import { checkCaExpiry } from '../../src/actions/check-ca-expiry.ts';

/** What lies in the room beside the jobs themselves. */
const MACHINERY = new Set(['envelope.ts', 'index.ts', 'job.ts', 'queue.ts', 'schedule-runs.ts', 'schedules.ts', 'slots.ts', 'worker.ts']);

it('lists every job of the folder, sorted, each under its file name', () => {
  const files = readdirSync(join(import.meta.dirname, '../../src/jobs')).filter((file) => !MACHINERY.has(file));

  expect(JOBS.map(({ name }) => `${name}.ts`)).toEqual(files.toSorted());
});

it('tries again what a schedule fires and nobody waits for, and never without a deadline', () => {
  const once = { attempts: 1, backoffMs: 0 };
  const job = (name: string, deadlineMs: number, cron?: string) => ({
    name,
    schedule: cron === undefined ? undefined : { cron, onMissed: 'skip' },
    retry: once,
    deadlineMs,
  });
  expect(JOBS.map(({ name, schedule, retry, deadlineMs }) => ({ name, schedule, retry, deadlineMs }))).toEqual([
    job('ack-alert', MINUTE),
    { name: 'advance-changes', schedule: { cron: '* * * * *', onMissed: 'skip' }, retry: once, deadlineMs: 30 * MINUTE },
    { name: 'audit-log', schedule: undefined, retry: once, deadlineMs: MINUTE },
    job('audit-schedules', MINUTE, '* * * * *'),
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
    job('list-alerts', MINUTE),
    { name: 'list-changes', schedule: undefined, retry: once, deadlineMs: MINUTE },
    { name: 'mesh-certs', schedule: undefined, retry: once, deadlineMs: MINUTE },
    { name: 'observe-mesh', schedule: { cron: '* * * * *', onMissed: 'skip' }, retry: once, deadlineMs: MINUTE },
    { name: 'plan-change', schedule: undefined, retry: once, deadlineMs: 2 * MINUTE },
    job('probe-link', 2 * MINUTE),
    job('probe-links', 30 * SECOND, '*/3 * * * * *'),
    job('probe-mesh', MINUTE, '* * * * *'),
    job('silence-alert', MINUTE),
    { name: 'steer-change', schedule: undefined, retry: once, deadlineMs: MINUTE },
    job('test-alert', MINUTE),
    job('unsilence-alert', MINUTE),
    job('verify-public-path', MINUTE, '*/5 * * * *'),
  ]);
});

it('from inside a cluster only measures, and keeps little of what it measures all day', () => {
  expect(VANTAGE_JOBS.map(({ name, keep }) => [name, keep])).toEqual([
    ['probe-link', undefined],
    ['probe-links', 60],
    ['probe-mesh', 60],
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
