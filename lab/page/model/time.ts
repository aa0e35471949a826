/** Instants as Discord's client words them. Everything is in UTC milliseconds; `zone` is an IANA name, the machine's own where it is left out. */
import type { TimeStyle } from './markdown.ts';

const locale = 'en-GB';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const styles = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
} as const satisfies Record<Exclude<TimeStyle, 'R' | 'f' | 'F'>, Intl.DateTimeFormatOptions>;

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, length: number, upTo: number])[] = [
  ['second', SECOND, MINUTE],
  ['minute', MINUTE, HOUR],
  ['hour', HOUR, DAY],
  ['day', DAY, 30 * DAY],
  ['month', 30.44 * DAY, 365 * DAY],
  ['year', 365.25 * DAY, Number.POSITIVE_INFINITY],
];

/** One of the styles of `<t:…:f>`. Only `R` looks at `now`. */
export function formatTimestamp(at: number, style: TimeStyle, now: number, zone?: string): string {
  switch (style) {
    case 'R':
      return relative(at, now);
    case 'f':
      return dateAndTime(at, zone);
    case 'F':
      return `${absolute(at, { weekday: 'long' }, zone)}, ${dateAndTime(at, zone)}`;
    default:
      return absolute(at, styles[style], zone);
  }
}

/** The time in a message's head: `Today at 16:20`, `Yesterday at 16:20`, `20/04/2026, 16:20`. */
export function formatMessageTime(at: number, now: number, zone?: string): string {
  const clock = absolute(at, styles.t, zone);
  if (sameDay(at, now, zone)) return `Today at ${clock}`;
  if (sameDay(at, now - DAY, zone)) return `Yesterday at ${clock}`;
  return `${absolute(at, styles.d, zone)} ${clock}`;
}

export function sameDay(one: number, other: number, zone?: string): boolean {
  return absolute(one, styles.d, zone) === absolute(other, styles.d, zone);
}

/** How far a clock is ahead: `on time`, `2 h 30 min ahead`. The two largest units say it. */
export function formatOffset(offsetMs: number): string {
  if (Math.abs(offsetMs) < SECOND) return 'on time';
  const parts = splitUnits(Math.abs(offsetMs)).slice(0, 2).join(' ');
  return `${parts} ${offsetMs > 0 ? 'ahead' : 'behind'}`;
}

function splitUnits(ms: number): string[] {
  const amounts: readonly (readonly [number, string])[] = [
    [Math.floor(ms / DAY), 'd'],
    [Math.floor(ms / HOUR) % 24, 'h'],
    [Math.floor(ms / MINUTE) % 60, 'min'],
    [Math.floor(ms / SECOND) % 60, 's'],
  ];
  return amounts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
}

/** Joined here, as the word between them differs from one version of Node to the next. */
function dateAndTime(at: number, zone: string | undefined): string {
  return `${absolute(at, styles.D, zone)} at ${absolute(at, styles.t, zone)}`;
}

function absolute(at: number, options: Intl.DateTimeFormatOptions, zone: string | undefined): string {
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return 'Invalid date';
  return new Intl.DateTimeFormat(locale, { ...options, ...(zone === undefined ? {} : { timeZone: zone }) }).format(at);
}

function relative(at: number, now: number): string {
  const distance = at - now;
  const step = steps.find(([, , upTo]) => Math.abs(distance) < upTo) ?? steps[0];
  if (step === undefined) return '';
  const [unit, length] = step;
  const amount = Math.trunc(distance / length);
  return amount === 0 ? 'now' : new Intl.RelativeTimeFormat(locale).format(amount, unit);
}
