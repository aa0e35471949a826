import type { ListedAlerts } from '../../actions/list-alerts.ts';
import type { Silenced } from '../../actions/silence-alert.ts';
import type { Incident, MaintenanceWindow, Silence } from '../../alerts/model.ts';
import { formatDuration } from '../../core/duration.ts';
import { dateTime, plain, relativeTime, type Card, type Tone } from '../card.ts';
import { becauseText, SEVERITY_WORDS } from './incident.ts';
import { named, personText } from './person.ts';

/** What fits a phone: more are counted. */
const LISTED = 6;
const LISTED_ENDED = 4;
const LISTED_MATCHES = 5;

/** The answer to `/mesh alerts`: what is open first, then what is in hand or quiet, then what was. */
export function alertsCard({ total, open, acked, muted, ended, silences, windows }: ListedAlerts): Card {
  return {
    tone: toneOf(open, total.acked + total.muted),
    title: titleOf(total),
    body: [
      ...section(undefined, open.slice(0, LISTED).flatMap(openLines), total.open - LISTED),
      ...section('Acked', acked.slice(0, LISTED).map(ackedLine), total.acked - LISTED),
      ...section('Quiet', muted.slice(0, LISTED).map(mutedLine), total.muted - LISTED),
      ...section('Silences', silences.slice(0, LISTED).map(silenceLine), total.silences - LISTED),
      ...section('Maintenance', windows.slice(0, LISTED).map(windowLine), total.windows - LISTED),
      ...section('Over', ended.slice(0, LISTED_ENDED).map(endedLine), total.ended - LISTED_ENDED),
    ],
    rest: '`meshwarden alerts`',
  };
}

function toneOf(open: readonly Incident[], others: number): Tone {
  if (open.some(({ severity }) => severity === 'page')) return 'bad';
  if (open.length > 0) return 'warn';
  return others > 0 ? 'unknown' : 'good';
}

function titleOf({ open, acked, muted }: ListedAlerts['total']): string {
  const parts = [...(acked > 0 ? [`${acked} acked`] : []), ...(muted > 0 ? [`${muted} quiet`] : [])];
  const none = acked + muted === 0 ? 'No alert is open' : 'No alert waits for anybody';
  const first = open === 0 ? none : `${open} ${open === 1 ? 'alert is' : 'alerts are'} open`;
  return [first, ...parts].join(' · ');
}

function section(title: string | undefined, lines: readonly string[], more: number): readonly string[] {
  if (lines.length === 0) return [];
  return [...(title === undefined ? [] : [`**${title}**`]), ...lines, ...(more > 0 ? [`and ${more} more`] : [])];
}

function openLines(incident: Incident): readonly string[] {
  const { hides } = incident;
  return [
    `**${headText(incident)}** · ${relativeTime(incident.startedAt)}`,
    `-# ${becauseText(incident)}${hides.length === 0 ? '' : ` · hides ${hides.length}`}`,
  ];
}

function headText({ severity, title }: Incident): string {
  return `${SEVERITY_WORDS[severity]} · ${plain(title)}`;
}

function ackedLine(incident: Incident): string {
  return `${headText(incident)} · ${relativeTime(incident.startedAt)} · by ${personText(incident.ack?.by ?? 'somebody')}`;
}

function mutedLine(incident: Incident): string {
  return `${headText(incident)} · ${relativeTime(incident.startedAt)} · ${named(incident.muted?.why ?? 'quiet')}`;
}

function silenceLine({ match, by, reason, until, id }: Silence): string {
  return `\`${code(match)}\` until ${dateTime(until)} · ${personText(by)}: ${plain(reason)} · \`${code(id)}\``;
}

/** What somebody wanted to be quiet, and why. */
function wantedLine({ match, by, reason }: Silence): string {
  return `\`${code(match)}\` · ${personText(by)}: ${plain(reason)}`;
}

function windowLine({ match, reason, until }: MaintenanceWindow): string {
  return `\`${code(match)}\` ${plain(reason)} · at most until ${dateTime(until)}`;
}

function endedLine({ title, startedAt, endedAt = startedAt }: Incident): string {
  return `${plain(title)} for ${formatDuration(endedAt - startedAt)} · ${relativeTime(endedAt)}`;
}

function code(text: string): string {
  return text.replaceAll('`', "'");
}

/** To whoever took an alert, or gave it back. */
export function ackCard({ title, ack }: Incident): Card {
  if (ack === undefined) return { tone: 'unknown', title: 'Not acked any more', body: [plain(title)] };
  const nag = ack.nagAt === 0 ? [] : [`You are asked again ${relativeTime(ack.nagAt)} where it still fails.`];
  return { tone: 'good', title: `Acked: ${plain(title)}`, body: [...nag, 'It clears by itself when it is over.'] };
}

/** What was silenced, and what that covers now. */
export function silencedCard({ silence, matches }: Silenced): Card {
  const more = matches.length - LISTED_MATCHES;
  const listed = matches.slice(0, LISTED_MATCHES).map((key) => `\`${code(key)}\``);
  const isItself = matches.length === 1 && matches[0] === silence.match;
  return {
    tone: matches.length === 0 ? 'warn' : 'good',
    title: `Silenced until ${dateTime(silence.until)}`,
    body: [
      wantedLine(silence),
      ...(matches.length === 0 ? ['It covers nothing that is followed now. `*` stands for anything: `link-down|*` is every link.'] : []),
      ...(matches.length === 0 || isItself ? [] : [`Covers ${matches.length}: ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]),
      `What ends is told all the same. Sooner over with \`/mesh unsilence ${code(silence.id)}\`.`,
    ],
  };
}

export function unsilencedCard(silence: Silence): Card {
  return { tone: 'good', title: 'Heard again', body: [wantedLine(silence), 'What still fails there is told now.'] };
}
