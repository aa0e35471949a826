import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { getFromPod } from '../../src/k8s/pod-proxy.ts';
import { forwardPort } from '../../src/k8s/port-forward.ts';
import { PODS } from '../../src/k8s/resources.ts';
import { NEVER, rejectionOf } from '../k8s/lab.ts';
import { startBench, type Bench } from './clients.ts';
import { putObjects } from './objects.ts';

const POD = { namespace: 'real-ports', pod: 'istiod-1' };
const CALL = { signal: NEVER, clock: systemClock };

/** A node whose kubelet is the one of the test server, and a pod that runs there: its ports are those of this machine's loopback. */
function objects(kubelet: number) {
  const { namespace, pod } = POD;
  return [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'loopback' },
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: kubelet } },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name: pod },
      spec: { nodeName: 'loopback', serviceAccountName: 'istiod', containers: [{ name: 'discovery', image: 'pilot' }] },
      status: {
        phase: 'Running',
        podIP: '127.0.0.1',
        podIPs: [{ ip: '127.0.0.1' }],
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [{ name: 'discovery', ready: true, image: 'pilot', imageID: 'pilot', restartCount: 0, state: { running: {} } }],
      },
    },
  ];
}

describe('src/k8s: ports and logs of pods through a real API server', () => {
  let bench: Bench;
  let echo: Server;
  let web: HttpServer;
  const portOf = (server: Server | HttpServer): number => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    bench = await startBench(inject('servers').a);
    echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    web = createHttpServer((request, response) => response.end(`${request.method} ${request.url}`)).listen(0, '127.0.0.1');
    await Promise.all([once(echo, 'listening'), once(web, 'listening'), putObjects(bench.side, objects(bench.server.kubelet))]);
  });
  afterAll(async () => {
    echo.close();
    web.close();
    await bench.stop();
  });

  it('carries bytes both ways and ends when the pod does', async () => {
    const stream = await forwardPort(bench.client, { ...POD, port: portOf(web) }, CALL);
    stream.write('GET /metrics HTTP/1.1\r\nhost: istiod\r\nconnection: close\r\n\r\n');
    const answer = await text(stream);
    expect([answer.split('\r\n')[0], answer.endsWith('GET /metrics')]).toEqual(['HTTP/1.1 200 OK', true]);
  });

  it('carries a megabyte unharmed', async () => {
    const stream = await forwardPort(bench.client, { ...POD, port: portOf(echo) }, CALL);
    const sent = Buffer.alloc(1_000_000, 'meshwarden ');
    stream.write(sent);
    let received = Buffer.alloc(0);
    for await (const chunk of stream) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length >= sent.length) break;
    }
    expect(received.equals(sent)).toBe(true);
  });

  it('says in the pod’s words that nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const port = portOf(closed);
    closed.close();
    await once(closed, 'close');
    const stream = await forwardPort(bench.client, { ...POD, port }, CALL);
    expect(await rejectionOf(text(stream))).toMatchObject({
      reason: 'unreachable',
      what: 'Cannot reach a port of pod istiod-1',
      why: expect.stringContaining('connection refused'),
    });
  });

  it('says that there is no such pod', async () => {
    const forwarding = forwardPort(bench.client, { ...POD, pod: 'absent', port: 1 }, CALL);
    expect(await rejectionOf(forwarding)).toMatchObject({ reason: 'notFound', what: 'Cannot create pods/portforward absent' });
  });

  it('names the missing right', async () => {
    const poor = bench.open(await bench.kubeconfigOf(POD.namespace, 'poor'));
    expect(await rejectionOf(forwardPort(poor, { ...POD, port: portOf(web) }, CALL))).toMatchObject({
      reason: 'forbidden',
      next: 'Grant this: apiGroups: [""], resources: ["pods/portforward"], verbs: ["create"] in a Role of namespace real-ports',
    });
    expect(await rejectionOf(getFromPod(poor, { ...POD, port: portOf(web) }, '/metrics', CALL))).toMatchObject({
      reason: 'forbidden',
      next: 'Grant this: apiGroups: [""], resources: ["pods/proxy"], verbs: ["get"] in a Role of namespace real-ports',
    });
  });

  it('reads the log of a pod', async () => {
    const place = { namespace: POD.namespace, name: POD.pod, subresource: 'log' };
    const lines = [1, 2, 3].map((line) => `line ${line} of real-ports/istiod-1/discovery\n`);
    expect(await bench.client.text(PODS, place, { signal: NEVER })).toBe(lines.join(''));
  });

  it('is refused a proxy to a loopback address, which the API server never calls', async () => {
    expect(await rejectionOf(getFromPod(bench.client, { ...POD, port: portOf(web) }, '/metrics', CALL))).toMatchObject({
      reason: 'invalid',
      why: '400 address not allowed',
    });
  });
});
