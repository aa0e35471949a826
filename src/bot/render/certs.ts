import { DAY, formatDuration } from '../../core/duration.ts';
import type { CertificateLine, MeshCertificates } from '../../mesh/certificates.ts';
import { dateTime, plain, relativeTime, type Card } from '../card.ts';

/** The answer to `/mesh certs`: what, issuer, expires, renews when. */
export function certsCard(certificates: MeshCertificates, now: number): Card {
  const late = certificates.lines.filter((line) => isLate(line, now));
  const blind = certificates.failure !== undefined || certificates.lines.some(({ notAfter }) => notAfter === undefined);
  const tone = late.length > 0 ? 'bad' : blind ? 'unknown' : 'good';
  return {
    tone,
    title: `${titleOf(certificates, late)} · ${relativeTime(certificates.at)}`,
    body: [
      ...(certificates.failure === undefined ? [] : [`cert-manager was not seen: ${plain(certificates.failure.message)}`, '']),
      ...certificates.lines.flatMap((line) => lineText(line, now)),
    ],
  };
}

function titleOf({ lines }: MeshCertificates, late: readonly CertificateLine[]): string {
  const [first] = late;
  if (first !== undefined) return late.length === 1 ? `${nameOf(first)} needs attention` : `${late.length} certificates need attention`;
  const next = lines.flatMap(({ renewalTime }) => (renewalTime === undefined ? [] : [renewalTime])).toSorted((a, b) => a - b)[0];
  return next === undefined ? 'Certificates of the mesh' : `Next renewal ${relativeTime(next)}`;
}

function isLate({ notAfter, renewalTime }: CertificateLine, now: number): boolean {
  return (notAfter !== undefined && notAfter - now < 2 * DAY) || (renewalTime !== undefined && renewalTime < now);
}

function nameOf({ cluster }: CertificateLine): string {
  return cluster === undefined ? 'Root' : `Intermediate of ${plain(cluster)}`;
}

function lineText(line: CertificateLine, now: number): readonly string[] {
  const { notAfter, fingerprint, issuer, ready, published, missing } = line;
  return [
    `**${nameOf(line)}**${fingerprint === undefined ? '' : ` · \`${shortFingerprint(fingerprint)}\``}`,
    notAfter === undefined ? 'not seen' : `${endText(notAfter, now)} · ${renewalText(line, now)}`,
    ...(issuer === undefined ? [] : [`Issuer ${plain(issuer)}`]),
    ...(published === false ? ['cert-manager has a newer one that is not published to the cluster yet'] : []),
    ...(ready === undefined || ready.status === 'True' ? [] : [`cert-manager: ${plain(ready.message ?? ready.reason ?? 'not ready')}`]),
    ...missing.map((text) => `Not seen: ${plain(text)}`),
    '',
  ];
}

function endText(notAfter: number, now: number): string {
  return notAfter <= now ? `expired ${relativeTime(notAfter)}` : `${formatDuration(notAfter - now)} left, until ${dateTime(notAfter)}`;
}

function renewalText({ renewalTime, role, ready }: CertificateLine, now: number): string {
  if (renewalTime === undefined) return role === 'root' && ready !== undefined ? 'renewed by hand only' : 'no renewal known';
  return renewalTime < now ? `renewal was due ${relativeTime(renewalTime)}` : `renews ${relativeTime(renewalTime)}`;
}

/** The first and the last two bytes, enough to tell two apart by eye. */
export function shortFingerprint(fingerprint: string): string {
  const bytes = fingerprint.split(':');
  return bytes.length < 5 ? fingerprint : `${bytes.slice(0, 2).join(':')}…${bytes.slice(-2).join(':')}`;
}
