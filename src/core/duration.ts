/** Durations as people write and read them. All numbers are milliseconds. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const UNITS = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const;
const WHOLE = /^(?:\d+(?:ms|s|m|h|d))+$/;
const PART = /(?<count>\d+)(?<unit>ms|s|m|h|d)/g;

/** Reads `90s`, `15m`, `1h30m`, `7d`; undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined;
  let total = 0;
  for (const match of text.matchAll(PART)) {
    const unit = match.groups?.['unit'] as keyof typeof UNITS;
    total += Number(match.groups?.['count']) * UNITS[unit];
  }
  return total;
}

/**
 * A length of time in the words of a card: its two largest units below a day (`6 min 12 s`, `3 h 4 min`), whole days up to two years
 * (`41 days`), then years (`9 y`). Negative lengths read as their positive; the caller knows the direction.
 */
export function formatDuration(ms: number): string {
  const length = Math.abs(ms);
  if (length < SECOND) return `${Math.round(length)} ms`;
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return pair(length, MINUTE, 'min', SECOND, 's');
  if (length < 2 * DAY) return pair(length, HOUR, 'h', MINUTE, 'min');
  const days = Math.floor(length / DAY);
  return days < 730 ? `${days} days` : `${Math.floor(days / 365.25)} y`;
}

function pair(length: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((length % big) / small);
  const head = `${Math.floor(length / big)} ${bigName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

/** An instant as seen from `now`: `in 41 days`, `3 h 4 min ago`, `now`. */
export function formatRelative(instant: number, now: number): string {
  const distance = instant - now;
  if (Math.abs(distance) < SECOND) return 'now';
  return distance > 0 ? `in ${formatDuration(distance)}` : `${formatDuration(distance)} ago`;
}
