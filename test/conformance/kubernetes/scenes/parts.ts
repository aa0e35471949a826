/** What controllers of a real cluster had put there, and the accounts that recordings use. */
import { token, type Stage } from '../replay.ts';

const CA_NOTE =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** The default service account and the CA ConfigMap, which appear in every new namespace. */
export function fillNamespace({ cluster }: Stage, namespace: string): void {
  cluster.store.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  cluster.store.put(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace, annotations: { 'kubernetes.io/description': CA_NOTE } },
      data: { 'ca.crt': '<pem:cluster-ca>\n' },
    },
    { manager: 'kcm' },
  );
}

/** A namespace as the recorder had made it. */
export function makeNamespace(stage: Stage, name: string, labels?: Record<string, string>): void {
  const metadata = { name, ...(labels === undefined ? {} : { labels }) };
  stage.cluster.store.put({ apiVersion: 'v1', kind: 'Namespace', metadata }, { manager: 'unknown' });
}

/** A bearer token of a service account that the recording calls by this placeholder. */
export function giveToken({ cluster }: Stage, placeholder: string, namespace: string, name: string): void {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  cluster.addUser(`system:serviceaccount:${namespace}:${name}`, { token: token(placeholder), groups });
}

/** Writes a Secret as the recorder had. */
export function secret({ cluster }: Stage, namespace: string, name: string, data: Record<string, string>, type?: string): void {
  const typed = type === undefined ? {} : { type };
  cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data, ...typed }, { manager: 'unknown' });
}

/** The Deployment that several recordings start from. */
export function istiod({ cluster }: Stage, namespace: string, replicas = 0): void {
  const container = {
    name: 'discovery',
    image: 'example.test/pilot:1.30.0',
    ports: [
      { containerPort: 15012, name: 'grpc-xds' },
      { containerPort: 15014, name: 'monitoring' },
    ],
    env: [{ name: 'REVISION', value: 'default' }],
  };
  const labels = { app: 'istiod' };
  cluster.store.put(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'istiod', namespace, labels },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
    },
    { manager: 'unknown' },
  );
}

export function elsewhere({ cluster, clock }: Stage): void {
  const data = { at: String(clock.now()), version: cluster.store.resourceVersion };
  cluster.store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'elsewhere', namespace: 'default' }, data });
}
