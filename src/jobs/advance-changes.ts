import { advanceChanges } from '../actions/advance-changes.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

/** Every minute: a step may have become possible. A slot that was missed is no loss, the next one sees the same clusters. */
export const advanceChangesJob = defineJob({
  action: advanceChanges,
  schedule: { cron: '* * * * *', onMissed: 'skip' },
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: 30 * MINUTE,
});
