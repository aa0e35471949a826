import { listChanges } from '../actions/list-changes.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const listChangesJob = defineJob({
  action: listChanges,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
