/** Compares an answer of the double with a recorded one. */
import type { Exchange } from '../../tailnet/recordings.ts';
import { Bindings, differences } from '../kubernetes/unify.ts';
import type { Answer } from './bench.ts';
import { normal, normalHeaders } from './normal.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Every difference but those of a run; empty: the double conforms. */
export function differencesOf({ response }: Exchange, answer: Answer | string): readonly string[] {
  const { status, error, headers = {}, body } = response;
  if (error !== undefined) return differences(error === 'CLIENT_TIMEOUT' ? 'silent' : error, shown(answer), new Bindings());
  if (typeof answer === 'string') return [`${status ?? 0} was recorded, got ${answer}`];
  const got = trimmedAlike(body, normal(parsed(answer)));
  // Where the recorder ran as another user it kept no header of the connection.
  const { connection, ...rest } = normalHeaders(answer.headers);
  const kept = headers['connection'] === undefined ? rest : { ...rest, connection };
  const recorded = { status, headers: normalHeaders(headers), body: isNote(body) ? '<trimmed>' : normal(body) };
  return differences(recorded, { status: answer.status, headers: kept, body: got }, new Bindings());
}

function shown(answer: Answer | string): string {
  return typeof answer === 'string' ? answer : `${answer.status} ${answer.text}`;
}

function parsed({ headers, text }: Answer): unknown {
  return String(headers['content-type']).startsWith('application/json') && text !== '' ? (JSON.parse(text) as unknown) : text;
}

/** The recorder put a note instead of the body. */
function isNote(body: unknown): boolean {
  return isFields(body) && '_trimmed' in body && !('BackendState' in body);
}

/** Leaves out of an answer what the recorder left out of its own. */
function trimmedAlike(recorded: unknown, got: unknown): unknown {
  if (isNote(recorded)) return '<trimmed>';
  if (!isFields(recorded) || !('_trimmed' in recorded) || !isFields(got)) return got;
  const { User: _user, ...rest } = got;
  const { Capabilities: _capabilities, CapMap: _capMap, ...self } = got['Self'] as Fields;
  return { ...rest, Self: self };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
