import type { KubeObject } from '../object.ts';
import { invalidValue, required, type FieldFault } from '../status.ts';
import type { Validation } from './rule.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** RBAC names are path segments: nearly everything goes. */
function nameFaults({ resource, after }: Validation): FieldFault[] {
  const name = after.metadata.name ?? '';
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  if (resource.group === 'rbac.authorization.k8s.io') return [];
  return SUBDOMAIN.test(name) ? [] : [invalidValue('metadata.name', name, SUBDOMAIN_TEXT)];
}

function labelFaults({ metadata }: KubeObject): FieldFault[] {
  const bad = Object.entries(metadata.labels ?? {}).filter(([, value]) => !LABEL_VALUE.test(value));
  return bad.map(([, value]) => invalidValue('metadata.labels', value, LABEL_VALUE_TEXT));
}

/** Name and labels; at an update the name was checked before. */
export function metadataFaults(validation: Validation): FieldFault[] {
  const { before, after } = validation;
  return [...(before === undefined ? nameFaults(validation) : []), ...labelFaults(after)];
}
