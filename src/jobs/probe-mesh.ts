import { probeMesh } from '../actions/probe-mesh.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const probeMeshJob = defineJob({
  action: probeMesh,
  schedule: { cron: '* * * * *', onMissed: 'skip' },
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
  keep: 60,
});
