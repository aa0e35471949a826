import { formatDuration } from '../../core/duration.ts';
import type { CaNotice } from '../../mesh/ca-notices.ts';
import { dateTime, plain, relativeTime, type Card } from '../card.ts';
import { customId } from '../custom-id.ts';
import { shortFingerprint } from './certs.ts';

/** News that nobody asked for, in the alerts channel. */
export function noticeCard(notice: CaNotice, now: number): Card {
  return notice.kind === 'caRenewed' ? renewedCard(notice) : overdueCard(notice, now);
}

function renewedCard({ what, notAfter, renewalTime, published, fingerprint }: Extract<CaNotice, { kind: 'caRenewed' }>): Card {
  const next = renewalTime === undefined ? '' : ` · next renewal ${relativeTime(renewalTime)}`;
  return {
    tone: published === false ? 'warn' : 'good',
    title: `${what} was renewed`,
    body: [
      `Good until ${dateTime(notAfter)}${next}`,
      ...(fingerprint === undefined ? [] : [`Fingerprint \`${shortFingerprint(fingerprint)}\``]),
      ...(published === false ? ['The cluster still signs with the old one: the new one is not in its cacerts yet.'] : []),
    ],
    buttons: [{ label: 'Certificates', customId: customId('certs') }],
  };
}

function overdueCard({ what, object, renewalTime, notAfter, why }: Extract<CaNotice, { kind: 'caRenewalOverdue' }>, now: number): Card {
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
    buttons: [{ label: 'Certificates', customId: customId('certs') }],
  };
}
