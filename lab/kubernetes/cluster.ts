/** An API server double: one HTTPS server that answers like a real Kubernetes cluster, as far as the product asks. */
import type { Clock } from '../../src/core/clock.ts';
import { assemble } from './assemble.ts';
import type { AuditEntry, CallListener } from './audit.ts';
import type { EndpointSource } from './endpoints.ts';
import type { Faults } from './faults.ts';
import { bearer, certified, kubeconfigText } from './kubeconfig.ts';
import { createFaults } from './make-faults.ts';
import type { ObjectStore } from './objects.ts';
import { route } from './router.ts';
import { LabServer } from './server.ts';
import { makeServingCertificate } from './serving.ts';
import type { TokenReview } from './users.ts';

export type { EndpointSource, EndpointTarget, Way } from './endpoints.ts';
export type { TokenReview } from './users.ts';
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
  registerEndpoint(namespace: string, pod: string, port: number, target: EndpointSource): void;
  /** What `pods/log` of the pod answers; a function is asked each time. */
  writeLog(namespace: string, pod: string, text: string | (() => string)): void;
  /** Takes the listeners and the log of a pod away. */
  forgetPod(namespace: string, pod: string): void;
  /** Whose token that is, as a TokenReview for that audience tells it. */
  reviewToken(token: string, audience: string): TokenReview;
  stop(): Promise<void>;
}

const DEFAULT_VERSION = 'v1.37.2';
const IN_CLUSTER_NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
const START_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Starts a cluster with its four namespaces and the user `admin`, listening on a free port. */
export async function startLabCluster(options: LabClusterOptions): Promise<LabCluster> {
  const { name, clock } = options;
  const host = options.host ?? '127.0.0.1';
  const gitVersion = options.gitVersion ?? DEFAULT_VERSION;
  const certificate = makeServingCertificate(name, [host, ...IN_CLUSTER_NAMES, ...(options.sans ?? [])]);
  const { parts, store, audit, endpoints } = assemble(clock, gitVersion);
  const { storage, registry, users, watches } = parts;

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

  const faults = createFaults({ server, watches, storage, users });
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
    forgetPod: (namespace, pod) => endpoints.forget(namespace, pod),
    reviewToken: (token, audience) => users.review(token, audience, clock.now()),
    stop: () => server.close(),
  };
}
