import type { EastWestFacts, ServiceFacts } from './model.ts';

const NETWORK_LABEL = 'topology.istio.io/network';
const PORT_LABEL = 'networking.istio.io/gatewayPort';

/** Where a gateway takes traffic from other networks unless its label says otherwise; 15008 is that of ambient meshes. */
const GATEWAY_PORT = 15_443;
const HBONE_PORT = 15_008;

export function networkOf({ labels }: ServiceFacts): string | undefined {
  return labels[NETWORK_LABEL];
}

/** The Services that istiod takes for the gateway of this network; all of them where the network is not known. */
export function gatewaysOf({ services }: EastWestFacts, network: string): readonly ServiceFacts[] {
  return network === '' ? services : services.filter((service) => networkOf(service) === network);
}

/** The port that istiod hands to the other clusters; undefined where the Service has it not, and istiod passes it over. */
export function gatewayPortOf({ labels, ports }: ServiceFacts): number | undefined {
  const wanted = Number(labels[PORT_LABEL] ?? GATEWAY_PORT);
  return [wanted, HBONE_PORT].find((port) => ports.some((one) => one.port === port));
}

/** The port that istiod looks for. */
export function wantedPort({ labels }: ServiceFacts): string {
  return labels[PORT_LABEL] ?? String(GATEWAY_PORT);
}
