import { expect, it } from 'vitest';
import { scheduleRuns } from '../../src/jobs/schedule-runs.ts';

const at = (text: string): number => Date.parse(`2026-11-24T${text}Z`);

it('tells when each schedule ran and should have, and nothing of those that are off or have none', async () => {
  const job = (name: string, cron?: string) => ({ name, schedule: cron === undefined ? undefined : ({ cron, onMissed: 'skip' } as const) });
  const last = new Map([
    ['fast', at('14:20:27')],
    ['moved', at('14:00:00')],
  ]);
  const read = scheduleRuns({
    jobs: [job('asked'), job('fast', '*/3 * * * * *'), job('moved', '* * * * *'), job('off', '* * * * *'), job('never', '* * * * *')],
    expressions: { moved: '0 * * * *', off: 'off', asked: '* * * * *' },
    slots: { last: async (name) => last.get(name) },
    clock: { now: () => at('14:20:30') },
  });

  expect(await read()).toEqual([
    { name: 'fast', last: at('14:20:27'), expectedSince: at('14:19:24') },
    { name: 'moved', last: at('14:00:00'), expectedSince: at('12:00:00') },
    { name: 'never', last: undefined, expectedSince: at('14:17:00') },
  ]);
});
