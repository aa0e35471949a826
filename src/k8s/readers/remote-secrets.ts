import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import type { RemoteCluster, RemoteSecret } from '../../mesh/model.ts';
import { SECRETS } from '../resources.ts';
import { SecretObject } from './objects.ts';
import { shaped, type KubeconfigMemo, type Reading } from './reading.ts';

/** The only thing by which istiod finds them. */
const LABEL = 'istio/multiCluster=true';
const ANNOTATION = 'networking.istio.io/cluster';

const text = z.string().optional();
const Kubeconfig = z.object({
  'current-context': text,
  clusters: z
    .array(
      z.object({
        name: z.string(),
        cluster: z.object({
          server: text,
          'certificate-authority-data': text,
          'certificate-authority': text,
          'tls-server-name': text,
          'insecure-skip-tls-verify': z.boolean().optional(),
        }),
      }),
    )
    .default([]),
  users: z
    .array(
      z.object({
        name: z.string(),
        user: z.object({
          token: text,
          tokenFile: text,
          exec: z.unknown().optional(),
          'auth-provider': z.object({ name: z.string() }).optional(),
          'client-certificate': text,
          'client-key': text,
        }),
      }),
    )
    .default([]),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })).default([]),
});
type Kubeconfig = z.infer<typeof Kubeconfig>;

/** What istiod refuses in a kubeconfig, in its own terms (Istio, pkg/kube/util.go). Of the auth-providers it takes oidc. */
const REFUSED = ['tokenFile', 'exec', 'client-certificate', 'client-key'] as const;
const ALLOWED_PROVIDER = 'oidc';

/** The remote secrets of a cluster, by name. Tokens are reduced to their end of life here. */
export async function readRemoteSecrets(reading: Reading, namespace: string): Promise<readonly RemoteSecret[]> {
  const items = await reading.client.list(SECRETS, { namespace, labelSelector: LABEL, signal: reading.signal });
  return items
    .map((item) => {
      const { metadata, data } = shaped(SecretObject, item, 'a remote secret', reading);
      const clusters = Object.entries(data).map(([cluster, bytes]) => once(reading.kubeconfigs, cluster, bytes));
      return { namespace: metadata.namespace, name: metadata.name, clusterAnnotation: metadata.annotations[ANNOTATION], clusters };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function once(memo: KubeconfigMemo, cluster: string, bytes: Buffer): RemoteCluster {
  const digest = createHash('sha256').update(`${cluster}\0`).update(bytes).digest('base64');
  const known = memo.get(digest) ?? remoteCluster(cluster, bytes.toString('utf8'));
  memo.set(digest, known);
  return known;
}

/** What one kubeconfig says. Nothing of its text is repeated: it holds a token. */
export function remoteCluster(cluster: string, kubeconfig: string): RemoteCluster {
  const parsed = readYaml(kubeconfig);
  if (parsed === undefined) return nothing(cluster, 'it is no kubeconfig');
  const context = parsed.contexts.find(({ name }) => name === parsed['current-context']);
  if (context === undefined) return nothing(cluster, 'its current context does not exist');
  const server = parsed.clusters.find(({ name }) => name === context.context.cluster)?.cluster;
  const user = parsed.users.find(({ name }) => name === context.context.user)?.user;
  return { cluster, ...serverFacts(server), ...userFacts(user), faults: [...serverFaults(server), ...userFaults(user)] };
}

type Server = Kubeconfig['clusters'][number]['cluster'] | undefined;
type User = Kubeconfig['users'][number]['user'] | undefined;

function serverFacts(server: Server): Pick<RemoteCluster, 'server' | 'tlsServerName' | 'hasCa' | 'insecure'> {
  return {
    server: server?.server,
    tlsServerName: server?.['tls-server-name'],
    hasCa: server?.['certificate-authority-data'] !== undefined,
    insecure: server?.['insecure-skip-tls-verify'] === true,
  };
}

function userFacts(user: User): Pick<RemoteCluster, 'hasToken' | 'tokenExpires'> {
  const token = user?.token ?? '';
  // Its provider gets a new token whenever it needs one.
  if (user?.['auth-provider']?.name === ALLOWED_PROVIDER) return { hasToken: true, tokenExpires: undefined };
  return { hasToken: token !== '', tokenExpires: token === '' ? undefined : tokenEnd(token) };
}

function serverFaults(server: Server): readonly string[] {
  if (server === undefined) return ['its context names a cluster that it does not have'];
  return server['certificate-authority'] === undefined ? [] : ['certificate-authority is a path, which istiod refuses'];
}

function userFaults(user: User): readonly string[] {
  if (user === undefined) return ['its context names a user that it does not have'];
  const provider = user['auth-provider']?.name ?? ALLOWED_PROVIDER;
  const refused = [
    ...REFUSED.filter((field) => user[field] !== undefined),
    ...(provider === ALLOWED_PROVIDER ? [] : [`auth-provider ${provider}`]),
  ];
  return refused.map((field) => `${field} is not allowed by istiod`);
}

function nothing(cluster: string, fault: string): RemoteCluster {
  const none = { server: undefined, tlsServerName: undefined, hasCa: false, insecure: false, hasToken: false, tokenExpires: undefined };
  return { cluster, ...none, faults: [fault] };
}

function readYaml(kubeconfig: string): Kubeconfig | undefined {
  try {
    const parsed = Kubeconfig.safeParse(parse(kubeconfig, { logLevel: 'error' }));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // not YAML: said as "no kubeconfig"; the parser's words repeat the text
  }
}

const Claims = z.object({ exp: z.number().optional() });

/** `exp` of a JSON web token in UTC milliseconds; undefined where it has none or is none. */
function tokenEnd(token: string): number | undefined {
  const [, payload] = token.split('.');
  try {
    const claims = Claims.safeParse(JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8')));
    return claims.success && claims.data.exp !== undefined ? claims.data.exp * 1_000 : undefined;
  } catch {
    return undefined; // an opaque token: nothing can be told of its end
  }
}
