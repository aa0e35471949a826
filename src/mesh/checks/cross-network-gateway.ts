import { MINUTE } from '../../core/duration.ts';
import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { gatewaysOf } from '../gateways.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity, CrossNetworkGateway, ServiceFacts } from '../model.ts';
import { crossesNetworks } from '../networks.ts';
import { clusterSubject, objectSubject } from '../subject.ts';
import { limitFacts } from '../wording.ts';

export const crossNetworkGateway: ClusterCheck = {
  scope: 'cluster',
  id: 'cross-network-gateway',
  title: 'A Gateway opens the services to other networks',
  inputs: ['eastWest'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'gateway-present'],
  severity: 'page',
  // Long enough for a tool that replaces it by deleting it first.
  visibleAfter: MINUTE,
  codes: ['istio-definitions-missing', 'cross-network-gateway-missing', 'cross-network-gateway-unmatched', 'cross-network-gateway-narrow'],
  evaluate({ identity, eastWest }, snapshot) {
    if (!eastWest.ok || !crossesNetworks(identity, snapshot)) return [];
    const { gateways } = eastWest.value;
    if (gateways === null) return [definitionsMissing(identity)];
    if (gateways.length === 0) return [missing(identity)];
    const services = gatewaysOf(eastWest.value, identity.network);
    const fitting = gateways.filter((gateway) => services.length === 0 || services.some((service) => fits(gateway, service)));
    if (fitting.length === 0) return [unmatched(identity, gateways)];
    return fitting.some(({ hosts }) => hosts.some(isEverything)) ? [] : [narrow(identity, fitting)];
  },
};

/** The selector means pods; the Service tells what their labels are, as far as it selects or repeats them. */
function fits({ selector }: CrossNetworkGateway, service: ServiceFacts): boolean {
  return Object.entries(selector).every(([key, value]) => {
    const known = service.selector[key] ?? service.labels[key];
    return known === undefined || known === value;
  });
}

/** A host may name the namespaces it is for: `ns/host`. */
function isEverything(host: string): boolean {
  const [scope, name] = host.includes('/') ? host.split('/', 2) : ['*', host];
  return scope === '*' && (name === '*' || name === '*.local');
}

function definitionsMissing(identity: ClusterIdentity): Finding {
  return {
    code: 'istio-definitions-missing',
    severity: 'page',
    subject: clusterSubject(identity.name),
    title: `The API server of ${identity.name} knows no Gateways of Istio`,
    facts: ['There is no group networking.istio.io: the definitions of Istio are not installed, and its objects are gone with them.'],
    hint: "Install Istio's definitions (chart base), then apply its objects again.",
    commands: [kubectl(identity, 'get crd gateways.networking.istio.io')],
  };
}

function missing(identity: ClusterIdentity): Finding {
  return {
    code: 'cross-network-gateway-missing',
    severity: 'page',
    subject: clusterSubject(identity.name),
    title: `No cross-network Gateway in ${identity.name}`,
    facts: ['No Gateway has a TLS server in mode AUTO_PASSTHROUGH: the east-west gateway listens on no port for other networks.'],
    hint: 'Apply one: port 15443, protocol TLS, mode AUTO_PASSTHROUGH, hosts *.local, selector of the gateway pods.',
    commands: [kubectl(identity, 'get gateways.networking.istio.io -A')],
  };
}

function unmatched(identity: ClusterIdentity, gateways: readonly CrossNetworkGateway[]): Finding {
  const facts = gateways.map((gateway) => `${objectName(gateway)} selects ${shownSelector(gateway)}.`);
  return {
    code: 'cross-network-gateway-unmatched',
    severity: 'page',
    subject: clusterSubject(identity.name),
    title: `The cross-network Gateway of ${identity.name} selects other pods than the east-west gateway`,
    facts: limitFacts(facts),
    hint: 'Let its selector name labels of the gateway pods, such as istio: eastwestgateway.',
    commands: [kubectl(identity, 'get pods -A -l topology.istio.io/network --show-labels')],
  };
}

function shownSelector({ selector }: CrossNetworkGateway): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function narrow(identity: ClusterIdentity, gateways: readonly CrossNetworkGateway[]): Finding {
  const [first] = gateways;
  return {
    code: 'cross-network-gateway-narrow',
    severity: 'info',
    subject: first === undefined ? clusterSubject(identity.name) : objectSubject(identity.name, objectName(first)),
    title: `The cross-network Gateway of ${identity.name} opens only some services`,
    facts: limitFacts(gateways.map((gateway) => `${objectName(gateway)}: ${gateway.hosts.join(', ')}`)),
    hint: 'That is a choice and a good one where it is meant; services outside these hosts are reset.',
    commands: [kubectl(identity, 'get gateways.networking.istio.io -A')],
  };
}
