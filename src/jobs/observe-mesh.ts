import { observeMesh } from '../actions/observe-mesh.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

/** A full look every minute and on demand. A look that was missed is no loss: the next one sees the same mesh. */
export const observeMeshJob = defineJob({
  action: observeMesh,
  schedule: { cron: '* * * * *', onMissed: 'skip' },
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
