import { pino, type DestinationStream } from 'pino';

/**
 * Structured logs. Warn and error messages are static text; what varies stands in the fields, so that lines can be grouped.
 * Known field names: `component, cluster, job, jobId, slot, reason, err`.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Record<string, unknown>): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Names whose values are never printed, at any depth up to three: a second wall behind `Secret`. */
const HIDDEN = ['token', 'password', 'privateKey', 'kubeconfig', 'authorization', 'tls.key', 'ca-key.pem'];

function hiddenPaths(): string[] {
  return HIDDEN.flatMap((name) =>
    ['', '*.', '*.*.'].map((prefix) => (name.includes('.') ? `${prefix.slice(0, -1)}["${name}"]` : `${prefix}${name}`)),
  );
}

/** A logger that writes JSON lines to `destination`. Private-key blocks and bearer tokens are cut out of every line that holds one. */
export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  const cut: DestinationStream = { write: (line) => destination.write(redact(line)) };
  return pino({ level, base: null, redact: { paths: hiddenPaths(), censor: '[secret]' }, timestamp: pino.stdTimeFunctions.isoTime }, cut);
}

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="|$))/g;
const JWT = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
const INTERACTION_PATH = /(\/(?:interactions|webhooks)\/\d+\/)[^/"\s?]+/g;

/** `text` without private-key blocks, JSON web tokens and Discord interaction tokens. */
export function redact(text: string): string {
  return text.replaceAll(PRIVATE_KEY, '[secret]').replaceAll(JWT, '[secret]').replaceAll(INTERACTION_PATH, '$1[secret]');
}
