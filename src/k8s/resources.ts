/** The kinds of objects that the product talks about, and the paths under which an API server keeps them. */

/** A kind of object as the API server addresses it. */
export interface Resource {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, such as `secrets`. */
  readonly plural: string;
}

/** Which objects of a kind: one of them with a name, all of a namespace, or all of the cluster. */
export interface Place {
  readonly namespace?: string;
  readonly name?: string;
  /** Such as `status`. */
  readonly subresource?: string;
}

function resource(group: string, plural: string): Resource {
  return { group, version: 'v1', plural };
}

export const NAMESPACES = resource('', 'namespaces');
export const SECRETS = resource('', 'secrets');
export const CONFIG_MAPS = resource('', 'configmaps');
export const SERVICE_ACCOUNTS = resource('', 'serviceaccounts');
export const SERVICES = resource('', 'services');
export const PODS = resource('', 'pods');
export const DEPLOYMENTS = resource('apps', 'deployments');
export const ENDPOINT_SLICES = resource('discovery.k8s.io', 'endpointslices');
export const LEASES = resource('coordination.k8s.io', 'leases');
export const GATEWAYS = resource('networking.istio.io', 'gateways');
export const CERTIFICATES = resource('cert-manager.io', 'certificates');
export const CLUSTER_ISSUERS = resource('cert-manager.io', 'clusterissuers');
export const SELF_SUBJECT_REVIEWS = resource('authentication.k8s.io', 'selfsubjectreviews');
export const SELF_SUBJECT_ACCESS_REVIEWS = resource('authorization.k8s.io', 'selfsubjectaccessreviews');

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path of objects, without a query. */
export function pathOf(resource: Resource, { namespace, name, subresource }: Place): string {
  const root = resource.group === '' ? '/api' : '/apis';
  const parts = [root, apiVersionOf(resource)];
  if (namespace !== undefined) parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(resource.plural);
  if (name !== undefined) parts.push(encodeURIComponent(name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join('/');
}
