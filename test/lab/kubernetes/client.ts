/** The product's Kubernetes client, pointed at a lab cluster, and raw calls where the client hides what is asked. */
import { once } from 'node:events';
import { request, type Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { LabCluster } from '../../../lab/kubernetes/cluster.ts';

export function kubeConfigOf(cluster: LabCluster, user?: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig(user));
  return config;
}

export function coreApi(cluster: LabCluster, user?: string): CoreV1Api {
  return kubeConfigOf(cluster, user).makeApiClient(CoreV1Api);
}

export function tokenOf(cluster: LabCluster, user?: string): string {
  const { users } = parse(cluster.kubeconfig(user)) as { users: { user: { token: string } }[] };
  return users[0]?.user.token ?? '';
}

/** The start of an answer; its body is still to be read. */
export async function get(cluster: LabCluster, path: string, agent?: Agent): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${tokenOf(cluster)}` };
  const call = request(`${cluster.url}${path}`, { ca: cluster.caPem, headers, agent: agent ?? false });
  call.end();
  const [message] = (await once(call, 'response')) as [IncomingMessage];
  return message;
}

export async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** The code with which a call failed: of its answer, or of its connection. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'no failure';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}
