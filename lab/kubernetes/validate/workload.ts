import { fieldsAt, isFields, listAt, sameJson, textAt } from '../object.ts';
import { invalidValue, required, type FieldFault } from '../status.ts';
import type { Rule } from './rule.ts';

function containerFaults(spec: unknown, path: string): FieldFault[] {
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) return [required(`${path}.containers`)];
  return containers.flatMap((container, index) => {
    const missing = ['name', 'image'].filter((name) => (textAt(container, name) ?? '') === '');
    return missing.map((name) => required(`${path}.containers[${index}].${name}`));
  });
}

/** Containers with name and image. */
export const podFaults: Rule = ({ after }) => containerFaults(after['spec'], 'spec');

/** A selector that fits the template and never changes. */
export const deploymentFaults: Rule = ({ before, after }) => {
  const spec = fieldsAt(after, 'spec');
  const selector = spec['selector'];
  const labels = fieldsAt(spec, 'template', 'metadata')['labels'];
  const wanted = fieldsAt(selector, 'matchLabels');
  const matches = isFields(labels) && isFields(selector) && Object.entries(wanted).every(([key, value]) => labels[key] === value);
  const changed = before !== undefined && !sameJson(fieldsAt(before, 'spec')['selector'], selector);
  return [
    ...(selector === undefined ? [required('spec.selector')] : []),
    ...(matches ? [] : [invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`')]),
    ...containerFaults(fieldsAt(spec, 'template', 'spec'), 'spec.template.spec'),
    ...(changed ? [invalidValue('spec.selector', selector, 'field is immutable')] : []),
  ];
};
