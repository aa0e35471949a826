import { listAlerts } from '../actions/list-alerts.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const listAlertsJob = defineJob({
  action: listAlerts,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
