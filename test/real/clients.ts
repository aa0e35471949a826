/** What the tests of `src/k8s` share here: clients of the product for a real API server, as its administrator or a service account. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { systemClock } from '../../src/core/clock.ts';
import { systemRandom } from '../../src/core/random.ts';
import { ClusterClient, type CallRecord } from '../../src/k8s/client.ts';
import { must, sideOf, type Side } from './call.ts';
import type { Ready } from './server.ts';

const TokenRequest = z.object({ status: z.object({ token: z.string() }) });

/** A real server and the product's client for it. */
export interface Bench {
  readonly server: Ready;
  /** The administrator, without a client of ours. */
  readonly side: Side;
  /** The product's client, as the administrator. */
  readonly client: ClusterClient;
  /** Every attempt that clients of this bench made. */
  readonly calls: CallRecord[];
  readonly folder: string;
  /** Where the kubeconfig of a service account lies; the account is made if it is not there. */
  kubeconfigOf(namespace: string, account: string): Promise<string>;
  /** Another client, for the kubeconfig at that path. */
  open(kubeconfig: string): ClusterClient;
  stop(): Promise<void>;
}

/** Clients for a server under the name of a cluster. */
export async function startBench(server: Ready, name = 'cluster-a'): Promise<Bench> {
  const side = sideOf(await readFile(server.kubeconfig, 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'meshwarden-real-'));
  const calls: CallRecord[] = [];
  const clients: ClusterClient[] = [];
  const open = (kubeconfig: string): ClusterClient => {
    const identity = { name, network: `network-${name}`, roles: [], gateway: undefined };
    const onCall = (call: CallRecord): void => void calls.push(call);
    const made = new ClusterClient({ identity, kubeconfig: [kubeconfig] }, { clock: systemClock, random: systemRandom, onCall });
    clients.push(made);
    return made;
  };
  return {
    server,
    side,
    client: open(server.kubeconfig),
    calls,
    folder,
    async kubeconfigOf(namespace, account) {
      const file = join(folder, `${namespace}-${account}.yaml`);
      await writeFile(file, kubeconfigText(name, side, await tokenOf(side, namespace, account)));
      return file;
    },
    open,
    async stop() {
      await Promise.all(clients.map((one) => one.close()));
      await rm(folder, { recursive: true });
    },
  };
}

/** Makes a namespace and waits until a Pod may be put into it: its service account is made by a controller. */
export async function makeNamespace(side: Side, name: string): Promise<void> {
  await must(side, { method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
}

/** A token for a service account, which is made if it is not there. */
export async function tokenOf(side: Side, namespace: string, name: string): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } };
  await must(side, {
    method: 'PATCH',
    path: `${accounts}/${name}?fieldManager=test`,
    contentType: 'application/apply-patch+yaml',
    body: account,
  });
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } };
  return TokenRequest.parse(await must(side, { method: 'POST', path: `${accounts}/${name}/token`, body: asked })).status.token;
}

/** A kubeconfig with one context, for the bearer of a token. */
export function kubeconfigText(name: string, { url, ca }: Side, token: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}
