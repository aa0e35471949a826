import { z } from 'zod';
import type { CrossNetworkGateway, EastWestFacts, ServiceFacts } from '../../mesh/model.ts';
import { ENDPOINT_SLICES, GATEWAYS, SERVICES } from '../resources.ts';
import type { NamespaceFacts } from './namespaces.ts';
import { Named } from './objects.ts';
import { orUnknownKind, shaped, type Reading } from './reading.ts';

const NETWORK = 'topology.istio.io/network';
const SERVICE_NAME = 'kubernetes.io/service-name';

const Service = Named.extend({
  spec: z.object({
    type: z.string().default('ClusterIP'),
    selector: z.record(z.string(), z.string()).default({}),
    externalIPs: z.array(z.string()).default([]),
    ports: z.array(z.object({ name: z.string().optional(), port: z.number(), nodePort: z.number().optional() })).default([]),
  }),
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: z.array(z.object({ ip: z.string().optional(), hostname: z.string().optional() })).default([]) })
        .default({ ingress: [] }),
    })
    .default({ loadBalancer: { ingress: [] } }),
});

const Slice = Named.extend({
  endpoints: z
    .array(z.object({ addresses: z.array(z.string()).default([]), conditions: z.object({ ready: z.boolean().nullish() }).default({}) }))
    .nullish(),
});

const Gateway = Named.extend({
  spec: z.object({
    selector: z.record(z.string(), z.string()).default({}),
    servers: z
      .array(
        z.object({
          port: z.object({ number: z.number() }),
          hosts: z.array(z.string()).default([]),
          tls: z.object({ mode: z.string().default('') }).optional(),
        }),
      )
      .default([]),
  }),
});

/** The way in from other networks: gateway Services with their endpoints, cross-network Gateways, the network of Istio's namespace. */
export async function readEastWest(
  reading: Reading,
  istioNamespace: string,
  namespaces: Promise<readonly NamespaceFacts[]>,
): Promise<EastWestFacts> {
  const [services, gateways, all] = await Promise.all([readGatewayServices(reading), readGateways(reading), namespaces]);
  const namespaceNetwork = all.find(({ name }) => name === istioNamespace)?.labels[NETWORK] ?? null;
  return { services, gateways, namespaceNetwork };
}

/** Services that carry the label of a network, with how many of their endpoints are ready. */
export async function readGatewayServices(reading: Reading): Promise<readonly ServiceFacts[]> {
  const { client, signal } = reading;
  const items = await client.list(SERVICES, { labelSelector: NETWORK, signal });
  const services = items.map((item) => shaped(Service, item, 'a Service', reading));
  return Promise.all(services.map(async (service) => serviceFacts(service, await readEndpoints(reading, service.metadata))));
}

interface Endpoints {
  readonly ready: number;
  readonly notReady: number;
}

/** Addresses over all slices of a Service, each once. A condition that is not said counts as ready, as the API defines it. */
async function readEndpoints(
  reading: Reading,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Endpoints> {
  const { client, signal } = reading;
  const items = await client.list(ENDPOINT_SLICES, { namespace, labelSelector: `${SERVICE_NAME}=${name}`, signal });
  const endpoints = items.flatMap((item) => shaped(Slice, item, 'an EndpointSlice', reading).endpoints ?? []);
  const ready = new Set(endpoints.filter(({ conditions }) => conditions.ready !== false).flatMap(({ addresses }) => addresses));
  const all = new Set(endpoints.flatMap(({ addresses }) => addresses));
  return { ready: ready.size, notReady: all.size - ready.size };
}

function serviceFacts({ metadata, spec, status }: z.infer<typeof Service>, endpoints: Endpoints): ServiceFacts {
  const balanced = status.loadBalancer.ingress.flatMap(({ ip, hostname }) => [ip, hostname].filter((address) => address !== undefined));
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    type: spec.type,
    labels: metadata.labels,
    selector: spec.selector,
    ports: spec.ports.map(({ name, port, nodePort }) => ({ name, port, nodePort })),
    addresses: [...balanced, ...spec.externalIPs],
    ...endpoints,
  };
}

/** Gateways with a server that passes mTLS through by its name; null where the API server knows no Gateways. */
async function readGateways(reading: Reading): Promise<readonly CrossNetworkGateway[] | null> {
  const items = await orUnknownKind(reading.client.list(GATEWAYS, { signal: reading.signal }));
  if (items === undefined) return null;
  return items.flatMap((item) => {
    const { metadata, spec } = shaped(Gateway, item, 'a Gateway', reading);
    const servers = spec.servers.filter(({ tls }) => tls?.mode === 'AUTO_PASSTHROUGH');
    return servers.map(({ port, hosts }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      selector: spec.selector,
      hosts,
      port: port.number,
    }));
  });
}
