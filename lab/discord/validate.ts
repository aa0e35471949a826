import type { Schema } from './spec-table.ts';
import { callbackBodies, described, errorAnswer } from './spec-table.ts';
import { Form, type Refusal } from './refusal.ts';
import type { RestAnswer, Route } from './rest.ts';
import { warmUp } from './warm-up.ts';

/** Checks what the bot sends and what the double answers against Discord's own description of its API. */
export interface Validator {
  /** The refusal that Discord's description asks for, and the fields that it does not know. */
  request(route: Route, body: unknown): { readonly refusal?: Refusal; readonly unknown: readonly string[] };
  /** What is wrong with an answer of the double. */
  answer(route: Route, answer: RestAnswer): string | undefined;
}

/** What discord.js adds beyond the description, and Discord passes over; with a dot at the end: anything below. */
const EXTRAS: Readonly<Record<string, readonly string[]>> = {
  'PATCH /channels/{channel_id}/messages/{message_id}': ['tts', 'nonce', 'enforce_nonce', 'attachments.'],
  'POST /interactions/{interaction_id}/{interaction_token}/callback': ['data.nonce', 'data.enforce_nonce', 'data.tts'],
  'POST /webhooks/{webhook_id}/{webhook_token}': ['nonce', 'enforce_nonce'],
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': [
    'tts',
    'nonce',
    'enforce_nonce',
    'username',
    'avatar_url',
    'attachments.',
  ],
  'POST /channels/{channel_id}/messages/{message_id}/threads': ['type', 'invitable'],
};

export const specValidator: Validator = {
  request(route, body) {
    const key = `${route.method} ${route.path}`;
    const schema = key.endsWith('/callback') ? callbackBodies[(body as { type?: number } | undefined)?.type ?? 0] : described[key]?.request;
    if (schema === undefined) return { unknown: [] };
    const given = withNumberPermissions(body ?? {});
    const parsed = schema.safeParse(given);
    if (!parsed.success) return { refusal: refusalOf(parsed.error.issues), unknown: [] };
    const extras = EXTRAS[key] ?? [];
    const isExtra = (path: string): boolean => extras.some((extra) => path === extra || (extra.endsWith('.') && path.startsWith(extra)));
    return { unknown: dropped(given, parsed.data, '').filter((path) => !isExtra(path)) };
  },
  answer(route, answer) {
    const schema = answer.status >= 400 ? errorAnswer : described[`${route.method} ${route.path}`]?.answer;
    if (schema === undefined || answer.status === 204) return undefined;
    const parsed = schema.safeParse(withZulu(answer.body));
    return parsed.success ? undefined : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ');
  },
};

type Issues = Extract<ReturnType<Schema['safeParse']>, { success: false }>['error']['issues'];

function refusalOf(issues: Issues): Refusal {
  const form = new Form();
  addIssues(form, [], issues);
  return form.refusal();
}

/** Of a union the branch with the right `type` is reported; the others are noise. */
function addIssues(form: Form, at: readonly (string | number)[], issues: Issues): void {
  for (const issue of issues) {
    const here = [...at, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    const meant = issue.code === 'invalid_union' ? issue.errors.find((branch) => branch.every((one) => one.path[0] !== 'type')) : undefined;
    if (meant === undefined) form.add(here, ...said(issue));
    else addIssues(form, here, meant);
  }
}

function said(issue: Issues[number]): [code: string, message: string] {
  if (issue.code === 'too_big') return ['BASE_TYPE_MAX_LENGTH', `Must be ${issue.maximum} or fewer in length.`];
  if (issue.code === 'too_small') return ['BASE_TYPE_MIN_LENGTH', `Must be ${issue.minimum} or more in length.`];
  if (issue.code === 'invalid_type' && issue.input === undefined) return ['BASE_TYPE_REQUIRED', 'This field is required'];
  if (issue.code === 'invalid_union' || issue.code === 'invalid_value') return ['BASE_TYPE_CHOICES', 'Value is not one of those allowed.'];
  return ['BASE_TYPE_BAD_TYPE', `Not as described: ${issue.code}`];
}

/** Permissions travel as decimal strings; the description asks for numbers. */
function withNumberPermissions(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withNumberPermissions);
  if (typeof body !== 'object' || body === null || !('default_member_permissions' in body)) return body;
  const { default_member_permissions: bits } = body;
  return { ...body, default_member_permissions: typeof bits === 'string' ? Number(bits) : bits };
}

/** The body as JSON has it; the package's schemas take instants in UTC only as `Z`, Discord writes `+00:00`. */
function withZulu(body: unknown): unknown {
  const zulu = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(/^(\d{4}-.+T.+)\+00:00$/, '$1Z') : value;
  return JSON.parse(JSON.stringify(body, zulu)) as unknown;
}

/** The fields that the description does not know: its schemas leave them out of what they return. */
function dropped(given: unknown, kept: unknown, at: string): string[] {
  if (Array.isArray(given) && Array.isArray(kept)) return given.flatMap((one, index) => dropped(one, kept[index], `${at}${index}.`));
  if (!isObject(given) || !isObject(kept)) return [];
  return Object.keys(given).flatMap((key) => {
    if (given[key] === undefined) return [];
    return key in kept ? dropped(given[key], kept[key], `${at}${key}.`) : [`${at}${key}`];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

warmUp();
