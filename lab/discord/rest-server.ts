import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from './core.ts';
import { answerFault, type FaultSettings } from './fault-answer.ts';
import { readBody } from './request-body.ts';
import { Refusal, refusals } from './refusal.ts';
import type { Method, RestAnswer, RestRequest, Route } from './rest.ts';
import { findRoute } from './routes/index.ts';
import type { Validator } from './validate.ts';

/** One call of the bot and its answer. */
export interface RequestEntry {
  readonly method: string;
  /** The route's template: the path itself may hold a token. */
  readonly route: string;
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

/** Answers one call below `/api`. */
export async function serveRest(core: Core, settings: RestSettings, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(message.url ?? '/', core.origin);
  const method = (message.method ?? 'GET') as Method;
  const path = decodeURIComponent(url.pathname.replace(PREFIX, ''));
  const found = findRoute(method, path);
  const template = found?.route.path ?? path;
  const entry: RequestEntry = { method, route: `${method} ${template}`, path, body: undefined, files: [], status: 0, answer: undefined };
  settings.requests.push(entry);
  const fault = core.faults.meet(entry.route);
  const handle = async (): Promise<RestAnswer> => {
    const answer = await refusalsAsAnswers(async () => {
      if (found === undefined) {
        core.problem(`The double has no route ${method} ${path}`);
        throw refusals.notFound();
      }
      const { body, files } = await readBody(message);
      Object.assign(entry, { body, files: files.map((file) => file.name) });
      authorize(settings, found.route, message);
      const request: RestRequest = { method, path, query: url.searchParams, headers: message.headers, body, files, params: found.params };
      return handleRoute(core, settings, found.route, request);
    });
    if (found !== undefined) checkAnswer(core, settings, found.route, answer);
    if (answer.status === 400) core.problem(`${entry.route} was refused: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const answer = fault === undefined ? await handle() : await answerFault({ fault, settings, message, response, handle });
  if (answer === undefined) return;
  Object.assign(entry, { status: answer.status, answer: answer.body });
  send(response, answer, rateHeaders(entry.route));
}

function handleRoute(core: Core, settings: RestSettings, route: Route, request: RestRequest): RestAnswer {
  const checked = settings.validator?.request(route, request.body);
  for (const field of checked?.unknown ?? []) core.problem(`${route.method} ${route.path} does not know the field ${field}`);
  if (checked?.refusal !== undefined) throw checked.refusal;
  return route.handle(core, request);
}

function checkAnswer(core: Core, settings: RestSettings, route: Route, answer: RestAnswer): void {
  const wrong = settings.validator?.answer(route, answer);
  if (wrong !== undefined) core.problem(`The double's answer to ${route.method} ${route.path} is not as Discord describes it: ${wrong}`);
}

async function refusalsAsAnswers(handle: () => Promise<RestAnswer>): Promise<RestAnswer> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body, ...waitHeaders(error) };
    throw error;
  }
}

function waitHeaders({ retryAfter }: Refusal): Pick<RestAnswer, 'headers'> {
  return retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter), 'x-ratelimit-scope': 'shared' } };
}

/** Calls that carry their token in the path carry no other, as the documentation asks. */
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
    'x-ratelimit-bucket': Buffer.from(route).toString('hex').slice(0, 32),
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
