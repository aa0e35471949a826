/** get and list. */
import { jsonReply, type Answer, type ResourceCall } from './call.ts';
import { listForm, objectForm } from './forms.ts';
import type { Resource } from './resources.ts';
import { matcherOf } from './selectors.ts';
import { badRequest, failure, notFound, type FieldFault, invalid } from './status.ts';
import type { Storage, Stored } from './store.ts';
import { expired, parseVersion, requireReached } from './versions.ts';

/** GET of one object. */
export function getObject(storage: Storage, { target, query, headers }: ResourceCall): Answer {
  requireReached(storage, parseVersion(query.get('resourceVersion')));
  const stored = storage.get(target.resource, target.namespace, target.name);
  if (stored === undefined) throw notFound(target.resource, target.name);
  const form = objectForm(headers.accept);
  return form === undefined ? { status: 200, json: stored.json() } : jsonReply(200, form(stored.object));
}

/** Where the next chunk begins. Opaque to clients. */
interface Continue {
  readonly v: 'meta.k8s.io/v1';
  readonly rv: number;
  readonly start: string;
}

function encodeContinue(token: Omit<Continue, 'v'>): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', ...token })).toString('base64url');
}

function decodeContinue(text: string): Continue {
  const decoded = Buffer.from(text, 'base64url');
  try {
    const read = JSON.parse(decoded.toString()) as Continue;
    if (typeof read.rv === 'number' && typeof read.start === 'string') return read;
  } catch {
    // what is wrong with the token is told below, in the words of the real server
  }
  const first = decoded.find((byte) => byte !== '{'.charCodeAt(0)) ?? 0;
  const code = first.toString(16).padStart(4, '0');
  throw badRequest(`invalid continue token: continue key is not valid: invalid character '\\u${code}' looking for beginning of value`);
}

const MATCHES = new Set(['Exact', 'NotOlderThan']);

/** The parameters of a list that contradict each other. Also asked for watches. */
export function checkListOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const version = query.get('resourceVersion') ?? '';
  const watching = query.has('watch') && query.get('watch') !== 'false' && query.get('watch') !== '0';
  const initial = query.has('sendInitialEvents');
  const faults: FieldFault[] = [];
  const forbid = (field: string, why: string): void => {
    faults.push({ field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` });
  };
  if (watching) watchFaults(match, initial, forbid);
  else listFaults(match, version, faults, forbid);
  if (!watching && initial) forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
}

type Forbid = (field: string, why: string) => void;

function watchFaults(match: string, initial: boolean, forbid: Forbid): void {
  if (initial && match !== 'NotOlderThan') {
    forbid('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (!initial && match !== '')
    forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
}

function listFaults(match: string, version: string, faults: FieldFault[], forbid: Forbid): void {
  if (match === '') return;
  if (version === '') forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  else if (!MATCHES.has(match)) {
    const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`;
    faults.push({ field: 'resourceVersionMatch', reason: 'FieldValueNotSupported', message });
  } else if (match === 'Exact' && version === '0') {
    forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
}

function parseLimit(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

interface Page {
  readonly revision: number;
  readonly objects: readonly Stored[];
  readonly start: string;
}

/** Which state is asked for, and from which key on. */
function pageOf(storage: Storage, resource: Resource, query: URLSearchParams): Page {
  const version = parseVersion(query.get('resourceVersion'));
  const token = query.get('continue') ?? '';
  if (token !== '') {
    if (version !== undefined && version !== 0) throw badRequest('specifying resource version is not allowed when using continue');
    const { rv, start } = decodeContinue(token);
    if (rv < 0) return { revision: storage.revision, objects: storage.all(resource), start };
    const objects = storage.allAt(resource, rv);
    if (objects === undefined) throw expiredContinue(start);
    return { revision: rv, objects, start };
  }
  requireReached(storage, version);
  const exact = query.get('resourceVersionMatch') === 'Exact';
  if (!exact || version === undefined) return { revision: storage.revision, objects: storage.all(resource), start: '' };
  const objects = storage.allAt(resource, version);
  if (objects === undefined) throw expired('The resourceVersion for the provided list is too old.');
  return { revision: version, objects, start: '' };
}

/** The token in the answer goes on at the next key, in the present state. */
function expiredContinue(start: string): Error {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const refused = failure({ code: 410, message, reason: 'Expired' });
  refused.status.metadata = { continue: encodeContinue({ rv: -1, start }) };
  return refused;
}

/** GET of a collection: selectors, chunks, and the state of a chosen version. */
export function listObjects(storage: Storage, call: ResourceCall): Answer {
  const { target, query, headers } = call;
  checkListOptions(query);
  const { matches, selective } = matcherOf(query, target.resource);
  const limit = parseLimit(query.get('limit'));
  const { revision, objects, start } = pageOf(storage, target.resource, query);
  const prefix = target.namespace === '' ? '' : `${target.namespace}/`;
  const within = objects.filter((one) => one.key.startsWith(prefix) && one.key.slice(prefix.length) >= start);
  const found = selective ? within.filter((one) => matches(one.object)) : within;
  const unlimited = limit <= 0 || (query.get('resourceVersion') === '0' && !query.has('continue'));
  const items = unlimited ? found : found.slice(0, limit);
  const next = items.length < found.length ? found[items.length] : undefined;
  const metadata = {
    resourceVersion: String(revision),
    ...(target.resource.custom === true ? { continue: '' } : {}),
    ...(next === undefined ? {} : { continue: encodeContinue({ rv: revision, start: next.key.slice(prefix.length) }) }),
    ...(next === undefined || selective ? {} : { remainingItemCount: found.length - items.length }),
  };
  return listForm(headers.accept, target.resource, metadata, items);
}
