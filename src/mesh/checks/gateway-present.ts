import { MINUTE } from '../../core/duration.ts';
import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { gatewayPortOf, gatewaysOf, networkOf, wantedPort } from '../gateways.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity, EastWestFacts } from '../model.ts';
import { crossesNetworks } from '../networks.ts';
import { clusterSubject, objectSubject } from '../subject.ts';
import { limitFacts } from '../wording.ts';

export const gatewayPresent: ClusterCheck = {
  scope: 'cluster',
  id: 'gateway-present',
  title: 'There is an east-west gateway for the network',
  inputs: ['eastWest'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'page',
  // Long enough for a tool that replaces the Service by deleting it first.
  visibleAfter: MINUTE,
  codes: ['gateway-missing', 'gateway-wrong-network', 'gateway-port-missing'],
  evaluate({ identity, eastWest }, snapshot) {
    if (!eastWest.ok || !crossesNetworks(identity, snapshot)) return [];
    const { services } = eastWest.value;
    if (services.length === 0) return [missing(identity)];
    const own = gatewaysOf(eastWest.value, identity.network);
    if (own.length === 0) return [wrongNetwork(identity, eastWest.value)];
    return own.some((service) => gatewayPortOf(service) !== undefined) ? [] : own.map((service) => portMissing(identity, service));
  },
};

function missing(identity: ClusterIdentity): Finding {
  return {
    code: 'gateway-missing',
    severity: 'page',
    subject: clusterSubject(identity.name),
    title: `No east-west gateway in ${identity.name}`,
    facts: ['No Service carries the label topology.istio.io/network: other networks have no way in.'],
    hint: `Install the gateway, or label its Service topology.istio.io/network=${identity.network}.`,
    commands: [kubectl(identity, 'get services -A -L topology.istio.io/network')],
  };
}

function wrongNetwork(identity: ClusterIdentity, { services }: EastWestFacts): Finding {
  const facts = services.map((service) => `${objectName(service)} is labelled for ${networkOf(service) ?? 'none'}.`);
  return {
    code: 'gateway-wrong-network',
    severity: 'page',
    subject: clusterSubject(identity.name),
    title: `The east-west gateway of ${identity.name} stands for another network than ${identity.network}`,
    facts: limitFacts(facts),
    hint: `Label its Service topology.istio.io/network=${identity.network}, or correct the network in the configuration.`,
    commands: [kubectl(identity, 'get services -A -L topology.istio.io/network')],
  };
}

function portMissing(identity: ClusterIdentity, service: EastWestFacts['services'][number]): Finding {
  const ports = service.ports.map(({ port }) => port).join(', ');
  return {
    code: 'gateway-port-missing',
    severity: 'page',
    subject: objectSubject(identity.name, objectName(service)),
    title: `The east-west gateway of ${identity.name} has no port ${wantedPort(service)}`,
    facts: [`Its ports are ${ports === '' ? 'none' : ports}: istiod passes it over.`],
    hint: 'Add port 15443, or name the port in the label networking.istio.io/gatewayPort.',
    commands: [kubectl(identity, `-n ${service.namespace} describe service ${service.name}`)],
  };
}
