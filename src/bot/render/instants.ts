/** Texts of causes have instants in UTC, as terminals show them. In chat each reader sees them in the own zone, and how far away they are. */
import { dateTime, relativeTime } from '../card.ts';

/** `2026-03-01T10:00Z` with or without seconds, or `2026-03-01 10:00 UTC`. */
const INSTANT = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z| \d{2}:\d{2} UTC)/g;

/** The text with each instant as Discord's client shows it; what is none, such as a 30th of February, stays as it is. */
export function dated(text: string): string {
  return text.replaceAll(INSTANT, (instant) => {
    const at = Date.parse(instant);
    return Number.isNaN(at) ? instant : `${dateTime(at)} (${relativeTime(at)})`;
  });
}
