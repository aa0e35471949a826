import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardPort } from '../../src/k8s/port-forward.ts';
import { getFromPod } from '../../src/k8s/pod-proxy.ts';
import { NEVER, rejectionOf, startBench, type Bench } from './lab.ts';

const ISTIOD = { namespace: 'default', pod: 'istiod-1' };

describe('src/k8s: ports of pods', () => {
  let bench: Bench;
  let echo: Server;
  let web: HttpServer;

  beforeAll(async () => {
    bench = await startBench();
    echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    web = createHttpServer((request, response) => response.end(`${request.method} ${request.url}`)).listen(0, '127.0.0.1');
    await Promise.all([once(echo, 'listening'), once(web, 'listening')]);
    const spec = { nodeName: 'node-1', containers: [{ name: 'discovery', image: 'pilot' }] };
    bench.api.store.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'istiod-1', namespace: 'default' },
      spec,
      status: { podIP: '10.0.0.7' },
    });
    const target = (server: Server | HttpServer) => ({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    bench.api.registerEndpoint('default', 'istiod-1', 15012, target(echo));
    bench.api.registerEndpoint('default', 'istiod-1', 15014, target(web));
  });
  afterAll(async () => {
    echo.close();
    web.close();
    await bench.stop();
  });

  it('carries bytes both ways and ends when the pod does', async () => {
    const stream = await forwardPort(bench.client, { ...ISTIOD, port: 15014 }, { signal: NEVER, clock: bench.clock });
    stream.write('GET /metrics HTTP/1.1\r\nhost: istiod\r\nconnection: close\r\n\r\n');
    const answer = await text(stream);
    expect([answer.split('\r\n')[0], answer.endsWith('GET /metrics')]).toEqual(['HTTP/1.1 200 OK', true]);
  });

  it('carries a megabyte unharmed', async () => {
    const stream = await forwardPort(bench.client, { ...ISTIOD, port: 15012 }, { signal: NEVER, clock: bench.clock });
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
    const stream = await forwardPort(bench.client, { ...ISTIOD, port: 15099 }, { signal: NEVER, clock: bench.clock });
    expect(await rejectionOf(text(stream))).toMatchObject({
      reason: 'unreachable',
      what: 'Cannot reach a port of pod istiod-1',
      where: 'cluster cluster-a, namespace default',
      why: expect.stringContaining('connection refused'),
    });
  });

  it('names the missing right', async () => {
    bench.api.addUser('poor');
    const client = await bench.clientOf(bench.api.kubeconfig('poor'));
    expect(await rejectionOf(forwardPort(client, { ...ISTIOD, port: 15014 }, { signal: NEVER, clock: bench.clock }))).toMatchObject({
      reason: 'forbidden',
      next: 'Grant this: apiGroups: [""], resources: ["pods/portforward"], verbs: ["create"] in a Role of namespace default',
    });
    expect(await rejectionOf(getFromPod(client, { ...ISTIOD, port: 15014 }, '/metrics', { signal: NEVER }))).toMatchObject({
      reason: 'forbidden',
      next: 'Grant this: apiGroups: [""], resources: ["pods/proxy"], verbs: ["get"] in a Role of namespace default',
    });
  });

  it('gets a path of a pod through the API server', async () => {
    expect(await getFromPod(bench.client, { ...ISTIOD, port: 15014 }, '/metrics', { signal: NEVER })).toBe('GET /metrics');
  });
});
