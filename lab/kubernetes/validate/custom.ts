/** Validation of a custom resource against its definition's schema. Rules in CEL are not evaluated. */
import { fieldsAt, isFields, listAt, type Fields } from '../object.ts';
import { schemaOf } from '../schema.ts';
import { invalidValue, required, type FieldFault } from '../status.ts';
import type { Rule } from './rule.ts';

const DURATION = /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;

/** What the schema of its definition has against a custom resource. */
export const customFaults: Rule = ({ resource, definition, after }) => {
  if (definition === undefined) return [];
  const schema = schemaOf(resource, definition);
  const { apiVersion: _, kind: __, metadata: ___, ...body } = after;
  const faults = check(body, { ...schema, required: listAt(schema, 'required') }, '');
  if (faults.length === 0 || !JSON.stringify(schema).includes('"x-kubernetes-validations"')) return faults;
  const skipped =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [...faults, invalidValue('<nil>', null, skipped)];
};

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return value === null ? 'null' : typeof value;
}

function wrongType(path: string, type: string, shown: string): FieldFault {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${path} in body must be of type ${type}: ${JSON.stringify(shown)}`;
  return { field: path, reason: 'FieldValueTypeInvalid', message };
}

function check(value: unknown, schema: Fields, path: string): FieldFault[] {
  const type = typeof schema['type'] === 'string' ? schema['type'] : undefined;
  const found = typeOf(value);
  const fits =
    type === undefined || found === type || (type === 'number' && found === 'integer') || schema['x-kubernetes-int-or-string'] === true;
  if (!fits) return value === null && schema['nullable'] === true ? [] : [wrongType(path, type, found)];
  if (isFields(value)) return checkFields(value, schema, path);
  if (Array.isArray(value)) return value.flatMap((item, index) => check(item, fieldsAt(schema, 'items'), `${path}[${index}]`));
  return checkPlain(value, schema, path);
}

function checkFields(value: Fields, schema: Fields, path: string): FieldFault[] {
  const properties = fieldsAt(schema, 'properties');
  const place = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const below = Object.keys(value)
    .sort()
    .flatMap((name) => (isFields(properties[name]) ? check(value[name], properties[name], place(name)) : []));
  const missing = listAt(schema, 'required').filter((name) => value[String(name)] === undefined);
  return [...below, ...missing.map((name) => required(place(String(name))))];
}

function checkPlain(value: unknown, schema: Fields, path: string): FieldFault[] {
  const choices = listAt(schema, 'enum');
  if (choices.length > 0 && !choices.includes(value)) {
    const list = choices.map((choice) => JSON.stringify(choice)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
    return [{ field: path, reason: 'FieldValueNotSupported', message }];
  }
  const { minimum, maximum, minLength, format, pattern } = schema;
  if (typeof value === 'number') {
    if (typeof maximum === 'number' && value > maximum) {
      return [invalidValue(path, value, `${path} in body should be less than or equal to ${maximum}`)];
    }
    if (typeof minimum === 'number' && value < minimum) {
      return [invalidValue(path, value, `${path} in body should be greater than or equal to ${minimum}`)];
    }
  }
  if (typeof value !== 'string') return [];
  if (typeof minLength === 'number' && value.length < minLength) {
    return [invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`)];
  }
  if (typeof pattern === 'string' && !new RegExp(pattern).test(value)) {
    return [invalidValue(path, value, `${path} in body should match '${pattern}'`)];
  }
  return format === 'duration' && !DURATION.test(value) ? [wrongType(path, 'duration', value)] : [];
}

/** Every version of a definition states its schema. */
export const definitionFaults: Rule = ({ after }) =>
  listAt(after, 'spec', 'versions').flatMap((version, index) =>
    Object.keys(fieldsAt(version, 'schema', 'openAPIV3Schema')).length === 0
      ? [required(`spec.versions[${index}].schema.openAPIV3Schema`)]
      : [],
  );
