/** `pods/NAME:PORT/proxy/...`: plain HTTP to a listener of the lab. */
import { request, type ServerResponse } from 'node:http';
import { jsonReply, type Answer, type ResourceCall } from './call.ts';
import { openEndpoint, podOf, type Endpoints, type EndpointTarget } from './endpoints.ts';
import { isFields, listAt, textAt, type KubeObject } from './object.ts';
import { badRequest, failure, failureStatus } from './status.ts';
import type { Storage } from './store.ts';

/** `https:name:port`, `name:port` or `name`. */
const NAME = /^(?:(?<scheme>https?):)?(?<pod>[^:]+)(?::(?<port>[^:]*))?$/;

/** Answers as the listener does that is registered for the pod’s port; 503 when it refuses, 400 when the pod has no address to dial. */
export function proxyToPod(storage: Storage, endpoints: Endpoints, call: ResourceCall): Answer {
  const groups = NAME.exec(call.target.name)?.groups;
  if (groups === undefined) throw badRequest(`invalid pod request "${call.target.name}"`);
  const name = groups['pod'] ?? '';
  const { object } = podOf(storage, call, name);
  const port = portOf(object, groups['port']);
  const target = endpoints.find(call.target.namespace, name, port);
  if (target === undefined) throw unreachable(object, port);
  return {
    stream: (response) => {
      openEndpoint(target, 'proxy').then(
        (opened) => forward(call, opened, { object, port }, response),
        () => response.destroy(),
      );
    },
  };
}

function portOf(pod: KubeObject, text: string | undefined): number {
  const ports = listAt(pod, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'));
  if (text === undefined || text === '') return Number(ports.map((one) => (isFields(one) ? one['containerPort'] : undefined))[0] ?? 80);
  if (/^\d+$/.test(text)) return Number(text);
  const named = ports.find((one) => isFields(one) && one['name'] === text);
  return Number(isFields(named) ? named['containerPort'] : NaN);
}

/** The real server refuses addresses of its own host before it dials. */
function unreachable(pod: KubeObject, port: number): Error {
  const address = textAt(pod, 'status', 'podIP') ?? '';
  if (address === '' || address.startsWith('127.') || address.startsWith('169.254.')) return badRequest('address not allowed');
  const message = `error trying to reach service: dial tcp ${address}:${port}: connect: connection refused`;
  return failure({ code: 503, message, reason: 'ServiceUnavailable' });
}

interface Proxied {
  readonly object: KubeObject;
  readonly port: number;
}

function forward(call: ResourceCall, target: EndpointTarget, { object, port }: Proxied, response: ServerResponse): void {
  const { authorization: _, host: __, connection: ___, ...headers } = call.headers;
  const path = `/${call.target.rest}${call.url.search}`;
  const outward = request({ ...target, method: call.method, path, headers });
  outward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  outward.on('error', (error) => {
    const address = textAt(object, 'status', 'podIP') ?? '';
    const why = 'code' in error && error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message;
    const message = `error trying to reach service: dial tcp ${address}:${port}: ${why}`;
    const reply = jsonReply(503, failureStatus({ code: 503, message, reason: 'ServiceUnavailable' }));
    if (response.headersSent) response.destroy();
    else response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.json);
  });
  response.on('close', () => outward.destroy());
  outward.end(call.body);
}
