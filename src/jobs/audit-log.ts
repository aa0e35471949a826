import { auditLog } from '../actions/audit-log.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const auditLogJob = defineJob({
  action: auditLog,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
