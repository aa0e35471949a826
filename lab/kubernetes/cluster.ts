/** An API server double: one HTTPS server that answers like a real Kubernetes cluster, as far as the product asks. */
import { stringify } from 'yaml';
import type { Clock } from '../../src/core/clock.ts';
import type { Issued } from '../pki/authority.ts';
import { Audit, type AuditEntry, type CallListener } from './audit.ts';
import type { ResourceCall } from './call.ts';
import { collectGarbage } from './collector.ts';
import { establishDefinitions } from './definitions.ts';
import { Endpoints, type EndpointTarget } from './endpoints.ts';
import type { Faults } from './faults.ts';
import { readLog } from './logs.ts';
import { emptyDeletedNamespaces } from './namespaces.ts';
import { createObjectStore, type ObjectStore } from './objects.ts';
import { forwardPorts } from './portforward.ts';
import { proxyToPod } from './proxy.ts';
import { Authorizer } from './rbac.ts';
import { Registry } from './registry.ts';
import { route } from './router.ts';
import { LabServer } from './server.ts';
import { makeServingCertificate } from './serving.ts';
import { Storage } from './store.ts';
import { Users } from './users.ts';
import { WatchHub } from './watch.ts';
import { Writes } from './writes.ts';

export type { EndpointTarget } from './endpoints.ts';
export type { KubeObject } from './object.ts';

/** What a lab cluster is called and where it listens. */
export interface LabClusterOptions {
  /** Names the cluster in its kubeconfigs and its certificate authority. */
  readonly name: string;
  readonly clock: Clock;
  /** `v1.37.2` by default. */
  readonly gitVersion?: string;
  /** The loopback address to listen on; `127.0.0.1` by default. */
  readonly host?: string;
  /** More names and IPv4 addresses for the certificate, beside the host, `localhost` and the in-cluster ones. */
  readonly sans?: readonly string[];
}

/** How a user of a lab cluster gets in, and until when. */
export interface UserOptions {
  /** A random one by default. */
  readonly token?: string;
  readonly groups?: readonly string[];
  /** On the cluster's clock, in UTC milliseconds. */
  readonly expiresAt?: number;
}

/** One running API server double, with the strings to pull on it. */
export interface LabCluster {
  readonly name: string;
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
  /** A kubeconfig as YAML for a user with a bearer token; by default `admin`, who may do everything. */
  kubeconfig(user?: string): string;
  /** A kubeconfig with a client certificate that ends then, on the machine's clock. Rights are those of the user of that name. */
  certificateKubeconfig(user: string, notAfter: number): string;
  /** Adds a user with a bearer token and answers the token. Rights come from Role and ClusterRole objects. */
  addUser(name: string, options?: UserOptions): string;
  readonly store: ObjectStore;
  readonly audit: readonly AuditEntry[];
  onCall(listener: CallListener): () => void;
  readonly faults: Faults;
  /** How many watches are open. */
  readonly openWatches: number;
  /** Leads port-forwards and pod proxies for a pod's port to a listener of the lab. */
  registerEndpoint(namespace: string, pod: string, port: number, target: EndpointTarget): void;
  /** What `pods/log` of the pod answers. */
  writeLog(namespace: string, pod: string, text: string): void;
  stop(): Promise<void>;
}

const DEFAULT_VERSION = 'v1.37.2';
const IN_CLUSTER_NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
const START_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Starts a cluster with its four namespaces and the user `admin`, listening on a free port. */
export async function startLabCluster(options: LabClusterOptions): Promise<LabCluster> {
  const { name, clock } = options;
  const host = options.host ?? '127.0.0.1';
  const certificate = makeServingCertificate(name, [host, ...IN_CLUSTER_NAMES, ...(options.sans ?? [])]);
  const storage = new Storage();
  const registry = new Registry(storage);
  const writes = new Writes(storage, registry, clock);
  const users = new Users();
  const audit = new Audit();
  const watches = new WatchHub(storage, clock);
  const authorizer = new Authorizer(storage);
  const endpoints = new Endpoints();
  const gitVersion = options.gitVersion ?? DEFAULT_VERSION;
  const streams = {
    log: (call: ResourceCall) => readLog(storage, endpoints, call),
    proxy: (call: ResourceCall) => proxyToPod(storage, endpoints, call),
    portforward: (call: ResourceCall) => forwardPorts({ storage, endpoints, authorizer, gitVersion }, call),
  };
  const parts = { storage, registry, writes, users, clock, watches, authorizer, streams };
  const store = createObjectStore(parts);
  emptyDeletedNamespaces(parts);
  collectGarbage(parts);
  establishDefinitions(parts);
  users.forgetDeletedAccounts(storage);

  const server: LabServer = new LabServer({
    clock,
    certificate,
    host,
    users,
    registry,
    audit,
    answer: (call, request) => route(call, request, { ...parts, gitVersion, address: `${host}:${server.port}` }),
  });
  for (const namespace of START_NAMESPACES) store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  users.add('admin', { groups: ['system:masters'] });
  await server.listen();

  const faults: Faults = {
    down: () => server.close(),
    up: () => (server.listening ? Promise.resolve() : server.listen()),
    freeze: () => {
      server.freeze();
      watches.freeze();
    },
    thaw: () => {
      server.thaw();
      watches.thaw();
    },
    delayMs: (ms) => {
      server.delayMs = ms;
    },
    failNext: (failure = {}) => server.failures.add(failure),
    resetConnections: () => server.cut(),
    expireResourceVersions: () => {
      storage.forgetHistory();
      watches.endAll();
    },
    tokenExpired: (user) => users.expire(user),
  };

  const url = `https://${host}:${server.port}`;
  return {
    name,
    url,
    host,
    port: server.port,
    caPem: certificate.caPem,
    kubeconfig: (user = 'admin') =>
      kubeconfigText({ name, url, user, caPem: certificate.caPem, credentials: bearer(name, user, users.tokenOf(user)) }),
    certificateKubeconfig: (user, notAfter) =>
      kubeconfigText({ name, url, user, caPem: certificate.caPem, credentials: certified(certificate.issueClient(user, notAfter)) }),
    addUser: (user, given = {}) => users.add(user, given),
    store,
    audit: audit.entries,
    onCall: (listener) => audit.onCall(listener),
    faults,
    get openWatches() {
      return watches.size;
    },
    registerEndpoint: (namespace, pod, port, target) => endpoints.register(namespace, pod, port, target),
    writeLog: (namespace, pod, text) => endpoints.writeLog(namespace, pod, text),
    stop: () => server.close(),
  };
}

interface KubeconfigParts {
  readonly name: string;
  readonly url: string;
  readonly user: string;
  readonly caPem: string;
  readonly credentials: object;
}

function bearer(cluster: string, user: string, token: string | undefined): object {
  if (token === undefined) throw new Error(`The lab cluster ${cluster} has no user ${user}: add it with addUser`);
  return { token };
}

function certified({ certificatePem, keyPem }: Issued): object {
  return {
    'client-certificate-data': Buffer.from(certificatePem).toString('base64'),
    'client-key-data': Buffer.from(keyPem).toString('base64'),
  };
}

function kubeconfigText({ name, url, user, caPem, credentials }: KubeconfigParts): string {
  const authority = Buffer.from(caPem).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: `${name}-${user}`, user: credentials }],
    contexts: [{ name, context: { cluster: name, user: `${name}-${user}` } }],
  });
}
