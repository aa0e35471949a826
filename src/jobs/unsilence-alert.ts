import { unsilenceAlert } from '../actions/unsilence-alert.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const unsilenceAlertJob = defineJob({
  action: unsilenceAlert,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
