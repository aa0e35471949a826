import { probeLinks } from '../actions/probe-links.ts';
import { SECOND } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const probeLinksJob = defineJob({
  action: probeLinks,
  // Many times a minute, and a slot that was missed is no loss: what counts is how it is now.
  schedule: { cron: '*/3 * * * * *', onMissed: 'skip' },
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: 30 * SECOND,
  keep: 60,
});
