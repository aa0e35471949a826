/** The kinds of values a configuration is made of. The message of each is what a fault says was expected. */
import { validateDetailed } from 'node-cron';
import { z } from 'zod';
import { parseDuration } from '../core/duration.ts';
import { isHost, parseHostPort } from './host.ts';
import { parseRedisUrl } from './redis-url.ts';

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
const FINGERPRINT = /^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Text of one form. */
function text(expected: string, form: RegExp) {
  return z.string({ error: expected }).regex(form, { error: expected });
}

/** Text that a function accepts. */
function judged(expected: string, accepts: (value: string) => boolean) {
  return z.string({ error: expected }).refine((value) => accepts(value), { error: expected });
}

/** Text that a function reads; undefined where it cannot. */
function read<T>(expected: string, reader: (value: string) => T | undefined) {
  return z.string({ error: expected }).transform((value, context): T => {
    const result = reader(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** A DNS-1123 label, as Kubernetes names namespaces. */
export const label = text('lower-case letters, digits and dashes, at most 63', LABEL);

/** What Kubernetes takes as the value of a label. */
export const labelValue = text('letters, digits, dashes, dots and underscores, at most 63', LABEL_VALUE);

/** A DNS-1123 subdomain, as Kubernetes names most objects. */
export const objectName = text('lower-case letters, digits, dashes and dots', SUBDOMAIN);

/** The name of an object in which `{cluster}` stands for the name of a cluster. */
export const namePattern = judged('a name with {cluster} in it, such as istio-ica-{cluster}', (value) =>
  SUBDOMAIN.test(value.replaceAll('{cluster}', 'c')),
);

/** Text that is not blank. */
export const anyText = text('text', /\S/);

/** A path that is not blank, as written. */
export const path = text('the path of a file', /\S/);

/** An IP address or a host name. */
export const host = judged('an IP address or a host name, without a port', isHost);

/** A TCP port. */
export const port = wholeNumber('a port, 1 to 65535', 1, 65_535);

/** `host:port` where the port may be left out. */
export function hostPort(defaultPort: number) {
  return read(`host:port, such as 10.0.0.5:${defaultPort}`, (value) => parseHostPort(value, defaultPort));
}

/** A whole number within bounds, both included. */
export function wholeNumber(expected: string, least: number, most: number) {
  return z.int({ error: expected }).min(least, { error: expected }).max(most, { error: expected });
}

/** What a fault says that {@link snowflake} expects. */
export const SNOWFLAKE = 'a Discord id: 17 to 20 digits in quotes';

/** A Discord id. As a YAML number it would lose its last digits, so it is text. */
export const snowflake = text(SNOWFLAKE, /^\d{17,20}$/);

/** What a fault says that {@link duration} expects. */
export const DURATION = 'a length of time such as 30s, 15m, 6h or 7d';

/** `90s`, `15m`, `7d`, as milliseconds. */
export const duration = read(DURATION, parseDuration);

/** A SHA-256 fingerprint, as upper-case pairs with colons. */
export const fingerprint = text('a SHA-256 fingerprint: 64 hexadecimal digits, colons allowed', FINGERPRINT).transform((value) =>
  value
    .replaceAll(':', '')
    .toUpperCase()
    .replaceAll(/..(?=.)/g, '$&:'),
);

/** The address of one Redis, without credentials: those have their own places. */
export const redisUrl = judged('an address without user and password: they are username and passwordFile', (value) => {
  const parsed = parseRedisUrl(value);
  return parsed === undefined || (parsed.username === undefined && parsed.password === undefined);
}).pipe(read('redis://host:port/database, or rediss:// for TLS', (value) => parseRedisUrl(value)?.address));

/** A cron expression, or `off`. */
export const schedule = z.string({ error: 'a cron expression in quotes such as "*/5 * * * *", or off' }).superRefine((value, context) => {
  const [first] = value === 'off' ? [] : validateDetailed(value).errors;
  if (first === undefined) return;
  const why = first.field === 'expression' ? 'it has 5 fields' : `its ${FIELD_NAMES[first.field] ?? first.field} is not possible`;
  context.addIssue({ code: 'custom', message: `a cron expression such as "*/5 * * * *", or off (${why})` });
});

const FIELD_NAMES: Readonly<Record<string, string>> = { dayOfMonth: 'day of the month', dayOfWeek: 'day of the week' };

/** The base address of Discord's API: a token is sent there, so it is https or this machine. */
export const apiAddress = judged('an https address (http only on this machine)', isSafeAddress).transform((value) =>
  value.replace(/\/+$/, ''),
);

/** The address of a page, as a browser takes it. */
export const httpAddress = judged('an http or https address without user and password', (value) => {
  const url = URL.parse(value);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
});

const TIME_OF_DAY = /^(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d)$/;

/** `22:00`, as minutes of the day. */
export const timeOfDay = read('a time of day in quotes such as "22:00"', (value) => {
  const found = TIME_OF_DAY.exec(value)?.groups;
  return found === undefined ? undefined : Number(found['hours']) * 60 + Number(found['minutes']);
});

/** An address that something is sent to: https, or this machine. */
export function isSafeAddress(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}
