import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from './core.ts';
import { answerFault, type FaultSettings } from './fault-answer.ts';
import { readBody } from './request-body.ts';
import { Refusal, refusals } from './refusal.ts';
import type { Method, RestAnswer, Route } from './rest.ts';
import { findRoute } from './routes/index.ts';
import type { Validator } from './validate.ts';

/** One call of the bot and its answer. */
export interface RequestEntry {
  readonly method: string;
  /** The route's template: the path itself may hold a token. */
  readonly route: string;
  /** Decoded, below `/api/v10`. */
  readonly path: string;
  readonly body: unknown;
  readonly files: readonly string[];
  status: number;
  answer: unknown;
}

export interface RestSettings extends FaultSettings {
  accepts(token: string): boolean;
  readonly validator: Validator | undefined;
  readonly requests: RequestEntry[];
}

const PREFIX = /^\/api(\/v10)?(?=\/)/;

/** What only a bot with a mistake in it is answered: a body that Discord does not take. */
const MISTAKES: ReadonlySet<number> = new Set([50_035, 50_006, 50_109]);

/** Answers one call below `/api`. */
export async function serveRest(core: Core, settings: RestSettings, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(message.url ?? '/', core.origin);
  const method = (message.method ?? 'GET') as Method;
  const path = decodeURIComponent(url.pathname.replace(PREFIX, ''));
  const found = findRoute(method, path);
  const route = `${method} ${found?.route.path ?? path}`;
  const entry: RequestEntry = { method, route, path, body: undefined, files: [], status: 0, answer: undefined };
  settings.requests.push(entry);
  const handle = (): Promise<RestAnswer> => handleCall(core, settings, { message, url, entry, found });
  const fault = core.faults.meet(route);
  const answer = fault === undefined ? await handle() : await answerFault({ fault, settings, message, response, handle });
  if (answer === undefined) return;
  Object.assign(entry, { status: answer.status, answer: answer.body });
  send(response, answer, rateHeaders(route));
}

interface Call {
  readonly message: IncomingMessage;
  readonly url: URL;
  readonly entry: RequestEntry;
  readonly found: ReturnType<typeof findRoute>;
}

async function handleCall(core: Core, settings: RestSettings, call: Call): Promise<RestAnswer> {
  const { entry, found } = call;
  if (found === undefined) {
    core.problem(`The double has no route ${entry.route}`);
    return toAnswer(refusals.notFound());
  }
  const answer = await handleRoute(core, settings, { ...call, found }).catch(toAnswer);
  const wrong = settings.validator?.answer(found.route, answer);
  if (wrong !== undefined) core.problem(`The double's answer to ${entry.route} is not as Discord describes it: ${wrong}`);
  const code = (answer.body as { readonly code?: number } | undefined)?.code;
  if (code !== undefined && MISTAKES.has(code)) core.problem(`${entry.route} was refused: ${JSON.stringify(answer.body)}`);
  return answer;
}

async function handleRoute(
  core: Core,
  settings: RestSettings,
  call: Call & { readonly found: NonNullable<Call['found']> },
): Promise<RestAnswer> {
  const { message, url, entry, found } = call;
  const { body, files } = await readBody(message);
  Object.assign(entry, { body, files: files.map((file) => file.name) });
  authorize(settings, found.route, message);
  const checked = settings.validator?.request(found.route, body);
  for (const field of checked?.unknown ?? []) core.problem(`${entry.route} does not know the field ${field}`);
  if (checked?.refusal !== undefined) throw checked.refusal;
  const { method, path } = found.route;
  return found.route.handle(core, { method, path, query: url.searchParams, body, files, params: found.params });
}

/** What is no refusal is a fault of the double. */
function toAnswer(error: unknown): RestAnswer {
  if (!(error instanceof Refusal)) throw error;
  const { status, body, retryAfter } = error;
  return {
    status,
    body,
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter), 'x-ratelimit-scope': 'shared' } }),
  };
}

/** Calls that carry a token in their path need no other; one that is sent all the same is passed over, as Discord does. */
function authorize(settings: RestSettings, route: Route, message: IncomingMessage): void {
  if (route.auth === 'path') return;
  const token = /^Bot (.+)$/.exec(message.headers.authorization ?? '')?.[1];
  if (token === undefined || !settings.accepts(token)) throw refusals.unauthorized();
}

function rateHeaders(route: string): Record<string, string> {
  return {
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': '999',
    'x-ratelimit-reset': '2000000000.000',
    'x-ratelimit-reset-after': '1.000',
    'x-ratelimit-bucket': createHash('sha256').update(route).digest('hex').slice(0, 32),
  };
}

function send(response: ServerResponse, answer: RestAnswer, headers: Record<string, string>): void {
  const raw = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...headers,
    ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
    ...answer.headers,
  });
  response.end(raw);
}
