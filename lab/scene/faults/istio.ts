/** Faults of Istio in one cluster: its control plane, its east-west gateway, its network. */
import type { LabFault } from '../../faults.ts';
import { isFields, listAt, type KubeObject } from '../../kubernetes/object.ts';
import { CRL_BUNDLE, TRUST_BUNDLE } from '../../controllers/istiod/publish.ts';
import { CROSS_NETWORK_GATEWAY, EAST_WEST_GATEWAY } from '../gateways.ts';
import type { MeshMember } from '../member.ts';
import { ISTIO_NAMESPACE, NETWORK_LABEL } from '../namespaces.ts';
import type { Change, Overlay } from '../overlays.ts';
import { sliceName } from '../workloads.ts';
import { allGone, changingOne, definitionsGone, deploymentDown, gone } from './changes.ts';

/** Of one cluster, from a pod that is not ready to nothing installed. */
export function istioFaults(member: MeshMember, now: () => number): LabFault[] {
  const { name } = member;
  const fault = (id: string, title: string, explain: string, changes: () => Overlay[]): LabFault =>
    changingOne({ id: `${id}-${name}`, title, explain, group: 'Istio' }, member, changes);
  return [
    fault('istiod-down', `Stop istiod of ${name}`, 'None of its pods is ready: nothing is signed and no proxy is told anything new.', () =>
      deploymentDown(member, ISTIO_NAMESPACE, 'istiod', now()),
    ),
    fault(
      'gateway-not-ready',
      `Stop the east-west gateway of ${name}`,
      'Its Service has no ready pod: connections from other clusters fail.',
      () => [
        ...deploymentDown(member, ISTIO_NAMESPACE, EAST_WEST_GATEWAY, now()),
        inIstio('EndpointSlice', sliceName(EAST_WEST_GATEWAY), notReady),
      ],
    ),
    fault(
      'cross-network-gateway-missing',
      `Delete the cross-network Gateway of ${name}`,
      'Nothing listens on 15443: connections are refused.',
      () => [inIstio('Gateway', CROSS_NETWORK_GATEWAY, gone)],
    ),
    fault(
      'network-label-missing',
      `Remove the network label of ${name}`,
      'Endpoints without a sidecar count as directly reachable from everywhere.',
      () => [{ kind: 'Namespace', namespace: '', name: ISTIO_NAMESPACE, change: withoutNetwork }],
    ),
    fault('istio-definitions-missing', `Remove Istio's definitions from ${name}`, 'The API server knows no Gateways at all.', () =>
      definitionsGone(member, 'networking.istio.io'),
    ),
    fault('istio-absent', `Remove Istio from ${name}`, 'There is no control plane, no gateway and no trust bundle.', () =>
      everything(member),
    ),
  ];
}

function inIstio(kind: string, name: string, change: Change): Overlay {
  return { kind, namespace: ISTIO_NAMESPACE, name, change };
}

function notReady(slice: KubeObject | undefined): KubeObject | undefined {
  const conditions = { ready: false, serving: false, terminating: false };
  const endpoints = listAt(slice, 'endpoints').filter(isFields);
  return slice && { ...slice, endpoints: endpoints.map((endpoint) => ({ ...endpoint, conditions })) };
}

function withoutNetwork(namespace: KubeObject | undefined): KubeObject | undefined {
  if (namespace === undefined) return undefined;
  const { [NETWORK_LABEL]: _, ...labels } = namespace.metadata.labels ?? {};
  return { ...namespace, metadata: { ...namespace.metadata, labels } };
}

/** All that an installation brought, but for the namespace, in which the product's rights lie. */
function everything(member: MeshMember): Overlay[] {
  const { store } = member.api;
  const inNamespace = ['Deployment', 'Pod', 'Service', 'EndpointSlice', 'Secret'].flatMap((kind) => allGone(member, kind, ISTIO_NAMESPACE));
  const bundles = store
    .list('ConfigMap')
    .filter(({ metadata }) => metadata.name === TRUST_BUNDLE || metadata.name === CRL_BUNDLE)
    .map(({ metadata }) => ({ kind: 'ConfigMap', namespace: metadata.namespace ?? '', name: metadata.name ?? '', change: gone }));
  const definitions = ['networking.istio.io', 'security.istio.io'].flatMap((group) => definitionsGone(member, group));
  return [...inNamespace, ...bundles, ...definitions];
}
