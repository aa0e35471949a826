import { probeLink } from '../actions/probe-link.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const probeLinkJob = defineJob({
  action: probeLink,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: 2 * MINUTE,
});
