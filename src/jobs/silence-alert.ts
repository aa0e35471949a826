import { silenceAlert } from '../actions/silence-alert.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const silenceAlertJob = defineJob({
  action: silenceAlert,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
