/** What incidents say of themselves: titles, and the lines of their history. */
import { formatDuration } from '../core/duration.ts';
import { listNames } from '../mesh/wording.ts';
import { failures } from './follow.ts';
import type { Incident, MaintenanceWindow, RulePolicy, Silence, SubjectHealth } from './model.ts';
import { ruleOf, sentence, type Followed } from './rules.ts';

/** The name of a subject in a list of what is hidden. */
export function nameOf({ rule, subject }: Followed): string {
  return ruleOf(rule)?.what(subject) ?? rule;
}

/** The title of an incident while it is open. */
export function openTitle({ rule, subject, about, state }: Pick<Incident, 'rule' | 'subject' | 'about' | 'state'>): string {
  const what = nameOf({ rule, subject });
  if (about === 'unknown') return ruleOf(rule)?.isUnknown(subject) ?? `No measurement of ${what}`;
  if (state === 'flapping') return `Flapping: ${what}`;
  if (state === 'unknown') return `${sentence(what)} failed when last measured`;
  return ruleOf(rule)?.is(subject) ?? `${sentence(what)} fails`;
}

/** The title of an incident that has ended, so that `for 6 min` can follow. */
export function endedTitle({ rule, subject, about, state }: Pick<Incident, 'rule' | 'subject' | 'about' | 'state'>): string {
  const what = nameOf({ rule, subject });
  if (about === 'unknown') return ruleOf(rule)?.wasUnknown(subject) ?? `There was no measurement of ${what}`;
  if (state === 'flapping') return `${sentence(what)} flapped`;
  return ruleOf(rule)?.was(subject) ?? `${sentence(what)} failed`;
}

/** How sure it is: `3 of 4 probes failed`. */
export function evidenceOf(health: SubjectHealth, policy: RulePolicy, about: Incident['about']): string {
  if (about === 'unknown') return 'no probe had a result';
  const seen = health.window.slice(-policy.of).length;
  if (policy.of === 1 || seen === 0) return 'seen by one probe';
  return `${failures(health.window, policy)} of ${seen} probes failed`;
}

function because(head: string, tail: string | undefined): string {
  return tail === undefined || tail === '' ? head : `${head}: ${tail}`;
}

/** What keeps an incident quiet, before the reason that somebody gave. */
export const MUTES = { silence: 'silenced', window: 'maintenance', quiet: 'quiet hours' } as const;

/** Lines of the history. Each is short, says what is so, and ends without a full stop. */
export const LINES = {
  opened: ({ title, cause }: Incident) => because(title, cause?.says),
  cause: ({ cause }: Incident) => because('Another reason now', cause?.says),
  severity: ({ severity, ack }: Incident, raised: boolean) =>
    `${{ page: 'A page', ticket: 'A ticket', info: 'An info' }[severity]} from now on${
      raised && ack !== undefined ? `; the ack of ${ack.by} does not cover that` : ''
    }`,
  flapping: (changes: number, span: number) =>
    `Changed ${changes} times within ${formatDuration(span)}; its changes are not told until it is calm`,
  calm: () => 'Calm again, and it fails',
  missed: () => 'Not measured any more',
  measured: () => 'Measured again, and it fails',
  takenOver: ({ title, cause }: Incident, before: string) => because(`${title}, which explains this (${before})`, cause?.says),
  merged: (title: string) => `Explained by another alert: ${title}`,
  silenced: ({ by, until, reason }: Silence, now: number) => because(`Silenced by ${by} for ${formatDuration(until - now)}`, reason),
  inWindow: ({ until, reason }: MaintenanceWindow, now: number) => because(`Maintenance, at most ${formatDuration(until - now)}`, reason),
  quiet: (until: number, now: number) => `Waits ${formatDuration(until - now)} for the end of quiet hours`,
  unmuted: (why: string, by: string | undefined) => (by === undefined ? noLonger(why) : `${noLonger(why)}, by ${by}`),
  announced: (why: string, since: number, now: number) => `${noLonger(why)}: told now, ${formatDuration(now - since)} after it began`,
  acked: (by: string, forMs: number | undefined) =>
    forMs === undefined ? `Acked by ${by}` : `Acked by ${by} for ${formatDuration(forMs)}`,
  unacked: (by: string) => `Ack taken back by ${by}`,
  nag: ({ ack, about }: Incident, now: number) =>
    `${ack?.by ?? 'Somebody'} acked this ${formatDuration(now - (ack?.at ?? now))} ago, and it ${about === 'unknown' ? 'is still not measured' : 'still fails'}`,
  reminded: ({ startedAt, about }: Incident, now: number) =>
    `${about === 'unknown' ? 'Still not measured' : 'Still failing'} after ${formatDuration(now - startedAt)}`,
  escalated: (after: number) => `Nobody acked this page within ${formatDuration(after)}`,
  over: ({ rule, startedAt, hidMost }: Incident, now: number, left: readonly string[]) =>
    `Over after ${formatDuration(now - startedAt)}${ruleOf(rule)?.blinds === true ? ', in which nothing was measured from there' : ''}${hiddenWords(hidMost, left)}`,
  measuredAtLast: ({ startedAt }: Incident, now: number) => `Measured again after ${formatDuration(now - startedAt)}`,
  retired: () => 'Ended: it left the configuration',
  off: () => 'Ended: its rule is off',
  full: () => 'More is not noted here until it is over',
};

function noLonger(why: string): string {
  if (why.startsWith(MUTES.silence)) return 'No longer silenced';
  return why.startsWith(MUTES.window) ? 'Maintenance is over' : 'Quiet hours are over';
}

function hiddenWords(hidMost: number, left: readonly string[]): string {
  if (hidMost === 0) return '';
  if (left.length > 0) return `; ${listNames(left)} still to recover`;
  return hidMost === 1 ? '; what it hid is healthy again' : `; the ${hidMost} that it hid are healthy again`;
}
