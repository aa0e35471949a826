/** Every job of the product. Keep sorted. */
import type { FollowContext } from '../actions/alerts.ts';
import { ackAlertJob } from './ack-alert.ts';
import { advanceChangesJob } from './advance-changes.ts';
import { auditLogJob } from './audit-log.ts';
import { auditSchedulesJob } from './audit-schedules.ts';
import { carryOutJob } from './carry-out.ts';
import { checkCaExpiryJob } from './check-ca-expiry.ts';
import { distributeCacertsJob } from './distribute-cacerts.ts';
import type { AnyJob } from './job.ts';
import { listAlertsJob } from './list-alerts.ts';
import { listChangesJob } from './list-changes.ts';
import { meshCertsJob } from './mesh-certs.ts';
import { observeMeshJob } from './observe-mesh.ts';
import { planChangeJob } from './plan-change.ts';
import { probeLinkJob } from './probe-link.ts';
import { probeLinksJob } from './probe-links.ts';
import { probeMeshJob } from './probe-mesh.ts';
import { silenceAlertJob } from './silence-alert.ts';
import { steerChangeJob } from './steer-change.ts';
import { testAlertJob } from './test-alert.ts';
import { unsilenceAlertJob } from './unsilence-alert.ts';
import { verifyPublicPathJob } from './verify-public-path.ts';

export const JOBS: readonly AnyJob[] = [
  ackAlertJob,
  advanceChangesJob,
  auditLogJob,
  auditSchedulesJob,
  carryOutJob,
  checkCaExpiryJob,
  distributeCacertsJob,
  listAlertsJob,
  listChangesJob,
  meshCertsJob,
  observeMeshJob,
  planChangeJob,
  probeLinkJob,
  probeLinksJob,
  probeMeshJob,
  silenceAlertJob,
  steerChangeJob,
  testAlertJob,
  unsilenceAlertJob,
  verifyPublicPathJob,
];

/** What is done from inside a cluster, where nothing can be changed. */
export const VANTAGE_JOBS: readonly AnyJob<FollowContext>[] = [probeLinkJob, probeLinksJob, probeMeshJob];
