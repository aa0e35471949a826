import { auditSchedules } from '../actions/audit-schedules.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const auditSchedulesJob = defineJob({
  action: auditSchedules,
  // A slot that was missed is no loss: the next one sees the same.
  schedule: { cron: '* * * * *', onMissed: 'skip' },
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
  keep: 60,
});
