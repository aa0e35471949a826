import { carryOut } from '../actions/carry-out.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const carryOutJob = defineJob({
  action: carryOut,
  // What was begun goes on wherever it stands, so a second try does no harm; `advance-changes` takes over from the last.
  retry: { attempts: 3, backoffMs: 5_000 },
  deadlineMs: 60 * MINUTE,
});
