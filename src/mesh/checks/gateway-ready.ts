import { MINUTE } from '../../core/duration.ts';
import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { gatewaysOf } from '../gateways.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity, ServiceFacts } from '../model.ts';
import { clusterSubject, objectSubject } from '../subject.ts';
import { limitFacts } from '../wording.ts';

export const gatewayReady: ClusterCheck = {
  scope: 'cluster',
  id: 'gateway-ready',
  title: 'The east-west gateway has ready pods and its address',
  inputs: ['eastWest'],
  dependsOn: ['cluster-reachable', 'istiod-installed', 'gateway-present'],
  severity: 'page',
  // A single gateway that moves to another node is back within this time.
  visibleAfter: MINUTE,
  codes: ['gateway-not-ready', 'gateway-address-missing', 'gateway-address-differs'],
  evaluate({ identity, eastWest }) {
    const services = eastWest.ok ? gatewaysOf(eastWest.value, identity.network) : [];
    if (services.length === 0) return [];
    if (services.every(({ ready }) => ready === 0)) return [notReady(identity, services)];
    const addresses = services.flatMap((service) => service.addresses);
    return addresses.length === 0 ? services.map((service) => addressMissing(identity, service)) : addressDiffers(identity, addresses);
  },
};

function notReady(identity: ClusterIdentity, services: readonly ServiceFacts[]): Finding {
  const total = services.reduce((sum, service) => sum + service.notReady, 0);
  return {
    code: 'gateway-not-ready',
    severity: 'page',
    subject: clusterSubject(identity.name),
    title: `The east-west gateway of ${identity.name} has no ready pod: 0 of ${total}`,
    facts: limitFacts(services.map((service) => `Service ${objectName(service)}: 0 ready, ${service.notReady} not ready`)),
    hint:
      total === 0
        ? 'Nothing from other networks comes in. No pod matches its selector: look at its Deployment.'
        : 'Nothing from other networks comes in: look at its pods.',
    commands: services.slice(0, 3).map((service) => kubectl(identity, `-n ${service.namespace} describe pods${selectorOf(service)}`)),
  };
}

function selectorOf({ selector }: ServiceFacts): string {
  const pairs = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '' : ` -l ${pairs.join(',')}`;
}

function addressMissing(identity: ClusterIdentity, service: ServiceFacts): Finding {
  const balanced = service.type === 'LoadBalancer';
  return {
    code: 'gateway-address-missing',
    severity: balanced ? 'ticket' : 'info',
    subject: objectSubject(identity.name, objectName(service)),
    title: `The east-west gateway of ${identity.name} has no address`,
    facts: [`The Service is of type ${service.type} and shows none: istiod tells the other clusters nothing of it.`],
    hint: balanced
      ? 'See why no load balancer gives it one: a loadBalancerClass that nobody serves, or an operator that is down.'
      : 'That is fine where meshNetworks names address and port; else make it a LoadBalancer whose status names its tailnet address.',
    commands: [kubectl(identity, `-n ${service.namespace} describe service ${service.name}`)],
  };
}

function addressDiffers(identity: ClusterIdentity, addresses: readonly string[]): readonly Finding[] {
  const wanted = identity.gateway?.address;
  // A name and an address may be the same place: only like is compared with like.
  const comparable = addresses.filter((address) => wanted !== undefined && isIp(address) === isIp(wanted));
  if (wanted === undefined || comparable.length === 0 || comparable.includes(wanted)) return [];
  return [
    {
      code: 'gateway-address-differs',
      severity: 'ticket',
      subject: clusterSubject(identity.name),
      title: `The east-west gateway of ${identity.name} is announced at another address than ${wanted}`,
      facts: [`Its Services show ${addresses.join(', ')}.`],
      hint: 'The other clusters connect to what the Service shows: correct that, or clusters[].gateway in the configuration.',
      commands: [kubectl(identity, 'get services -A -l topology.istio.io/network')],
    },
  ];
}

function isIp(address: string): boolean {
  return address.includes(':') || /^[\d.]+$/.test(address);
}
