import { testAlert } from '../actions/test-alert.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const testAlertJob = defineJob({
  action: testAlert,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
