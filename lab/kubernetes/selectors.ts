/** Label and field selectors, as far as equality, sets and existence go. */
import { textAt, type KubeObject } from './object.ts';
import { storageKey, type Resource } from './resources.ts';
import { badRequest } from './status.ts';

/** True for an object that is selected. */
export type Matcher = (object: KubeObject) => boolean;

interface Requirement {
  readonly key: string;
  readonly accepts: (value: string | undefined) => boolean;
}

const SET = /^(?<key>[^\s!=,()]+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)$/;
const EQUALITY = /^(?<key>[^\s!=,()]+)\s*(?<operator>==|=|!=)\s*(?<value>[^\s!=,()]*)$/;
const EXISTENCE = /^(?<not>!?)\s*(?<key>[^\s!=,()]+)$/;

/** Cuts at commas outside of brackets. */
function requirementsOf(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function checkValues(key: string, values: readonly string[]): void {
  const index = values.findIndex((value) => !VALUE.test(value));
  if (index < 0) return;
  throw badRequest(`unable to parse requirement: values[${index}][${key}]: Invalid value: ${JSON.stringify(values[index])}: ${VALUE_TEXT}`);
}

function parseRequirement(text: string): Requirement {
  const { key = '', operator, values: list, value = '' } = (SET.exec(text) ?? EQUALITY.exec(text))?.groups ?? {};
  if (operator === undefined) return parseExistence(text);
  const values = list === undefined ? [value] : list.split(',').map((one) => one.trim());
  checkValues(key, values);
  const wanted = operator === 'in' || operator === '=' || operator === '==';
  const known = new Set(values);
  return { key, accepts: (own) => (own === undefined ? !wanted : known.has(own) === wanted) };
}

function parseExistence(text: string): Requirement {
  const { not, key } = EXISTENCE.exec(text)?.groups ?? {};
  if (key === undefined) {
    const next = text.split(/\s+/)[1] ?? '';
    throw badRequest(`unable to parse requirement: found '${next}', expected: in, notin, =, ==, !=, gt, lt`);
  }
  return { key, accepts: (own) => (own !== undefined) === (not === '') };
}

/** Reads a label selector; a text that is none is a 400 like the real one. */
export function labelMatcher(text: string): Matcher {
  const requirements = requirementsOf(text).map(parseRequirement);
  return ({ metadata }) => requirements.every(({ key, accepts }) => accepts(metadata.labels?.[key]));
}

type Getter = (object: KubeObject) => string;

const FIELDS: Readonly<Record<string, Getter>> = {
  'metadata.name': ({ metadata }) => metadata.name ?? '',
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
};

/** What some kinds can be selected by besides name and namespace. */
const MORE_FIELDS: Readonly<Record<string, Readonly<Record<string, Getter>>>> = {
  '/secrets': { type: (object) => textAt(object, 'type') ?? '' },
  '/pods': {
    'spec.nodeName': (object) => textAt(object, 'spec', 'nodeName') ?? '',
    'status.phase': (object) => textAt(object, 'status', 'phase') ?? '',
  },
  '/events': {
    type: (object) => textAt(object, 'type') ?? '',
    reason: (object) => textAt(object, 'reason') ?? '',
    'involvedObject.name': (object) => textAt(object, 'involvedObject', 'name') ?? '',
    'involvedObject.kind': (object) => textAt(object, 'involvedObject', 'kind') ?? '',
  },
};

/** Reads a field selector. */
export function fieldMatcher(text: string, resource: Resource): Matcher {
  const known = { ...FIELDS, ...MORE_FIELDS[storageKey(resource)] };
  const requirements = requirementsOf(text).map((part) => {
    const groups = EQUALITY.exec(part)?.groups;
    if (groups === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const key = groups['key'] ?? '';
    const get = known[key];
    if (get === undefined && resource.custom === true) throw badRequest(`field label not supported: ${key}`);
    if (get === undefined) throw badRequest(`"${key}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
    return { get, value: groups['value'] ?? '', equal: groups['operator'] !== '!=' };
  });
  return (object) => requirements.every(({ get, value, equal }) => (get(object) === value) === equal);
}

/** Both selectors of a list or watch, and whether there is any. */
export function matcherOf(query: URLSearchParams, resource: Resource): { matches: Matcher; selective: boolean } {
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  const byLabel = labels === '' ? undefined : labelMatcher(labels);
  const byField = fields === '' ? undefined : fieldMatcher(fields, resource);
  return {
    matches: (object) => (byLabel?.(object) ?? true) && (byField?.(object) ?? true),
    selective: byLabel !== undefined || byField !== undefined,
  };
}
