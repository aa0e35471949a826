/** What of a wrong value may be shown. A value that could be a secret never is. */

const SECRET_NAME = /token|password|passwd|secret|credential|private|(?:^|[._-])key|^(?:redis_)?url$/i;
/** A Discord token, a JWT, a PEM block, credentials in an address, or any long run of mixed characters. */
const SECRET_FORM = /-----BEGIN|\beyJ[\w-]{8}|:\/\/[^/\s]*@|[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}|[0-9a-f]{32,}/i;
const RUN = /[A-Za-z0-9+/_=.-]{20,}/g;
const LONGEST = 60;

/** True where the text has the form of a secret, wherever it stands. */
export function looksSecret(text: string): boolean {
  if (SECRET_FORM.test(text)) return true;
  return [...text.matchAll(RUN)].some(([run]) => /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run));
}

/** True where values under this name are secrets or name them. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** A value as a fault shows it, under the name where it stands. `source` is the text as written, where it is known. */
export function shown(value: unknown, name: string, source?: string): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = source ?? (typeof value === 'string' ? value : JSON.stringify(value));
  if (isSecretName(name) || looksSecret(text)) return 'a value that is not shown';
  if (typeof value === 'string') return quoted(text);
  return `the ${typeof value} ${cut(text)}`;
}

/** A name that somebody wrote, as a fault shows it: a key may be a secret in the wrong place. */
export function shownName(name: string): string {
  return looksSecret(name) ? '[not shown]' : cut(name);
}

/** A path as it may be shown: someone may have named a file by a secret. */
export function shownPath(path: string): string {
  return path.split('/').some((part) => looksSecret(part)) ? '[not shown]' : path;
}

function quoted(text: string): string {
  return text === '' ? 'empty text' : JSON.stringify(cut(text));
}

function cut(text: string): string {
  const one = text.replaceAll(/\s+/g, ' ');
  return one.length > LONGEST ? `${one.slice(0, LONGEST)}…` : one;
}
