import type { CertificateLine, MeshCertificates } from './certificates.ts';
import type { Finding } from './finding.ts';
import { overdueFrom } from './renewal-window.ts';

/**
 * News about the authority that nobody asked for. `id` is the same for the same news, so that it is told once; `replaces` is the id of what was told
 * of the same fact before, whose message this one takes the place of.
 */
export type CaNotice = {
  readonly id: string;
  /** What it is about, as the beginning of a sentence. */
  readonly what: string;
  readonly replaces?: string;
} & (
  | {
      readonly kind: 'caRenewed';
      readonly fingerprint: string | undefined;
      readonly notAfter: number;
      readonly renewalTime: number | undefined;
      /** False: cert-manager has the new one, the cluster still signs with the old one. */
      readonly published: boolean | undefined;
      /** Its renewal was overdue, and due at this time. */
      readonly overdueSince?: number;
    }
  | {
      readonly kind: 'caRenewalOverdue';
      readonly object: string | undefined;
      readonly renewalTime: number;
      readonly notAfter: number | undefined;
      /** What cert-manager says of it. */
      readonly why: string | undefined;
      /** So many attempts in a row failed, and cert-manager does not try again before `waitsUntil`. */
      readonly attempts?: number;
      readonly waitsUntil?: number;
    }
  /** Something comes to its end: the root, a token, a certificate of an API server, what istiod signs with. `finding.until` is the end. */
  | { readonly kind: 'caExpiry'; readonly finding: Finding }
  /** What came to its end has life again. `said` is what was told of it, at `since`. */
  | { readonly kind: 'caExpiryOver'; readonly said: string; readonly since: number }
  /** Pods of istiod sign with another certificate than `cacerts` holds. */
  | {
      readonly kind: 'caServedOther';
      readonly cluster: string;
      readonly pods: readonly string[];
      /** Fingerprints and ends of what they present. */
      readonly served: readonly { readonly fingerprint: string; readonly notAfter: number }[];
      /** What they should present. */
      readonly wanted: string;
    }
);

/** The validity of the last generation seen, in UTC milliseconds. */
export interface Generation {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What was told of a fact last. */
export interface Told {
  readonly id: string;
  readonly said: string;
  /** When it began, or was told first, in UTC milliseconds. */
  readonly since: number;
}

/** What is kept between two looks. */
export interface CaMemory {
  /** By name: `root`, or the cluster's. */
  readonly certificates: Readonly<Record<string, Generation>>;
  /** By fact, as long as it lasts. */
  readonly told: Readonly<Record<string, Told>>;
}

export const NOTHING_SEEN: CaMemory = { certificates: {}, told: {} };

export interface CaJudgement {
  readonly notices: readonly CaNotice[];
  readonly memory: CaMemory;
}

/**
 * What is new since the last look. A certificate is renewed when its validity begins later than the one remembered; it is overdue when its renewal
 * time lies more than `overdueAfter` milliseconds back, or a quarter of its own time between renewal and end. What was never seen before is
 * remembered in silence.
 */
export function judgeCa(certificates: MeshCertificates, before: CaMemory, now: number, overdueAfter: number): CaJudgement {
  const notices: CaNotice[] = [];
  const seen = { ...before.certificates };
  const told = { ...before.told };
  for (const line of certificates.lines) {
    const name = nameOf(line);
    const fact = `renewal|${name}`;
    const earlier = before.told[fact];
    const late = overdue(line, earlier, now, overdueAfter);
    notices.push(...renewed(line, before.certificates[name], earlier), ...late);
    for (const { id } of late) told[fact] = { id, said: 'renewal is overdue', since: line.renewalTime ?? now };
    if (late.length === 0 && line.renewalTime !== undefined) delete told[fact];
    const { notBefore, notAfter } = line.issued;
    if (notBefore !== undefined && notAfter !== undefined) seen[name] = { notBefore, notAfter };
  }
  return { notices, memory: { certificates: seen, told } };
}

function nameOf(line: CertificateLine): string {
  return line.cluster ?? 'root';
}

function titleOf(line: CertificateLine): string {
  return line.cluster === undefined ? 'The root' : `The intermediate of ${line.cluster}`;
}

function renewed(line: CertificateLine, known: Generation | undefined, earlier: Told | undefined): readonly CaNotice[] {
  const { fingerprint, notBefore, notAfter } = line.issued;
  if (known === undefined || notBefore === undefined || notAfter === undefined || notBefore <= known.notBefore) return [];
  const id = `ca-renewed.${nameOf(line)}.${notBefore}`;
  const { renewalTime, published } = line;
  const late = earlier === undefined ? {} : { overdueSince: earlier.since, replaces: earlier.id };
  return [{ kind: 'caRenewed', id, what: titleOf(line), fingerprint, notAfter, renewalTime, published, ...late }];
}

/** Another failed attempt is another state of the same fact. */
function overdue(line: CertificateLine, earlier: Told | undefined, now: number, grace: number): readonly CaNotice[] {
  const { renewalTime, object, failure, issued } = line;
  if (renewalTime === undefined || now <= overdueFrom({ renewalTime, notAfter: issued.notAfter }, grace)) return [];
  const id = [`ca-overdue.${nameOf(line)}.${renewalTime}`, ...(failure === undefined ? [] : [failure.attempts])].join('.');
  const why = failure?.why ?? (line.ready?.status === 'True' ? undefined : line.ready?.message);
  return [
    {
      kind: 'caRenewalOverdue',
      id,
      what: titleOf(line),
      object,
      renewalTime,
      notAfter: issued.notAfter,
      why,
      ...(failure === undefined ? {} : { attempts: failure.attempts, waitsUntil: failure.waitsUntil }),
      ...(earlier === undefined || earlier.id === id ? {} : { replaces: earlier.id }),
    },
  ];
}
