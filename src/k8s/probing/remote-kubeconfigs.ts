import { parse } from 'yaml';
import { z } from 'zod';
import { Secret } from '../../core/secret.ts';
import { SecretObject } from '../readers/objects.ts';
import { shaped, type Reading } from '../readers/reading.ts';
import { SECRETS } from '../resources.ts';

/** What a remote secret says of the way to another cluster. The token is handed on as a secret and shown nowhere. */
export interface RemoteKubeconfig {
  /** The data key: the cluster ID under which istiod files what it finds there. */
  readonly cluster: string;
  readonly server: string;
  readonly caPem: string | undefined;
  readonly tlsServerName: string | undefined;
  readonly token: Secret;
}

/** The only thing by which istiod finds them. */
const LABEL = 'istio/multiCluster=true';

const Kubeconfig = z.object({
  'current-context': z.string().optional(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })).default([]),
  clusters: z
    .array(
      z.object({
        name: z.string(),
        cluster: z.object({
          server: z.string(),
          'certificate-authority-data': z.string().optional(),
          'tls-server-name': z.string().optional(),
        }),
      }),
    )
    .default([]),
  users: z.array(z.object({ name: z.string(), user: z.object({ token: z.string().optional() }) })).default([]),
});

/** The kubeconfigs in the remote secrets of a cluster. One that istiod could not use either is left out: a check tells of it. */
export async function readRemoteKubeconfigs(reading: Reading, namespace: string): Promise<readonly RemoteKubeconfig[]> {
  const items = await reading.client.list(SECRETS, { namespace, labelSelector: LABEL, signal: reading.signal });
  return items.flatMap((item) => {
    const { data } = shaped(SecretObject, item, 'a remote secret', reading);
    return Object.entries(data).flatMap(([cluster, bytes]) => kubeconfigOf(cluster, bytes) ?? []);
  });
}

function kubeconfigOf(cluster: string, bytes: Uint8Array): RemoteKubeconfig | undefined {
  const parsed = Kubeconfig.safeParse(textOf(bytes));
  if (!parsed.success) return undefined;
  const { contexts, clusters, users } = parsed.data;
  const context = contexts.find(({ name }) => name === parsed.data['current-context'])?.context;
  const target = clusters.find(({ name }) => name === context?.cluster) ?? clusters[0];
  const token = (users.find(({ name }) => name === context?.user) ?? users[0])?.user.token;
  if (target === undefined || token === undefined || !URL.canParse(target.cluster.server)) return undefined;
  const ca = target.cluster['certificate-authority-data'];
  return {
    cluster,
    server: target.cluster.server,
    caPem: ca === undefined ? undefined : Buffer.from(ca, 'base64').toString('utf8'),
    tlsServerName: target.cluster['tls-server-name'],
    token: new Secret(token),
  };
}

function textOf(bytes: Uint8Array): unknown {
  try {
    return parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined; // istiod could not read it either
  }
}
