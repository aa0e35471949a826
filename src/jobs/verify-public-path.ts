import { verifyPublicPath } from '../actions/verify-public-path.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const verifyPublicPathJob = defineJob({
  action: verifyPublicPath,
  schedule: { cron: '*/5 * * * *', onMissed: 'skip' },
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
  keep: 60,
});
