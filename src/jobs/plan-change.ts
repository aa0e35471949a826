import { planChange } from '../actions/plan-change.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const planChangeJob = defineJob({
  action: planChange,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: 2 * MINUTE,
});
