import type { Certificate } from '../pki/certificate.ts';
import { shownName } from '../pki/verify.ts';

/** So many facts are shown one by one: a phone's screen holds no more. */
const MAX_FACTS = 6;

/** An instant for people everywhere: `2026-03-01 10:00 UTC`. */
export function utc(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A fingerprint as people compare it at a glance: its first and last bytes. */
export function shortFingerprint(fingerprint: string): string {
  return `${fingerprint.slice(0, 5)}…${fingerprint.slice(-2)}`;
}

/** A certificate by its name and fingerprint: `CN=istio-root 41:AA…07`. */
export function shownCertificate(certificate: Certificate): string {
  return `${shownName(certificate)} ${shortFingerprint(certificate.fingerprint)}`;
}

/** The first facts, then how many more there are. */
export function limitFacts(facts: readonly string[]): readonly string[] {
  if (facts.length <= MAX_FACTS) return facts;
  return [...facts.slice(0, MAX_FACTS - 1), `and ${facts.length - MAX_FACTS + 1} more`];
}

/** Some names in a sentence: `a`, `a and b`, `a, b and c`, `a, b, c and 97 more`. */
export function listNames(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
