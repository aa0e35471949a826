/** `pods/log`. */
import { textReply, type Answer, type ResourceCall } from './call.ts';
import { podOf, type Endpoints } from './endpoints.ts';
import { isFields, listAt, textAt } from './object.ts';
import { badRequest } from './status.ts';
import type { Storage } from './store.ts';

/** What the pod logged; a pod without a node has logged nothing, which is a 204. */
export function readLog(storage: Storage, endpoints: Endpoints, call: ResourceCall): Answer {
  const { object } = podOf(storage, call);
  const { namespace, name } = call.target;
  const container = call.query.get('container');
  const containers = listAt(object, 'spec', 'containers').map((one) => (isFields(one) ? textAt(one, 'name') : undefined));
  if (container !== null && !containers.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`);
  const text = endpoints.log(namespace, name);
  if (text === undefined) return textReply(204, '');
  return textReply(200, tail(text, call.query.get('tailLines')));
}

function tail(text: string, lines: string | null): string {
  if (lines === null) return text;
  const all = text.replace(/\n$/, '').split('\n');
  return `${all.slice(-Number(lines)).join('\n')}\n`;
}
