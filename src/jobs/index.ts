/** Every job of the product. Keep sorted. */
import { checkCaExpiryJob } from './check-ca-expiry.ts';
import type { AnyJob } from './job.ts';
import { meshCertsJob } from './mesh-certs.ts';
import { observeMeshJob } from './observe-mesh.ts';

export const JOBS: readonly AnyJob[] = [checkCaExpiryJob, meshCertsJob, observeMeshJob];
