import { steerChange } from '../actions/steer-change.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const steerChangeJob = defineJob({
  action: steerChange,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
