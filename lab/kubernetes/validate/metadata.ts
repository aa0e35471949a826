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

function ownerFaults({ metadata }: KubeObject): FieldFault[] {
  const owners = metadata.ownerReferences ?? [];
  const incomplete = owners.flatMap((owner, index) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((name) => (owner[name] ?? '') === '')
      .map((name) => required(`metadata.ownerReferences[${index}].${name}`, 'must not be empty')),
  );
  const controllers = owners.filter((owner) => owner.controller === true);
  if (controllers.length < 2) return incomplete;
  const names = controllers.slice(0, 2).map((owner) => `${owner.kind}/${owner.name}`);
  const why = `Only one reference can have Controller set to true. Found "true" in references for ${names.join(' and ')}`;
  return [...incomplete, invalidValue('metadata.ownerReferences', owners, why)];
}

/** While an object is being deleted its finalizers may go, but none may come. */
function finalizerFaults({ before, after }: Validation): FieldFault[] {
  if (before?.metadata.deletionTimestamp === undefined) return [];
  const old = before.metadata.finalizers ?? [];
  const added = (after.metadata.finalizers ?? []).filter((name) => !old.includes(name));
  if (added.length === 0) return [];
  const list = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [{ field: 'metadata.finalizers', reason: 'FieldValueForbidden', message }];
}

/** Name and labels; at an update the name was checked before. */
export function metadataFaults(validation: Validation): FieldFault[] {
  const { before, after } = validation;
  const named = before === undefined ? nameFaults(validation) : [];
  return [...named, ...labelFaults(after), ...ownerFaults(after), ...finalizerFaults(validation)];
}
