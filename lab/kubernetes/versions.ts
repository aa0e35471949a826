/** The rules by which a read names a resourceVersion. */
import { badRequest, failure, unforeseen, type StatusError } from './status.ts';
import type { Storage } from './store.ts';

/** Reads a version; an empty text is undefined. */
export function parseVersion(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`invalid resource version: ${notANumber(text)}`);
}

function notANumber(text: string): string {
  return `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
}

/** The same for a watch, whose refusal is a 500. */
export function parseWatchVersion(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw unforeseen(notANumber(text));
}

/** 504: a version from the future. */
export function tooLarge(wanted: number, current: number): StatusError {
  const details = { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 };
  const message = `Timeout: Too large resource version: ${wanted}, current: ${current}`;
  const refused = failure({ code: 504, message, reason: 'Timeout', details });
  return withHeaders(refused, { 'retry-after': '1' });
}

function withHeaders(error: StatusError, headers: Readonly<Record<string, string>>): StatusError {
  return Object.assign(error, { headers });
}

/** Refuses a version that the store has not reached. The real server waits three seconds for it first; the double does not. */
export function requireReached(storage: Storage, wanted: number | undefined): void {
  if (wanted !== undefined && wanted > storage.revision) throw tooLarge(wanted, storage.revision);
}

/** 410: a version that is forgotten. */
export function expired(message: string): StatusError {
  return failure({ code: 410, message, reason: 'Expired' });
}
