import type { CertificateLine, MeshCertificates } from './certificates.ts';

/** News about the authority that nobody asked for. `id` is the same for the same news, so that it is told once. */
export type CaNotice =
  | {
      readonly kind: 'caRenewed';
      readonly id: string;
      readonly what: string;
      readonly fingerprint: string | undefined;
      readonly notAfter: number;
      readonly renewalTime: number | undefined;
      /** False: cert-manager has the new one, the cluster still signs with the old one. */
      readonly published: boolean | undefined;
    }
  | {
      readonly kind: 'caRenewalOverdue';
      readonly id: string;
      readonly what: string;
      readonly object: string | undefined;
      readonly renewalTime: number;
      readonly notAfter: number | undefined;
      /** What cert-manager says of it. */
      readonly why: string | undefined;
    };

/** The last generation seen of each certificate, by its name (`root`, or the cluster's): UTC milliseconds of its NotBefore and its end. */
export type CaMemory = Readonly<Record<string, { readonly notBefore: number; readonly notAfter: number }>>;

export interface CaJudgement {
  readonly notices: readonly CaNotice[];
  readonly memory: CaMemory;
}

/**
 * What is new since the last look. A certificate is renewed when its validity begins later than the one remembered; it is overdue when its renewal
 * time lies more than `overdueAfter` milliseconds back. What was never seen before is remembered in silence.
 */
export function judgeCa(certificates: MeshCertificates, before: CaMemory, now: number, overdueAfter: number): CaJudgement {
  const notices = certificates.lines.flatMap((line) => [...renewed(line, before), ...overdue(line, now, overdueAfter)]);
  const seen = certificates.lines.flatMap((line) => generationOf(line));
  return { notices, memory: { ...before, ...Object.fromEntries(seen) } };
}

function nameOf(line: CertificateLine): string {
  return line.cluster ?? 'root';
}

function titleOf(line: CertificateLine): string {
  return line.cluster === undefined ? 'The root' : `The intermediate of ${line.cluster}`;
}

function generationOf(line: CertificateLine): readonly (readonly [string, CaMemory[string]])[] {
  const { notBefore, notAfter } = line.issued;
  return notBefore === undefined || notAfter === undefined ? [] : [[nameOf(line), { notBefore, notAfter }]];
}

function renewed(line: CertificateLine, before: CaMemory): readonly CaNotice[] {
  const { fingerprint, notBefore, notAfter } = line.issued;
  const known = before[nameOf(line)];
  if (known === undefined || notBefore === undefined || notAfter === undefined || notBefore <= known.notBefore) return [];
  const id = `ca-renewed.${nameOf(line)}.${notBefore}`;
  const { renewalTime, published } = line;
  return [{ kind: 'caRenewed', id, what: titleOf(line), fingerprint, notAfter, renewalTime, published }];
}

function overdue(line: CertificateLine, now: number, overdueAfter: number): readonly CaNotice[] {
  const { renewalTime, object } = line;
  if (renewalTime === undefined || now <= renewalTime + overdueAfter) return [];
  const id = `ca-overdue.${nameOf(line)}.${renewalTime}`;
  const why = line.ready?.status === 'True' ? undefined : line.ready?.message;
  return [{ kind: 'caRenewalOverdue', id, what: titleOf(line), object, renewalTime, notAfter: line.issued.notAfter, why }];
}
