import { formatRelative } from '../../core/duration.ts';
import type { CertificateLine, MeshCertificates } from '../../mesh/certificates.ts';

/** The certificates of the authority for a terminal, one block each. */
export function certsText({ lines, failure }: MeshCertificates, now: number): string {
  const head =
    failure === undefined
      ? []
      : [`cert-manager was not seen: ${failure.message}`, ...(failure.next === undefined ? [] : [`Next: ${failure.next}`]), ''];
  return [...head, ...lines.flatMap((line) => block(line, now))].join('\n');
}

function block(line: CertificateLine, now: number): readonly string[] {
  const { notAfter, renewalTime, issuer, subject, fingerprint, ready, published, missing, object } = line;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['subject', subject],
    ['issuer', issuer],
    ['sha-256', fingerprint],
    ['ends', notAfter === undefined ? 'not seen' : instant(notAfter, now)],
    ['renews', renewalTime === undefined ? undefined : instant(renewalTime, now)],
    ['object', object],
    [
      'ready',
      ready === undefined ? undefined : `${ready.status}${ready.status === 'True' ? '' : ` ${ready.reason ?? ''}: ${ready.message ?? ''}`}`,
    ],
    ['cluster', published === false ? 'signs with an older one: this one is not published yet' : undefined],
    ...missing.map((text) => ['not seen', text] as const),
  ];
  const title = line.cluster === undefined ? 'Root' : `Intermediate of ${line.cluster}`;
  return [title, ...rows.flatMap(([label, text]) => (text === undefined ? [] : [`  ${label.padEnd(9)} ${text}`])), ''];
}

function instant(at: number, now: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC (${formatRelative(at, now)})`;
}
