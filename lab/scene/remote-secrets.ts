/** What lets the istiod of one cluster read another: the reader's account there, and the remote secret here. */
import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import type { KubeObject } from '../kubernetes/object.ts';
import { remember } from '../pki/keys.ts';
import { ISTIO_NAMESPACE } from './namespaces.ts';
import { secretData } from './text.ts';

const ACCOUNT = 'istio-reader-service-account';
const ROLE = 'istio-reader-clusterrole-istio-system';
const TOKEN_SECRET = `${ACCOUNT}-istio-remote-secret-token`;

/** The reader's user name at its API server. */
export const READER_USER = `system:serviceaccount:${ISTIO_NAMESPACE}:${ACCOUNT}`;
/** The groups of its service account. */
export const READER_GROUPS = ['system:serviceaccounts', `system:serviceaccounts:${ISTIO_NAMESPACE}`] as const;

/** A token as the token controller signs it for a Secret: without an end, unless one is given in UTC milliseconds. */
export function readerToken(expiresAt?: number): string {
  const claims = {
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': ISTIO_NAMESPACE,
    'kubernetes.io/serviceaccount/secret.name': TOKEN_SECRET,
    'kubernetes.io/serviceaccount/service-account.name': ACCOUNT,
    sub: READER_USER,
    ...(expiresAt === undefined ? {} : { exp: Math.floor(expiresAt / 1000) }),
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return remember(`${part({ alg: 'RS256', kid: 'lab' })}.${part(claims)}.${randomBytes(256).toString('base64url')}`);
}

/** The reader's account, its rights and its token, in its own cluster. */
export function reader(token: string, caPem: string): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: ISTIO_NAMESPACE, name: ACCOUNT } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: ROLE }, rules: READER_RULES },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: ROLE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE },
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: ISTIO_NAMESPACE }],
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace: ISTIO_NAMESPACE,
        name: TOKEN_SECRET,
        annotations: { 'kubernetes.io/service-account.name': ACCOUNT },
      },
      data: secretData({ 'ca.crt': caPem, namespace: ISTIO_NAMESPACE, token }),
      type: 'kubernetes.io/service-account-token',
    },
  ];
}

/** As much of istio's reader role as is of interest here; it includes every Secret of the cluster. */
const READER_RULES = [
  {
    apiGroups: [''],
    resources: ['endpoints', 'pods', 'services', 'nodes', 'replicationcontrollers', 'namespaces', 'secrets', 'configmaps'],
    verbs: ['get', 'list', 'watch'],
  },
  { apiGroups: ['networking.istio.io', 'security.istio.io'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
];

/** Another cluster and the way in. */
export interface RemoteApi {
  /** The cluster that is reached. */
  readonly name: string;
  readonly server: string;
  readonly caPem: string;
  readonly token: string;
}

/** The Secret that leads to a cluster. */
export function remoteSecretName(cluster: string): string {
  return `istio-remote-secret-${cluster}`;
}

/** The kubeconfig inside a remote secret, as istioctl writes it. */
export function remoteKubeconfig({ name, server, caPem, token }: RemoteApi): string {
  const authority = Buffer.from(caPem).toString('base64');
  return stringify({
    apiVersion: 'v1',
    clusters: [{ cluster: { 'certificate-authority-data': authority, server }, name }],
    contexts: [{ context: { cluster: name, user: name }, name }],
    'current-context': name,
    kind: 'Config',
    users: [{ name, user: { token } }],
  });
}

/** The Secret that istioctl's create-remote-secret makes. */
export function remoteSecret(api: RemoteApi): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: ISTIO_NAMESPACE,
      name: remoteSecretName(api.name),
      labels: { 'istio/multiCluster': 'true' },
      annotations: { 'networking.istio.io/cluster': api.name },
    },
    data: secretData({ [api.name]: remoteKubeconfig(api) }),
    type: 'Opaque',
  };
}
