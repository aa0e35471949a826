/** What the commonest failures of a connection mean, in words for a person. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  ETIMEDOUT: 'it does not answer',
  ENOENT: 'there is no such socket',
};

/** Texts of clients that name an option instead of what happened. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/enableOfflineQueue|Connection is closed|max retries per request|Command timed out/i, 'it does not answer'],
  [/WRONGPASS|invalid username-password/i, 'it does not accept the password'],
  [/NOAUTH/i, 'it asks for a password'],
  [/OOM command not allowed/i, 'its memory is full'],
  [/LOADING/i, 'it is still loading its data'],
];

/** Why a connection failed, without the words of whatever library noticed. */
export function connectionWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? WORDS[error.code] : undefined;
  return code ?? TEXTS.find(([text]) => text.test(error.message))?.[1] ?? error.message;
}
