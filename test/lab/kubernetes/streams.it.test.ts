import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeInformer, PortForward } from '@kubernetes/client-node';
import { createLabClock } from '../../../lab/clock.ts';
import { startLabCluster, type LabCluster } from '../../../lab/kubernetes/cluster.ts';
import { codeOf, coreApi, kubeConfigOf } from './client.ts';

describe('streams of a lab cluster', () => {
  let cluster: LabCluster;
  let listener: Server;

  beforeAll(async () => {
    cluster = await startLabCluster({ name: 'cluster-a', clock: createLabClock() });
    listener = createServer((message, response) => response.end(`${message.method} ${message.url}`)).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const containers = [{ name: 'discovery', image: 'pilot', ports: [{ name: 'http-monitoring', containerPort: 15014 }] }];
    const metadata = { name: 'istiod-1', namespace: 'default' };
    const spec = { nodeName: 'node-1', containers };
    cluster.store.put({ apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { podIP: '10.0.0.7' } });
    const { port } = listener.address() as AddressInfo;
    cluster.registerEndpoint('default', 'istiod-1', 15014, { host: '127.0.0.1', port });
    cluster.writeLog('default', 'istiod-1', 'one\ntwo\nthree\n');
  });
  afterAll(async () => {
    listener.close();
    await cluster.stop();
  });

  async function forward(port: number): Promise<{ output: string; error: string }> {
    const [output, error, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const socket = await new PortForward(kubeConfigOf(cluster)).portForward('default', 'istiod-1', [port], output, error, input);
    if (typeof socket === 'function') throw new Error('a single socket was expected');
    input.write('GET /metrics HTTP/1.1\r\nhost: istiod\r\nconnection: close\r\n\r\n');
    await new Promise<void>((resolve) => {
      socket.addEventListener('close', () => resolve());
    });
    return { output: String(output.read() ?? ''), error: String(error.read() ?? '') };
  }

  it('forwards a port to a listener of the lab', async () => {
    const { output, error } = await forward(15014);

    expect(output.split('\r\n').at(0)).toEqual('HTTP/1.1 200 OK');
    expect(output.endsWith('GET /metrics')).toEqual(true);
    expect(error).toEqual('');
  });

  it('tells on the error channel that nothing listens', async () => {
    expect(await forward(15099)).toEqual({
      output: '',
      error:
        'error forwarding port 15099 to pod istiod-1_default: failed to connect to localhost:15099 inside namespace: dial tcp4 127.0.0.1:15099: connect: connection refused',
    });
  });

  it.each([
    ['v1.34.2', ['get'], 'no failure'],
    ['v1.37.2', ['get'], 'Unexpected server response: 403'],
    ['v1.37.2', ['get', 'create'], 'no failure'],
  ])('forwards at %s with the rights %j: %s', async (gitVersion, verbs, outcome) => {
    const other = await startLabCluster({ name: 'cluster-b', clock: createLabClock(), gitVersion });
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const rules = [{ apiGroups: [''], resources: ['pods/portforward'], verbs }];
    other.addUser('bot');
    other.store.put({ apiVersion, kind: 'ClusterRole', metadata: { name: 'bot' }, rules });
    const roleRef = { kind: 'ClusterRole', name: 'bot' };
    other.store.put({
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'bot' },
      subjects: [{ kind: 'User', name: 'bot' }],
      roleRef,
    });
    other.store.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'istiod-1', namespace: 'default' }, spec: { nodeName: 'node-1' } });

    const forward = new PortForward(kubeConfigOf(other, 'bot'));
    const tried = forward.portForward('default', 'istiod-1', [15014], new PassThrough(), null, new PassThrough());

    expect(await tried.then(() => 'no failure').catch((error: { message: string }) => error.message)).toEqual(outcome);
    await other.stop();
  });

  it('proxies to a pod by port and by port name', async () => {
    const api = coreApi(cluster);
    const where = { namespace: 'default', path: 'metrics' };

    expect(await api.connectGetNamespacedPodProxyWithPath({ ...where, name: 'istiod-1:15014' })).toEqual('GET /metrics');
    expect(await api.connectGetNamespacedPodProxyWithPath({ ...where, name: 'istiod-1:http-monitoring' })).toEqual('GET /metrics');
    expect(await codeOf(api.connectGetNamespacedPodProxyWithPath({ ...where, name: 'istiod-1:15099' }))).toEqual(503);
  });

  it('reads a log', async () => {
    const where = { namespace: 'default', name: 'istiod-1' };

    expect(await coreApi(cluster).readNamespacedPodLog({ ...where, tailLines: 2 })).toEqual('two\nthree\n');
  });

  it('feeds an informer through a cut and expired versions', async () => {
    const api = coreApi(cluster);
    const path = '/api/v1/namespaces/default/configmaps';
    const informer = makeInformer(kubeConfigOf(cluster), path, () => api.listNamespacedConfigMap({ namespace: 'default' }));
    const seen = (name: string) =>
      new Promise<void>((resolve) => {
        informer.on('add', (object) => {
          if (object.metadata?.name === name) resolve();
        });
      });
    const put = (name: string) => cluster.store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
    informer.on('error', () => void informer.start());
    const [first, second] = [seen('first'), seen('second')];
    await informer.start();
    put('first');
    await first;

    cluster.faults.expireResourceVersions();
    put('second');

    await second;
    expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['first', 'second']);
    await informer.stop();
  });
});
