import { checkCaExpiry } from '../actions/check-ca-expiry.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

/** Hourly; a slot that passed while nothing ran is made up for at the next start, since a renewal may have happened meanwhile. */
export const checkCaExpiryJob = defineJob({
  action: checkCaExpiry,
  schedule: { cron: '0 * * * *', onMissed: 'runOnce' },
  retry: { attempts: 3, backoffMs: 10_000 },
  deadlineMs: 2 * MINUTE,
});
