/** The kinds of objects that the product talks about, and the paths under which an API server keeps them. */

export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural in lower case, as roles and paths name it. */
  readonly plural: string;
  readonly namespaced: boolean;
}

function resource(group: string, kind: string, plural: string, namespaced = true): Resource {
  return { group, version: 'v1', kind, plural, namespaced };
}

export const NAMESPACES = resource('', 'Namespace', 'namespaces', false);
export const SECRETS = resource('', 'Secret', 'secrets');
export const CONFIG_MAPS = resource('', 'ConfigMap', 'configmaps');
export const SERVICES = resource('', 'Service', 'services');
export const PODS = resource('', 'Pod', 'pods');
export const DEPLOYMENTS = resource('apps', 'Deployment', 'deployments');
export const ENDPOINT_SLICES = resource('discovery.k8s.io', 'EndpointSlice', 'endpointslices');
export const LEASES = resource('coordination.k8s.io', 'Lease', 'leases');
export const GATEWAYS = resource('networking.istio.io', 'Gateway', 'gateways');
export const CERTIFICATES = resource('cert-manager.io', 'Certificate', 'certificates');
export const ISSUERS = resource('cert-manager.io', 'Issuer', 'issuers');
export const CLUSTER_ISSUERS = resource('cert-manager.io', 'ClusterIssuer', 'clusterissuers', false);
export const SELF_SUBJECT_ACCESS_REVIEWS = resource('authorization.k8s.io', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', false);

/** Which objects of a kind: one of them with a name, all of a namespace, or all of the cluster. */
export interface Place {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path of objects, without a query. */
export function pathOf(resource: Resource, { namespace, name, subresource }: Place): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const parts = [root, resource.version];
  if (resource.namespaced && namespace !== undefined) parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(resource.plural);
  if (name !== undefined) parts.push(encodeURIComponent(name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join('/');
}
