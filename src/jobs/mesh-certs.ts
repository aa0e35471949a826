import { meshCerts } from '../actions/mesh-certs.ts';
import { MINUTE } from '../core/duration.ts';
import { defineJob } from './job.ts';

export const meshCertsJob = defineJob({
  action: meshCerts,
  retry: { attempts: 1, backoffMs: 0 },
  deadlineMs: MINUTE,
});
