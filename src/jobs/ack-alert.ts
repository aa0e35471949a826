import { ackAlert } from '../actions/ack-alert.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const ackAlertJob = defineJob({
  action: ackAlert,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
