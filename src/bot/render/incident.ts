/** The card of an incident: while it is open, when it is over, when another one explains it. */
import type { Incident } from '../../alerts/model.ts';
import { formatDuration, MINUTE } from '../../core/duration.ts';
import type { Severity } from '../../mesh/finding.ts';
import { dateTime, plain, prose, relativeTime, timeOfDay, type Card, type CardButton, type Tone } from '../card.ts';
import { incidentButton } from '../incidents/ref.ts';
import { dated } from './instants.ts';
import { meaningOf } from './meaning.ts';
import { named, personText } from './person.ts';

/** What fits a phone: more of each is counted. */
const LISTED_FACTS = 2;
const LISTED_HIDDEN = 6;
const LISTED_HISTORY = 5;
/** An alert that is posted so long after it was to be says that it is late, in milliseconds. */
const LATE_MS = 2 * MINUTE;

const TONES: Readonly<Record<Severity, Tone>> = { page: 'bad', ticket: 'warn', info: 'plan' };
/** How urgent it is, in a word. */
export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = { page: 'PAGE', ticket: 'TICKET', info: 'INFO' };

/** True where nothing comes after this. */
export function isOver({ endedAt }: Pick<Incident, 'endedAt'>): boolean {
  return endedAt !== undefined;
}

/** `firstAt`: it is shown for the first time, at this instant. */
export function incidentCard(incident: Incident, firstAt?: number): Card {
  if (incident.endedAt === undefined) return openCard(incident, firstAt);
  return incident.state === 'merged' ? mergedCard(incident) : overCard(incident, incident.endedAt, firstAt !== undefined);
}

function openCard(incident: Incident, firstAt: number | undefined): Card {
  const { rule, id, startedAt, context, announcedAt } = incident;
  const late = firstAt !== undefined && announcedAt !== undefined && firstAt - announcedAt >= LATE_MS;
  return {
    tone: toneOf(incident),
    title: `${marksOf(incident)} · ${plain(incident.title)} · ${relativeTime(startedAt)}`,
    body: [
      `${evidenceText(incident)}.`,
      ...whoLines(incident),
      ...seenLines(incident),
      `-# Since ${timeOfDay(startedAt)}${context.map((text) => ` · ${plain(text)}`).join('')}`,
      ...meaningLines(incident),
      ...hiddenLines(incident),
      ...nextLines(incident),
      ...(late
        ? [`-# Told late: it was to be told at ${dateTime(announcedAt)}. The bot, Discord or Redis was away, or much came at once.`]
        : []),
    ],
    footer: `${rule} · ${id}`,
    buttons: buttonsOf(incident),
    rest: 'the thread',
  };
}

function toneOf({ severity, state, muted }: Incident): Tone {
  if (muted !== undefined || state === 'unknown') return 'unknown';
  return TONES[severity];
}

/** `PAGE`, and whether anybody has it in hand. */
function marksOf({ severity, ack, muted }: Incident): string {
  const marks = [...(ack === undefined ? [] : ['acked']), ...(muted === undefined ? [] : ['quiet'])];
  return [SEVERITY_WORDS[severity], ...marks].join(', ');
}

function evidenceText(incident: Incident): string {
  const seen = becauseText(incident);
  if (incident.state === 'flapping') return `It comes and goes, and is told again when it is calm. ${seen}`;
  return incident.state === 'resolving' ? `Well when last looked at, and watched until that is sure. Before: ${lower(seen)}` : seen;
}

/** How sure it is, and why: `3 of 4 probes failed: gw-b answers no ping`. */
export function becauseText({ evidence, cause }: Pick<Incident, 'evidence' | 'cause'>): string {
  return upper(cause === undefined ? plain(evidence) : `${plain(evidence)}: ${dated(prose(cause.says))}`);
}

/** What was seen beside that, in small print. */
function seenLines({ cause }: Incident): readonly string[] {
  if (cause === undefined) return [];
  const facts = cause.facts.filter((fact) => !cause.says.includes(fact)).slice(0, LISTED_FACTS);
  return facts.length === 0 ? [] : [`-# ${facts.map((fact) => dated(plain(fact))).join(' · ')}`];
}

function meaningLines(incident: Incident): readonly string[] {
  const meaning = meaningOf(incident);
  return meaning === undefined ? [] : [plain(meaning)];
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hiddenLines({ hides }: Incident): readonly string[] {
  if (hides.length === 0) return [];
  const more = hides.length - LISTED_HIDDEN;
  const listed = hides.slice(0, LISTED_HIDDEN).map(plain).join(', ');
  return [`Hides ${hides.length}: ${listed}${more > 0 ? ` and ${more} more` : ''}`];
}

function nextLines({ cause }: Incident): readonly string[] {
  if (cause === undefined) return ['Next: Press Diagnose, which looks again and says what is missing.'];
  const [command] = cause.commands;
  return [`Next: ${dated(prose(cause.hint))}`, ...(command === undefined ? [] : [`\`${command.replaceAll('`', "'")}\``])];
}

function whoLines({ ack, muted }: Incident): readonly string[] {
  const nag = ack === undefined || ack.nagAt === 0 ? '' : ` · asked again ${relativeTime(ack.nagAt)}`;
  const until = muted?.until === undefined ? '' : ` until ${dateTime(muted.until)}`;
  return [
    ...(ack === undefined ? [] : [`Acked by ${personText(ack.by)} ${relativeTime(ack.at)}${nag}`]),
    ...(muted === undefined ? [] : [`Quiet${until}, ${named(muted.why)}. Its end is told all the same.`]),
  ];
}

function buttonsOf(incident: Incident): readonly CardButton[] {
  const { ack, cause } = incident;
  return [
    { label: 'Diagnose', customId: incidentButton('diagnose', incident), style: 'primary' },
    ack === undefined
      ? { label: 'Ack 1 h', customId: incidentButton('ack', incident) }
      : { label: 'Take back ack', customId: incidentButton('unack', incident) },
    { label: 'Silence…', customId: incidentButton('silence', incident) },
    ...(cause === undefined || cause.commands.length === 0
      ? []
      : [{ label: 'Show commands', customId: incidentButton('showcommands', incident) }]),
  ];
}

function overCard(incident: Incident, endedAt: number, isFirst: boolean): Card {
  const { rule, id, title, startedAt } = incident;
  return {
    tone: 'good',
    title: `${plain(title)} for ${formatDuration(endedAt - startedAt)} · over since ${timeOfDay(endedAt)}`,
    body: [
      ...sentences([
        ...(incident.cause === undefined ? [] : [`Cause seen: ${dated(prose(incident.cause.says))}.`]),
        ...ackedAfter(incident),
      ]),
      ...recoveredLines(incident),
      ...(isFirst ? cameAndWent(incident) : []),
    ],
    footer: `${rule} · ${id} · began ${dateTime(startedAt)}`,
    rest: 'the thread',
  };
}

function sentences(texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [texts.join(' ')];
}

function ackedAfter({ ack, announcedAt, openedAt }: Incident): readonly string[] {
  if (ack === undefined) return [];
  return [`Acked by ${personText(ack.by)} after ${formatDuration(Math.max(0, ack.at - (announcedAt ?? openedAt)))}.`];
}

function recoveredLines({ hidMost, hides }: Incident): readonly string[] {
  if (hidMost === 0) return [];
  if (hides.length > 0) return [`Of what it hid, still not well: ${hides.slice(0, LISTED_HIDDEN).map(plain).join(', ')}`];
  return [hidMost === 1 ? 'The hidden subject is healthy again.' : `${hidMost} hidden subjects are healthy again.`];
}

/** By this a message is known that tells of all that happened. */
export const TOLD_WHOLE = 'Told only now: it came and went before anything could be posted.';

/** Nobody could read of it while it lasted. */
function cameAndWent({ history }: Incident): readonly string[] {
  const left = history.length - LISTED_HISTORY;
  return [
    TOLD_WHOLE,
    ...(left > 0 ? [`-# ${left} earlier ${left === 1 ? 'line' : 'lines'} left out`] : []),
    ...history.slice(-LISTED_HISTORY).map((line) => `-# ${historyText(line)}`),
  ];
}

function mergedCard({ rule, id, title, history, startedAt }: Incident): Card {
  const last = history.at(-1);
  return {
    tone: 'unknown',
    title: `${plain(title)} · goes on elsewhere`,
    body: last === undefined ? [] : [`${named(last.says)}.`],
    footer: `${rule} · ${id} · began ${dateTime(startedAt)}`,
  };
}

/** A line of the history as it stands in the thread. */
export function historyText({ at, says }: Incident['history'][number]): string {
  return `${timeOfDay(at)} ${dated(named(says))}`;
}
