import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import type { ConfigFault } from './fault.ts';
import { shown } from './shown.ts';
import { watchingFaults } from './watching-rules.ts';

/** The file as far as it can be read: rules between fields are checked even where other fields are wrong. */
const Loose = z
  .object({
    clusters: z
      .array(
        z
          .object({
            name: z.string().optional().catch(undefined),
            network: z.string().optional().catch(undefined),
            roles: z.array(z.unknown()).catch([]).default([]),
            kubeconfig: z.unknown().optional(),
            context: z.unknown().optional(),
            gateway: z.object({ address: z.string(), port: z.unknown().optional() }).optional().catch(undefined),
          })
          .catch({ name: undefined, network: undefined, roles: [], kubeconfig: {}, context: undefined, gateway: undefined }),
      )
      .catch([])
      .default([]),
    authority: z
      .object({
        intermediates: z
          .object({ certificate: z.string().optional().catch(undefined) })
          .optional()
          .catch(undefined),
      })
      .optional()
      .catch(undefined),
    redis: z.record(z.string(), z.unknown()).optional().catch(undefined),
  })
  .catch({ clusters: [], authority: undefined, redis: undefined });

type LooseFile = z.output<typeof Loose>;
type Cluster = LooseFile['clusters'][number];

/** What no single field can tell. */
export function ruleFaults(document: ConfigDocument): readonly ConfigFault[] {
  const file = Loose.parse(document.value);
  return [
    ...repeated(file, document, 'name', 'a name that no other cluster has', (cluster) => cluster.name),
    ...sameAccess(file, document),
    ...sameGateway(file, document),
    ...signers(file, document),
    ...pattern(file, document),
    ...redisAddress(file, document),
    ...watchingFaults(document),
  ];
}

function repeated(
  file: LooseFile,
  document: ConfigDocument,
  field: string,
  expected: string,
  key: (cluster: Cluster) => string | undefined,
): readonly ConfigFault[] {
  const first = new Map<string, number>();
  return file.clusters.flatMap((cluster, index) => {
    const value = key(cluster);
    if (value === undefined) return [];
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, index);
      return [];
    }
    return [{ ...document.place(['clusters', index, field]), expected, found: `the one of clusters[${earlier}]` }];
  });
}

/** Two clusters behind one context: the second would be a look at the first. */
function sameAccess(file: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  const text = z.string().optional();
  return repeated(file, document, 'context', 'a kubeconfig or a context of its own', ({ kubeconfig, context }) =>
    text.safeParse(kubeconfig).success && text.safeParse(context).success ? JSON.stringify([kubeconfig, context]) : undefined,
  );
}

/** Clusters of one network may share a gateway; clusters of different networks cannot be behind the same address. */
function sameGateway(file: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  const networks = new Map<string, { readonly network: string; readonly index: number }>();
  return file.clusters.flatMap(({ gateway, network }, index) => {
    if (gateway === undefined || network === undefined) return [];
    const key = JSON.stringify([gateway.address, gateway.port]);
    const earlier = networks.get(key);
    if (earlier === undefined) networks.set(key, { network, index });
    if (earlier === undefined || earlier.network === network) return [];
    const expected = 'a gateway that no cluster of another network has';
    return [{ ...document.place(['clusters', index, 'gateway', 'address']), expected, found: `the one of clusters[${earlier.index}]` }];
  });
}

function signers(file: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  const [first, ...others] = file.clusters.flatMap(({ roles }, index) => (roles.includes('signer') ? [index] : []));
  if (first === undefined) {
    if (file.clusters.length === 0) return [];
    const place = document.place(['clusters'], 'key');
    return [{ ...place, expected: 'one cluster with the role signer', found: 'none', next: 'Give it to the cluster that keeps the root.' }];
  }
  return others.map((index) => {
    const at = document.place(['clusters', index, 'roles']);
    return { ...at, expected: 'one signer among all clusters', found: `a second one beside clusters[${first}]` };
  });
}

function pattern(file: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  const name = file.authority?.intermediates?.certificate;
  if (name === undefined || name.includes('{cluster}') || file.clusters.length < 2) return [];
  const place = document.place(['authority', 'intermediates', 'certificate']);
  return [{ ...place, expected: 'a name with {cluster} in it: every cluster has its own', found: shown(name, 'certificate') }];
}

const ADDRESSES = ['url', 'sentinels', 'cluster'];

function redisAddress({ redis }: LooseFile, document: ConfigDocument): readonly ConfigFault[] {
  if (redis === undefined) return [];
  const given = ADDRESSES.filter((name) => redis[name] !== undefined);
  if (given.length > 1) {
    const expected = 'one of url, sentinels and cluster';
    return [{ ...document.place(['redis']), expected, found: given.join(' and ') }];
  }
  const faults: ConfigFault[] = [];
  if (redis['sentinels'] !== undefined && redis['master'] === undefined)
    faults.push({ ...document.place(['redis', 'master']), expected: 'the name of the master that the Sentinels watch', found: 'nothing' });
  for (const name of ['master', 'database'])
    if (redis[name] !== undefined && redis['sentinels'] === undefined)
      faults.push({ ...document.place(['redis', name], 'key'), expected: `${name} only with sentinels`, found: 'none of them' });
  if (redis['tls'] !== undefined && redis['sentinels'] === undefined && redis['cluster'] === undefined)
    faults.push({
      ...document.place(['redis', 'tls'], 'key'),
      expected: 'tls only with sentinels or cluster',
      found: 'a url',
      next: 'Write rediss:// in the url.',
    });
  return faults;
}
