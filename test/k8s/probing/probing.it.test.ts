import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createLabClock, type LabClock } from '../../../lab/clock.ts';
import { createFaults, type LabFaults } from '../../../lab/faults.ts';
import { buildProbedMesh, type ProbedMesh } from '../../../lab/gateways/probed-mesh.ts';
import { ClusterClient } from '../../../src/k8s/client.ts';
import { labelSelectorOf } from '../../../src/k8s/label-selector.ts';
import { dialFromCanary } from '../../../src/k8s/probing/canary-dial.ts';
import { NodeClocks, readClocks } from '../../../src/k8s/probing/clocks.ts';
import { EnvoyCounters, readGatewayEnvoys } from '../../../src/k8s/probing/gateway-envoy.ts';
import { readGatewayPods } from '../../../src/k8s/probing/gateway-pods.ts';
import { readIstiods } from '../../../src/k8s/probing/istiods.ts';
import { readRemoteKubeconfigs } from '../../../src/k8s/probing/remote-kubeconfigs.ts';
import type { Reading } from '../../../src/k8s/readers/reading.ts';
import { canaryHost, canaryLabels } from '../../../src/mesh/canary.ts';
import { allowAskingCanaries } from '../canary-rights.ts';
import { EVEN, identityOf, NEVER } from '../lab.ts';

const CANARY = { namespace: 'mesh-canary', service: 'mesh-canary-{cluster}', port: 8080 };

let lab: ProbedMesh;
let faults: LabFaults;
let dir: string;
let clock: LabClock;
const readings = new Map<string, Reading>();

function reading(cluster: string): Reading {
  const found = readings.get(cluster);
  if (found === undefined) throw new Error(`No client for ${cluster}`);
  return found;
}

async function under<T>(fault: string, work: () => Promise<T>): Promise<T> {
  await faults.set(fault, true);
  await lab.settled();
  try {
    return await work();
  } finally {
    await faults.set(fault, false);
    await lab.settled();
  }
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mw-k-'));
  clock = createLabClock();
  lab = await buildProbedMesh({ clock, dir });
  await lab.settled();
  allowAskingCanaries(lab.mesh);
  faults = createFaults(lab.faults());
  for (const [name, text] of lab.mesh.kubeconfigs()) {
    const file = join(dir, `${name}.yaml`);
    await writeFile(file, text);
    const client = new ClusterClient({ identity: identityOf(name), kubeconfig: [file] }, { clock, random: EVEN });
    readings.set(name, { client, signal: NEVER, kubeconfigs: new Map() });
  }
});

afterAll(async () => {
  for (const { client } of readings.values()) await client.close();
  await lab.stop();
  await rm(dir, { recursive: true });
});

/** How one canary asks another. */
function dial(from: string, to: string, host = canaryHost(CANARY, to).host): ReturnType<typeof dialFromCanary> {
  const labelSelector = labelSelectorOf(canaryLabels(from));
  return dialFromCanary({ namespace: CANARY.namespace, labelSelector, host, port: CANARY.port, clock }, reading(from));
}

describe('src/k8s/probing', () => {
  it('counts the endpoints of a gateway, and says why none is ready', async () => {
    expect(await readGatewayPods(reading('cluster-b'))).toEqual({ services: 1, ready: 1, total: 1, why: [] });
    const { store } = lab.mesh.member('cluster-b').api;
    const pod = store.list('Pod', 'istio-system').find(({ metadata }) => metadata.labels?.['istio'] === 'eastwestgateway');
    if (pod === undefined) throw new Error('The lab has no pod of the gateway');
    const before = structuredClone(pod);
    const waiting = {
      name: 'istio-proxy',
      image: 'auto',
      imageID: '',
      restartCount: 0,
      ready: false,
      state: { waiting: { reason: 'ImagePullBackOff' } },
    };
    const seen = await under('gateway-not-ready-cluster-b', () => {
      store.put({ ...before, status: { phase: 'Pending', containerStatuses: [waiting] } });
      return readGatewayPods(reading('cluster-b'));
    });
    store.put(before);
    expect(seen).toEqual({ services: 1, ready: 0, total: 1, why: ['ImagePullBackOff'] });
  });

  it('asks the Envoys of a gateway for a name', async () => {
    const counters = new EnvoyCounters();
    const ask = (servername: string) => readGatewayEnvoys(reading('cluster-b'), { servername, clock, counters });
    const { sni } = canaryHost(CANARY, 'cluster-b');
    expect(await ask(sni)).toEqual({ known: true, hosts: 1, healthy: 1 });
    expect(await ask(sni.replace('mesh-canary-cluster-b', 'none'))).toEqual({ known: false, hosts: 0, healthy: 0 });
    expect(await ask(sni)).toEqual({ known: true, hosts: 1, healthy: 1, connectFailRose: 0 });
  });

  it('tells by how much a counter rose, where it was looked at of late', () => {
    const counters = new EnvoyCounters();
    const looks = [
      [5, 0],
      [7, 3_000],
      [7, 6_000],
      [1, 9_000],
      [9, 70_000],
    ] as const;
    expect(looks.map(([count, now]) => counters.rise('b/x', count, now))).toEqual([undefined, 2, 0, undefined, undefined]);
  });

  it('reads the kubeconfigs of remote secrets and shows no token', async () => {
    const found = await readRemoteKubeconfigs(reading('cluster-a'), 'istio-system');
    expect(found.map(({ cluster, server, caPem }) => [cluster, new URL(server).protocol, caPem?.split('\n')[0]])).toEqual([
      ['cluster-b', 'https:', '-----BEGIN CERTIFICATE-----'],
    ]);
    const token = found[0]?.token.reveal() ?? '';
    expect(token.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toContain(token);
  });

  it('reads of a kubeconfig what its current context names', async () => {
    const { store } = lab.mesh.member('cluster-a').api;
    const secret = store.list('Secret', 'istio-system').find(({ metadata }) => metadata.labels?.['istio/multiCluster'] === 'true');
    if (secret === undefined) throw new Error('The lab has no remote secret');
    const before = structuredClone(secret);
    const kubeconfig = {
      'current-context': 'new',
      contexts: ['old', 'new'].map((name) => ({ name, context: { cluster: `${name}-cluster`, user: `${name}-user` } })),
      clusters: ['old', 'new'].map((name) => ({ name: `${name}-cluster`, cluster: { server: `https://${name}.example:6443` } })),
      users: ['old', 'new'].map((name) => ({ name: `${name}-user`, user: { token: `token-${name}` } })),
    };
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    store.put({ ...before, data: { 'cluster-b': encoded(stringify(kubeconfig)), 'cluster-c': encoded('{ nothing: 1 }') } });
    const found = await readRemoteKubeconfigs(reading('cluster-a'), 'istio-system');
    store.put(before);
    expect(found.map(({ token, ...rest }) => ({ ...rest, token: token.reveal() }))).toEqual([
      { cluster: 'cluster-b', server: 'https://new.example:6443', caPem: undefined, tlsServerName: undefined, token: 'token-new' },
    ]);
  });

  it('sees the chain of each istiod and the roots of its cluster', async () => {
    const { pods, roots } = await readIstiods(reading('cluster-a'), 'istio-system', clock);
    expect(pods.map(({ served }) => served.ok && served.value.length > 0)).toEqual(pods.map(() => true));
    expect([pods.length > 0, roots.length]).toEqual([true, 1]);
  });

  it('reads clocks, and sees one that is ahead', async () => {
    const { nodes } = await readClocks(reading('cluster-b'), clock, new NodeClocks());
    expect(nodes.filter(({ skewMs }) => Math.abs(skewMs) > 30_000)).toEqual([]);
    const skewed = await under('clock-skew-cluster-b', () => readClocks(reading('cluster-b'), clock, new NodeClocks()));
    expect(skewed.nodes.some(({ skewMs }) => Math.abs(skewMs) > 30_000) || (skewed.serverSkewMs ?? 0) > 30_000).toBe(true);
  });

  it('is not allowed to have a canary ask without its own manifest', async () => {
    const { store } = lab.mesh.member('cluster-b').api;
    const binding = store.list('RoleBinding', 'mesh-canary').find(({ metadata }) => metadata.name === 'meshwarden-canary-asker');
    if (binding === undefined) throw new Error('Nobody applied the manifest');
    store.put({ ...structuredClone(binding), subjects: [] });
    await expect(dial('cluster-b', 'cluster-a')).rejects.toMatchObject({ reason: 'forbidden' });
    allowAskingCanaries(lab.mesh);
  });

  it('has a canary ask another one through both gateways', async () => {
    const pod = /^mesh-canary-/;
    expect(await dial('cluster-b', 'cluster-a')).toEqual({ responses: [expect.stringMatching(pod)], errors: [] });
    expect(await dial('cluster-a', 'cluster-b')).toEqual({ responses: [expect.stringMatching(pod)], errors: [] });
  });

  it('gives what a canary reports of a name that is not there', async () => {
    const { responses, errors } = await dial('cluster-b', 'cluster-a', 'none.mesh-canary.svc.cluster.local');
    expect([responses, errors.length, errors[0]]).toEqual([[], 1, expect.stringContaining('no such host')]);
  });

  it('says that no canary runs where its pods are gone', async () => {
    const asking = { namespace: 'mesh-canary', labelSelector: 'app.kubernetes.io/name=none', host: 'x', port: 80, clock };
    await expect(dialFromCanary(asking, reading('cluster-b'))).rejects.toMatchObject({ reason: 'notFound' });
  });
});
