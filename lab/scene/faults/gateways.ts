/** Faults of an east-west gateway on the wire, and of what stands behind it. */
import type { LabFault } from '../../faults.ts';
import type { LabGateway } from '../../gateways/gateway.ts';
import { type GatewayKnobs, healthyKnobs } from '../../gateways/gateway-port.ts';
import { fieldsAt, isFields, type KubeObject, listAt } from '../../kubernetes/object.ts';
import { CANARY, CANARY_NAMESPACE, canaryService } from '../canary.ts';
import { EAST_WEST_GATEWAY } from '../gateways.ts';
import type { MeshMember } from '../member.ts';
import { ISTIO_NAMESPACE } from '../namespaces.ts';
import type { Change, Overlay } from '../overlays.ts';
import { sliceName, unavailable } from '../workloads.ts';
import { changingOne, gone } from './changes.ts';
import { layersOver } from './layers.ts';

const GROUP = 'Gateways';

/** Of one cluster. */
export function gatewayFaults(member: MeshMember, gateway: LabGateway, now: () => number): LabFault[] {
  const { name } = member;
  const layer = layersOver<GatewayKnobs>(healthyKnobs(), (knobs) => void Object.assign(gateway.knobs, knobs));
  const wire = (id: string, title: string, explain: string, knobs: Partial<GatewayKnobs>): LabFault =>
    layer({ id: `${id}-${name}`, title, explain, group: GROUP }, () => knobs);
  const objects = (id: string, title: string, explain: string, changes: () => Overlay[]): LabFault =>
    changingOne({ id: `${id}-${name}`, title, explain, group: GROUP }, member, changes);
  return [
    wire('gateway-frozen', `Freeze the gateway of ${name}`, 'It takes connections and answers nothing.', { mode: 'frozen' }),
    wire('gateway-plaintext', `Put a plain HTTP server on the gateway port of ${name}`, 'The port leads to something else.', {
      mode: 'plaintext',
    }),
    wire(
      'gateway-own-tls',
      `Terminate TLS in front of the gateway of ${name}`,
      'A certificate that is not of the mesh answers everybody.',
      {
        mode: 'ownTls',
      },
    ),
    wire('gateway-foreign-root', `Let workloads of ${name} show a foreign root`, 'The path works, and nobody can trust who answers.', {
      chain: 'foreign',
    }),
    wire('gateway-expired-leaf', `Let workloads of ${name} show expired certificates`, 'Their agents get no new ones.', {
      chain: 'expired',
    }),
    wire('gateway-future-leaf', `Let workloads of ${name} show certificates of the future`, 'Who signed them has a clock that is ahead.', {
      chain: 'notYetValid',
    }),
    wire('gateway-leaf-only', `Let workloads of ${name} show no intermediate`, 'Nobody can get from the leaf to the root.', {
      chain: 'leafOnly',
    }),
    wire(
      'gateway-endpoint-down',
      `Stop the sidecars behind the gateway of ${name}`,
      'The gateway finds nobody at the addresses that it has.',
      {
        behind: 'refused',
      },
    ),
    wire('gateway-unhealthy', `Let the gateway of ${name} fail its health check`, '15021 says that it drains, while 15443 serves on.', {
      readiness: 'draining',
    }),
    objects('gateway-draining', `End the gateway pod of ${name} gracefully`, 'No pod is ready; the one that ends still serves.', () => [
      { kind: 'EndpointSlice', namespace: ISTIO_NAMESPACE, name: sliceName(EAST_WEST_GATEWAY), change: ending },
    ]),
    objects(
      'canary-without-pods',
      `Take the pods of the canary of ${name} away`,
      'The gateway knows the service and has no endpoint for it.',
      () => [
        ofCanary('EndpointSlice', sliceName(canaryService(name)), (slice) => slice && { ...slice, endpoints: [] }),
        ofCanary('Deployment', CANARY, (object) => object && unavailable(object, now())),
      ],
    ),
    objects('canary-missing', `Remove the canary of ${name}`, 'There is nothing behind the gateway that probes could ask for.', () => [
      ofCanary('Deployment', CANARY, gone),
      ofCanary('Service', canaryService(name), gone),
    ]),
  ];
}

function ofCanary(kind: string, name: string, change: Change): Overlay {
  return { kind, namespace: CANARY_NAMESPACE, name, change };
}

function ending(slice: KubeObject | undefined): KubeObject | undefined {
  const conditions = { ready: false, serving: true, terminating: true };
  const endpoints = listAt(slice, 'endpoints').filter(isFields);
  return (
    slice && {
      ...slice,
      endpoints: endpoints.map((endpoint) => ({ ...endpoint, conditions: { ...fieldsAt(endpoint, 'conditions'), ...conditions } })),
    }
  );
}
