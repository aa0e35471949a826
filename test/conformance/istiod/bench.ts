/** One cluster with istiod on it, at the time of the recordings, and what can be seen of it. */
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { createLabClock, type LabClock } from '../../../lab/clock.ts';
import type { Files } from '../../../lab/controllers/istiod/bundle.ts';
import type { IstiodInstance } from '../../../lab/controllers/istiod/instance.ts';
import { createIstiods, type LabIstiods } from '../../../lab/controllers/istiods.ts';
import { goBlocks } from '../../../lab/controllers/istiod/pem.ts';
import { fieldsAt, type KubeObject } from '../../../lab/kubernetes/object.ts';
import { type EndpointSource, type EndpointTarget, type LabCluster, startLabCluster, type Way } from '../../../lab/kubernetes/cluster.ts';
import { controlPlane } from '../../../lab/scene/control-plane.ts';
import { secretData } from '../../../lab/scene/text.ts';
import { callSigning, servedChain } from './client.ts';
import type { NamedCertificates } from './pki.ts';
import { NAMESPACE, NAMESPACES } from './places.ts';

/** About when the recordings were made. */
const THEN = Date.parse('2026-11-22T16:28:46Z');

/** How istiod is to run. */
export interface BenchOptions {
  readonly version?: string;
  readonly multiRoot?: boolean;
  readonly replicas?: number;
  readonly namespaces?: readonly string[];
}

/** A cluster that runs. */
export interface Bench {
  readonly api: LabCluster;
  readonly clock: LabClock;
  readonly istiods: LabIstiods;
  /** A token of app-one/app for istio-ca. */
  token(account?: string, audiences?: readonly string[]): Promise<string>;
  /** Puts the files into the Secret; undefined takes it away. */
  write(files: Files | undefined): void;
  /** The same, and touches the pods so that they get it; resolves when istiod acted. */
  bring(files: Files, pods?: readonly string[]): Promise<void>;
  pods(): KubeObject[];
  /** The listener of the first pod's port for callers that come that way, past the API server, which would drop their tokens. */
  reach(port: number, way: Way): Promise<EndpointTarget>;
  /** The first pod's istiod. */
  readonly istiod: IstiodInstance;
  stop(): Promise<void>;
}

/** A clock that stands at the time of the recordings until it is advanced. */
function clockOfThen(): LabClock {
  const running = createLabClock();
  return {
    ...running,
    now: () => THEN + running.offsetMs,
    get offsetMs() {
      return running.offsetMs;
    },
  };
}

/** Starts a cluster with those files in the Secret, and istiod on it. */
export async function startBench(files: Files | undefined, options: BenchOptions = {}): Promise<Bench> {
  const clock = clockOfThen();
  const { version = '1.30.3', multiRoot = false, replicas = 1, namespaces = NAMESPACES } = options;
  const started = await startLabCluster({ name: 'cluster-a', clock });
  const sources = new Map<number, EndpointSource>();
  const api: LabCluster = {
    ...started,
    registerEndpoint(namespace, pod, port, source) {
      sources.set(port, source);
      started.registerEndpoint(namespace, pod, port, source);
    },
  };
  for (const name of namespaces) api.store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const write = (wanted: Files | undefined): void => {
    if (wanted === undefined) api.store.delete('Secret', NAMESPACE, 'cacerts');
    else
      api.store.put({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: NAMESPACE, name: 'cacerts' },
        data: secretData(wanted),
        type: 'Opaque',
      });
  };
  if (files !== undefined) write(files);
  for (const object of controlPlane(clock.now(), '10.1.0', { cluster: 'cluster-a', version, multiRoot, replicas })) api.store.put(object);
  const istiods = createIstiods({ api, clock, cluster: 'cluster-a', namespace: NAMESPACE, podNetwork: '10.1.0' });
  istiods.start();
  let touched = 0;
  const bench: Bench = {
    api,
    clock,
    istiods,
    write,
    pods: () => api.store.list('Pod', NAMESPACE),
    get istiod() {
      const [first] = istiods.instances;
      if (first === undefined) throw new Error('No istiod is there');
      return first;
    },
    async bring(wanted, pods) {
      write(wanted);
      touched += 1;
      for (const name of pods ?? bench.pods().map(({ metadata }) => metadata.name ?? '')) {
        api.store.patch('Pod', NAMESPACE, name, { metadata: { annotations: { touched: String(touched) } } });
      }
      await istiods.settled();
    },
    async token(account = 'app-one/app', audiences = ['istio-ca']) {
      const [namespace = '', name = ''] = account.split('/');
      api.store.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
      const answer = await post(api, `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences, expirationSeconds: 3600 },
      });
      return String(fieldsAt(answer, 'status')['token']);
    },
    async reach(port, way) {
      const source = sources.get(port);
      if (source === undefined) throw new Error(`Nothing is offered on port ${port}`);
      return typeof source === 'function' ? source(way) : source;
    },
    async stop() {
      istiods.stop();
      await api.stop();
    },
  };
  return bench;
}

async function post(api: LabCluster, path: string, body: object): Promise<unknown> {
  const token = api.addUser('recorder', { groups: ['system:masters'] });
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const call = request(`${api.url}${path}`, { method: 'POST', ca: api.caPem, headers, agent: false }, (answer) => {
      json(answer).then(resolve, reject);
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

/** Does something with a cluster that starts with those files, and stops it. */
export async function withBench(files: Files | undefined, options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = await startBench(files, options);
  try {
    await run(bench);
  } finally {
    await bench.stop();
  }
}

/** The chain that 15012 shows, in the words of the recordings. */
export async function servedWords(bench: Bench, pki: NamedCertificates, pod = bench.istiod.pod): Promise<string[]> {
  const [leaf = '', ...above] = await servedChain(bench.api, pod);
  const signer = pki.signerOf(leaf);
  return [`leaf signed by ${signer ?? 'O=cluster.local'}`, ...above.map((pem) => pki.nameOf(pem))];
}

/** The answer to a good request, in the words of the recordings. */
export async function csrWords(bench: Bench, pki: NamedCertificates, csr: string, pod = bench.istiod.pod): Promise<unknown> {
  const answer = await callSigning(bench.api, pod, { csr, token: await bench.token() });
  if ('code' in answer) return answer;
  return { grpc_code: 'OK', cert_chain: answer.chain.map((element) => goBlocks(element).map(({ pem }) => pki.nameOf(pem))) };
}

/** The gauges of the certificates, as the recordings show them. */
export function gauges(bench: Bench): Record<string, number> {
  const values = [...bench.istiod.metrics()].filter(([name]) => name.endsWith('_expiry_timestamp'));
  return Object.fromEntries(values);
}

/** The bundle of a namespace's ConfigMap: the names of its certificates and its length. */
export function configMapWords(bench: Bench, pki: NamedCertificates, namespace = 'app-one'): { certificates: string[]; bytes: number } {
  const text = String(fieldsAt(bench.api.store.get('ConfigMap', namespace, 'istio-ca-root-cert'), 'data')['root-cert.pem']);
  return { certificates: goBlocks(text).map(({ pem }) => pki.nameOf(pem)), bytes: Buffer.byteLength(text) };
}
