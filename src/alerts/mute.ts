/** What keeps an incident quiet: a silence, a maintenance window, quiet hours. */
import { DAY, MINUTE } from '../core/duration.ts';
import type { Severity } from '../mesh/finding.ts';
import type { Draft } from './draft.ts';
import { noted } from './incident.ts';
import { covering } from './match.ts';
import type { AlertPolicy, Incident } from './model.ts';
import { LINES, MUTES } from './words.ts';

type Mute = NonNullable<Incident['muted']>;

/** When the quiet hours end that it is in now; undefined where it is in none. A page never waits. */
export function quietUntil({ quiet }: AlertPolicy, severity: Severity, now: number): number | undefined {
  if (quiet === undefined || severity === 'page' || !quiet.severities.includes(severity)) return undefined;
  const { fromMinute, toMinute } = quiet;
  const minute = Math.floor((now % DAY) / MINUTE);
  const isQuiet = fromMinute < toMinute ? fromMinute <= minute && minute < toMinute : minute >= fromMinute || minute < toMinute;
  if (!isQuiet) return undefined;
  const end = now - (now % DAY) + toMinute * MINUTE;
  return end > now ? end : end + DAY;
}

interface Muted {
  readonly mute: Mute;
  /** What the history says of it. */
  readonly says: string;
}

function muteOf(draft: Draft, { root, severity, announcedAt }: Incident): Muted | undefined {
  const { now, policy } = draft;
  const silence = covering(draft.silences, root, now);
  if (silence !== undefined) {
    const { until, by, reason } = silence;
    return { mute: { why: reasoned(MUTES.silence, reason), until, by }, says: LINES.silenced(silence, now) };
  }
  const window = covering(draft.windows, root, now);
  if (window !== undefined) {
    const { until, reason } = window;
    return { mute: { why: reasoned(MUTES.window, reason), until, by: undefined }, says: LINES.inWindow(window, now) };
  }
  // What people know of already does not become unknown in the evening.
  const until = announcedAt === undefined ? quietUntil(policy, severity, now) : undefined;
  return until === undefined ? undefined : { mute: { why: MUTES.quiet, until, by: undefined }, says: LINES.quiet(until, now) };
}

function reasoned(what: string, reason: string): string {
  return reason === '' ? what : `${what}: ${reason}`;
}

/** An open incident, muted or not as it should be now; told of where nothing keeps it quiet any more. */
export function muted(draft: Draft, incident: Incident): Incident {
  const { now } = draft;
  const found = muteOf(draft, incident);
  const { muted: before, ...bare } = incident;
  if (found !== undefined) {
    if (before !== undefined && isSame(before, found.mute)) return incident;
    return noted({ ...bare, muted: found.mute }, { at: now, says: found.says });
  }
  if (incident.announcedAt !== undefined) {
    return before === undefined ? incident : noted(bare, { at: now, says: LINES.unmuted(before.why, draft.by) });
  }
  // One that nothing ever kept quiet has said so with its first line.
  if (before === undefined) return { ...bare, announcedAt: now };
  // It is about to be over, and nobody heard of it.
  if (incident.state === 'resolving') return incident;
  return noted({ ...bare, announcedAt: now }, { at: now, says: LINES.announced(before.why, incident.startedAt, now) });
}

function isSame(one: Mute, other: Mute): boolean {
  return one.why === other.why && one.until === other.until && one.by === other.by;
}
