import { distributeCacerts } from '../actions/distribute-cacerts.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

/** Every quarter of an hour it repairs what drifted; a change of a source runs it at once. */
export const distributeCacertsJob = defineJob({
  action: distributeCacerts,
  schedule: { cron: '*/15 * * * *', onMissed: 'runOnce' },
  retry: { attempts: 3, backoffMs: 10_000 },
  deadlineMs: 30 * MINUTE,
});
