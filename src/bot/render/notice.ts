import type { Notice } from '../../actions/notice.ts';
import { formatDuration } from '../../core/duration.ts';
import { dateTime, plain, prose, relativeTime, type Card } from '../card.ts';
import { customId } from '../custom-id.ts';
import { auditLine } from './audit.ts';
import { shortFingerprint } from './certs.ts';
import { findingLines } from './plan.ts';

type Of<Kind extends Notice['kind']> = Extract<Notice, { readonly kind: Kind }>;

/** News that nobody asked for, in the channel of alerts; who did what, in that of the audit. */
export function noticeCard(notice: Notice, now: number): Card {
  switch (notice.kind) {
    case 'caRenewed':
      return renewedCard(notice);
    case 'caRenewalOverdue':
      return overdueCard(notice, now);
    case 'caDistributed':
      return distributedCard(notice);
    case 'caRefused':
      return refusedCard(notice);
    case 'caExpiry':
      return expiryCard(notice);
    case 'caExpiryOver':
      return expiryOverCard(notice);
    case 'caServedOther':
      return servedCard(notice);
    case 'changeProgress':
      return progressCard(notice);
    default:
      return auditNotice(notice);
  }
}

function auditNotice({ entry }: Of<'audit'>): Card {
  const tone = ({ ok: 'good', failed: 'bad', refused: 'unknown' } as const)[entry.result];
  return { tone, title: `${plain(entry.what)} · ${plain(entry.change)}`, body: [auditLine(entry)] };
}

const CERTIFICATES = { label: 'Certificates', customId: customId('certs') } as const;
const ROTATION = { label: 'What runs', customId: customId('rotation') } as const;

function distributedCard({ clusters, says }: Of<'caDistributed'>): Card {
  const many = clusters.length === 1 ? (clusters[0] ?? '') : `${clusters.length} clusters`;
  return { tone: 'good', title: `Published and proved in ${plain(many)}`, body: says.map((line) => prose(line)), buttons: [CERTIFICATES] };
}

function refusedCard({ finding }: Of<'caRefused'>): Card {
  const [, ...body] = findingLines(finding);
  return {
    tone: finding.severity === 'page' ? 'bad' : 'warn',
    title: plain(finding.title),
    body,
    buttons: [ROTATION, CERTIFICATES],
  };
}

function expiryCard({ finding }: Of<'caExpiry'>): Card {
  const [, ...body] = findingLines(finding);
  const tone = finding.severity === 'page' ? 'bad' : 'warn';
  return { tone, title: plain(finding.title), body, buttons: [CERTIFICATES] };
}

function expiryOverCard({ said, since }: Of<'caExpiryOver'>): Card {
  return { tone: 'good', title: `${plain(said)}: over`, body: [`Told of first ${relativeTime(since)}.`], buttons: [CERTIFICATES] };
}

function servedCard({ cluster, pods, served, wanted }: Of<'caServedOther'>): Card {
  const ends = served.map(({ fingerprint, notAfter }) => `\`${shortFingerprint(fingerprint)}\`, good until ${dateTime(notAfter)}`);
  return {
    tone: 'warn',
    title: `istiod of ${plain(cluster)} signs with another certificate than cacerts holds`,
    body: [`Seen on ${pods.map((pod) => plain(pod)).join(', ')}: ${ends.join('; ')}.`, `cacerts holds \`${shortFingerprint(wanted)}\`.`],
    buttons: [CERTIFICATES],
  };
}

function progressCard({ title, says, until }: Of<'changeProgress'>): Card {
  const when = until === undefined ? '' : ` · goes on ${relativeTime(until)}`;
  return { tone: 'plan', title: plain(title), body: [`${prose(says)}${when}`], buttons: [ROTATION] };
}

function renewedCard({ what, notAfter, renewalTime, published, fingerprint }: Of<'caRenewed'>): Card {
  const next = renewalTime === undefined ? '' : ` · next renewal ${relativeTime(renewalTime)}`;
  return {
    tone: published === false ? 'warn' : 'good',
    title: `${what} was renewed`,
    body: [
      `Good until ${dateTime(notAfter)}${next}`,
      ...(fingerprint === undefined ? [] : [`Fingerprint \`${shortFingerprint(fingerprint)}\``]),
      ...(published === false ? ['The cluster still signs with the old one: the new one is not in its cacerts yet.'] : []),
    ],
    buttons: [CERTIFICATES],
  };
}

function overdueCard({ what, object, renewalTime, notAfter, why }: Of<'caRenewalOverdue'>, now: number): Card {
  const left =
    notAfter === undefined
      ? []
      : [notAfter <= now ? `It expired ${relativeTime(notAfter)}.` : `It is good for ${formatDuration(notAfter - now)} more.`];
  const [namespace, name] = object?.split('/') ?? [];
  return {
    tone: 'bad',
    title: `${what}: renewal is overdue`,
    body: [
      `It was due ${relativeTime(renewalTime)}. ${left.join('')}`,
      ...(why === undefined ? [] : [`cert-manager says: ${plain(why)}`]),
      'Next: look at what cert-manager waits for.',
      ...(name === undefined ? [] : [`\`kubectl -n ${namespace} describe certificate ${name}\``]),
    ],
    buttons: [CERTIFICATES],
  };
}
