import { fieldsAt, listAt, sameJson, textAt } from '../object.ts';
import { invalidValue, required } from '../status.ts';
import type { Rule } from './rule.ts';

/** Ports, their names, and an address that stays. */
export const serviceFaults: Rule = ({ before, after }) => {
  const spec = fieldsAt(after, 'spec');
  const ports = listAt(spec, 'ports');
  const headless = spec['clusterIP'] === 'None' || spec['type'] === 'ExternalName';
  const unnamed =
    ports.length > 1 ? ports.map((port, index) => ({ port, index })).filter(({ port }) => (textAt(port, 'name') ?? '') === '') : [];
  const old = before === undefined ? undefined : fieldsAt(before, 'spec')['clusterIPs'];
  const moved = old !== undefined && !sameJson(old, spec['clusterIPs']);
  return [
    ...(ports.length === 0 && !headless ? [required('spec.ports')] : []),
    ...unnamed.map(({ index }) => required(`spec.ports[${index}].name`)),
    ...(moved ? [invalidValue('spec.clusterIPs[0]', spec['clusterIPs'], 'may not change once set')] : []),
  ];
};

const LOOPBACK = /^(127\.|::1$)/;

/** Endpoints are never on the node itself. */
export const sliceFaults: Rule = ({ after }) =>
  listAt(after, 'endpoints').flatMap((endpoint, index) =>
    listAt(endpoint, 'addresses').flatMap((address, place) =>
      LOOPBACK.test(String(address))
        ? [invalidValue(`endpoints[${index}].addresses[${place}]`, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
        : [],
    ),
  );
