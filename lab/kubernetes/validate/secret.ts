import { fieldsAt, isFields, sameJson, textAt } from '../object.ts';
import { invalidValue, required, type FieldFault } from '../status.ts';
import type { Rule } from './rule.ts';

const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const MAX_BYTES = 1_048_576;

function keyFaults(data: object, path = 'data'): FieldFault[] {
  return Object.keys(data)
    .filter((key) => !KEY.test(key))
    .map((key) => invalidValue(`${path}[${key}]`, key, KEY_TEXT));
}

function tooLong(field: string): FieldFault {
  return { field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${MAX_BYTES} bytes` };
}

function sizeOf(data: object, decode: (text: string) => number): number {
  return Object.values(data).reduce((sum: number, value) => sum + decode(String(value)), 0);
}

function base64Length(text: string): number {
  return Buffer.byteLength(text, 'base64');
}

/** The keys that a type of Secret must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
};

const ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';

/** Keys, size, and what a type of Secret asks for. */
export const secretFaults: Rule = ({ after }) => {
  const data = fieldsAt(after, 'data');
  const needed = REQUIRED_KEYS[textAt(after, 'type') ?? ''] ?? [];
  const unnamed = after['type'] === ACCOUNT_TOKEN && after.metadata.annotations?.[ACCOUNT_NAME] === undefined;
  return [
    ...(unnamed ? [required(`metadata.annotations[${ACCOUNT_NAME}]`)] : []),
    ...keyFaults(data),
    ...(sizeOf(data, base64Length) > MAX_BYTES ? [tooLong('data')] : []),
    ...needed.filter((key) => !(key in data)).map((key) => required(`data[${key}]`)),
  ];
};

function frozen(field: string): FieldFault {
  return { field, reason: 'FieldValueForbidden', message: 'Forbidden: field is immutable when `immutable` is set' };
}

/** The type never changes; of an immutable Secret or ConfigMap nothing but the head does. */
export const immutableFaults: Rule = ({ before, after, resource }) => {
  if (before === undefined) return [];
  const type =
    resource.resource === 'secrets' && before['type'] !== after['type'] ? [invalidValue('type', after['type'], 'field is immutable')] : [];
  if (before['immutable'] !== true) return type;
  const changed = ['data', 'binaryData'].filter((name) => !sameJson(before[name], after[name]));
  return [...type, ...(after['immutable'] === true ? [] : [frozen('immutable')]), ...changed.map(frozen)];
};

/** Keys, size, and that no key is in both maps. */
export const configMapFaults: Rule = ({ after }) => {
  const data = fieldsAt(after, 'data');
  const binary = isFields(after['binaryData']) ? after['binaryData'] : {};
  const doubled = Object.keys(data).filter((key) => key in binary);
  const size = sizeOf(data, (text) => Buffer.byteLength(text)) + sizeOf(binary, base64Length);
  return [
    ...keyFaults(data),
    ...keyFaults(binary, 'binaryData'),
    ...doubled.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...(size > MAX_BYTES ? [tooLong('[]')] : []),
  ];
};
