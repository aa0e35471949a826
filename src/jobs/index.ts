/** Every job of the product. Keep sorted. */
import { advanceChangesJob } from './advance-changes.ts';
import { auditLogJob } from './audit-log.ts';
import { carryOutJob } from './carry-out.ts';
import { checkCaExpiryJob } from './check-ca-expiry.ts';
import { distributeCacertsJob } from './distribute-cacerts.ts';
import type { AnyJob } from './job.ts';
import { listChangesJob } from './list-changes.ts';
import { meshCertsJob } from './mesh-certs.ts';
import { observeMeshJob } from './observe-mesh.ts';
import { planChangeJob } from './plan-change.ts';
import { steerChangeJob } from './steer-change.ts';

export const JOBS: readonly AnyJob[] = [
  advanceChangesJob,
  auditLogJob,
  carryOutJob,
  checkCaExpiryJob,
  distributeCacertsJob,
  listChangesJob,
  meshCertsJob,
  observeMeshJob,
  planChangeJob,
  steerChangeJob,
];
