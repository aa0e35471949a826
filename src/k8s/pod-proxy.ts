import type { CallOptions, ClusterClient } from './client.ts';
import { PODS } from './resources.ts';

/** A port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/**
 * GET of a path on a pod's port, through the API server: it needs the right `get` on `pods/proxy`, and no way to the pod. The pod sees the API
 * server as its caller, without credentials.
 */
export async function getFromPod(
  client: ClusterClient,
  { namespace, pod, port }: PodPort,
  path: string,
  options: CallOptions,
): Promise<string> {
  const place = { namespace, name: `${pod}:${port}`, subresource: 'proxy' };
  return client.text(PODS, place, { ...options, suffix: path });
}
