import { z } from 'zod';
import { apiVersionOf, SELF_SUBJECT_ACCESS_REVIEWS } from './resources.ts';
import type { CallOptions, ClusterClient } from './client.ts';

/** One right that the product needs: what `deploy/rbac` grants, as data. */
export interface Right {
  /** `''` for the core group. */
  readonly group: string;
  /** With its subresource where there is one: `pods/portforward`. */
  readonly resource: string;
  readonly verb: string;
  /** Undefined: in the whole cluster. */
  readonly namespace: string | undefined;
  /** Undefined: objects of any name. */
  readonly name: string | undefined;
}

/** A right that was asked about. */
export interface ReviewedRight {
  readonly right: Right;
  readonly allowed: boolean;
}

interface Rule {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly namespace?: string;
  readonly names?: readonly string[];
}

const READ = ['get', 'list', 'watch'] as const;

/** What is needed in every cluster to look at it (`deploy/rbac/reader.yaml`). */
export function readerRights(istioNamespace: string): readonly Right[] {
  return expand([
    { group: '', resources: ['namespaces'], verbs: READ },
    { group: '', resources: ['services'], verbs: READ },
    { group: 'discovery.k8s.io', resources: ['endpointslices'], verbs: READ },
    { group: 'networking.istio.io', resources: ['gateways'], verbs: READ },
    { group: '', resources: ['configmaps'], names: ['istio-ca-root-cert'], verbs: ['get'] },
    { group: '', resources: ['secrets'], verbs: READ, namespace: istioNamespace },
    { group: 'apps', resources: ['deployments'], verbs: READ, namespace: istioNamespace },
    { group: '', resources: ['pods'], verbs: ['list'], namespace: istioNamespace },
    { group: 'apps', resources: ['deployments'], names: ['mesh-canary'], verbs: ['get'] },
    { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['list'], namespace: 'kube-node-lease' },
  ]);
}

/** What is needed beside it in the cluster with cert-manager (`deploy/rbac/signer.yaml`). */
export function signerRights(rootNamespace: string, intermediatesNamespace: string): readonly Right[] {
  return expand([
    { group: 'cert-manager.io', resources: ['clusterissuers'], verbs: READ },
    { group: 'apps', resources: ['deployments'], verbs: READ, namespace: rootNamespace },
    { group: 'cert-manager.io', resources: ['certificates', 'issuers'], verbs: READ, namespace: rootNamespace },
    { group: 'cert-manager.io', resources: ['certificates', 'issuers'], verbs: READ, namespace: intermediatesNamespace },
    { group: '', resources: ['secrets'], verbs: ['get'], namespace: intermediatesNamespace },
  ]);
}

/** What is needed beside the reader's in every cluster whose `cacerts` is written (`deploy/rbac/writer.yaml`). */
export function writerRights(istioNamespace: string): readonly Right[] {
  const namespace = istioNamespace;
  return expand([
    { group: '', resources: ['configmaps'], names: ['istio-ca-root-cert'], verbs: ['list'] },
    { group: '', resources: ['secrets'], names: ['cacerts'], verbs: ['update'], namespace },
    { group: '', resources: ['secrets'], verbs: ['create', 'patch', 'delete'], namespace },
    { group: '', resources: ['pods'], verbs: ['patch'], namespace },
    { group: '', resources: ['pods/portforward'], verbs: ['get', 'create'], namespace },
    { group: '', resources: ['configmaps'], names: ['istio'], verbs: ['get'], namespace },
    { group: 'apps', resources: ['deployments'], names: ['istiod'], verbs: ['patch'], namespace },
  ]);
}

/** What is needed beside the signer's and the writer's in the cluster with cert-manager (`deploy/rbac/signer-writer.yaml`). */
export function signerWriterRights(rootNamespace: string, intermediatesNamespace: string): readonly Right[] {
  const namespace = intermediatesNamespace;
  const group = 'cert-manager.io';
  const make = ['create', 'patch', 'delete'];
  return expand([
    { group, resources: ['clusterissuers'], verbs: make },
    { group, resources: ['certificates'], verbs: make, namespace: rootNamespace },
    { group, resources: ['certificates'], verbs: make, namespace },
    { group, resources: ['certificates/status'], verbs: ['update'], namespace },
    { group: '', resources: ['secrets'], verbs: ['list', 'watch'], namespace },
    { group: '', resources: ['configmaps'], verbs: ['get', 'create'], namespace },
    { group: '', resources: ['configmaps'], names: ['meshwarden-intent'], verbs: ['update', 'delete'], namespace },
    { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['create'], namespace },
    { group: 'coordination.k8s.io', resources: ['leases'], names: ['meshwarden-changes'], verbs: ['get', 'update'], namespace },
  ]);
}

/** What `meshwarden canary` needs in every cluster (`deploy/rbac/canary-installer.yaml`). */
export function canaryInstallerRights(namespace: string): readonly Right[] {
  return expand([
    { group: '', resources: ['namespaces'], names: [namespace], verbs: ['get', 'patch', 'delete'] },
    { group: '', resources: ['namespaces'], verbs: ['create'] },
    { group: '', resources: ['serviceaccounts', 'services'], verbs: ['get', 'create', 'patch', 'delete'] },
    { group: 'apps', resources: ['deployments'], verbs: ['get', 'create', 'patch', 'delete'] },
  ]);
}

/** What having canaries ask each other needs beside the reader's (`deploy/rbac/canary-asker.yaml`). */
export function canaryAskerRights(namespace: string): readonly Right[] {
  return expand([
    { group: '', resources: ['pods'], verbs: ['list'], namespace },
    { group: '', resources: ['pods/portforward'], verbs: ['get', 'create'], namespace },
  ]);
}

function expand(rules: readonly Rule[]): readonly Right[] {
  return rules.flatMap(({ group, resources, verbs, namespace, names }) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => (names ?? [undefined]).map((name) => ({ group, resource, verb, namespace, name }))),
    ),
  );
}

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Asks the API server which of these rights we have. Everybody who is logged in may ask. @throws OperatorError where it cannot be asked. */
export async function reviewRights(
  client: ClusterClient,
  rights: readonly Right[],
  options: CallOptions,
): Promise<readonly ReviewedRight[]> {
  return Promise.all(rights.map((right) => review(client, right, options)));
}

async function review(client: ClusterClient, right: Right, { signal }: CallOptions): Promise<ReviewedRight> {
  const { group, verb, namespace, name } = right;
  const [resource, subresource] = right.resource.split('/');
  const resourceAttributes = {
    group,
    resource,
    verb,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  const answer = await client.review(
    SELF_SUBJECT_ACCESS_REVIEWS,
    { apiVersion: apiVersionOf(SELF_SUBJECT_ACCESS_REVIEWS), kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    { signal },
  );
  return { right, allowed: Review.parse(answer).status.allowed };
}
