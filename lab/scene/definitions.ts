/** The CustomResourceDefinitions of cert-manager and Istio: their names and scopes, with a schema that lets everything through. */
import type { KubeObject } from '../kubernetes/object.ts';

interface Definition {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly cluster?: boolean;
  readonly shortNames?: readonly string[];
}

const CERT_MANAGER: readonly Definition[] = [
  { group: 'cert-manager.io', kind: 'Certificate', plural: 'certificates', shortNames: ['cert', 'certs'] },
  { group: 'cert-manager.io', kind: 'CertificateRequest', plural: 'certificaterequests', shortNames: ['cr', 'crs'] },
  { group: 'cert-manager.io', kind: 'Issuer', plural: 'issuers', shortNames: ['iss'] },
  { group: 'cert-manager.io', kind: 'ClusterIssuer', plural: 'clusterissuers', cluster: true, shortNames: ['ciss'] },
];

const ISTIO: readonly Definition[] = [
  { group: 'networking.istio.io', kind: 'Gateway', plural: 'gateways', shortNames: ['gw'] },
  { group: 'networking.istio.io', kind: 'VirtualService', plural: 'virtualservices', shortNames: ['vs'] },
  { group: 'networking.istio.io', kind: 'DestinationRule', plural: 'destinationrules', shortNames: ['dr'] },
  { group: 'networking.istio.io', kind: 'ServiceEntry', plural: 'serviceentries', shortNames: ['se'] },
  { group: 'security.istio.io', kind: 'PeerAuthentication', plural: 'peerauthentications', shortNames: ['pa'] },
];

/** Those of cert-manager that the product reads. */
export function certManagerDefinitions(): KubeObject[] {
  return CERT_MANAGER.map(definition);
}

/** Those of Istio that a mesh of the guide uses. */
export function istioDefinitions(): KubeObject[] {
  return ISTIO.map(definition);
}

function definition({ group, kind, plural, cluster, shortNames }: Definition): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: cluster === true ? 'Cluster' : 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames: [...(shortNames ?? [])] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          subresources: { status: {} },
        },
      ],
    },
  };
}
