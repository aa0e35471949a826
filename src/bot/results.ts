/** Results of jobs as they come back through Redis: only their outline is looked at, their version was checked before. */
import { z } from 'zod';
import type { MeshCertificates } from '../mesh/certificates.ts';
import type { MeshStatus } from '../mesh/status.ts';

const StatusOutline = z.object({
  at: z.number(),
  clusters: z.array(z.object({ name: z.string() })),
  links: z.array(z.object({ from: z.string() })),
  gateways: z.array(z.object({ cluster: z.string() })),
  authority: z.object({ intermediates: z.array(z.object({ cluster: z.string() })) }),
  report: z.object({ verdict: z.string(), problems: z.array(z.object({ finding: z.object({ code: z.string() }) })) }),
});

const CertificatesOutline = z.object({ at: z.number(), lines: z.array(z.object({ role: z.string() })) });

export function isStatus(value: unknown): value is MeshStatus {
  return StatusOutline.safeParse(value).success;
}

export function isCertificates(value: unknown): value is MeshCertificates {
  return CertificatesOutline.safeParse(value).success;
}
