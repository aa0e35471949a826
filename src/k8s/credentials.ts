import type { RequestContext } from '@kubernetes/client-node';
import { OperatorError } from '../core/errors.ts';
import type { PooledKubeConfig } from './pooled-kubeconfig.ts';

/**
 * Puts credentials and a kept connection on a call. Credentials may come from files, a plugin or an identity provider, each of which can fail;
 * their own words may hold a token, so they are not repeated.
 *
 * @throws OperatorError with reason `unauthorized`.
 */
export async function authenticate(config: PooledKubeConfig, context: RequestContext, cluster: string): Promise<void> {
  try {
    await config.applySecurityAuthentication(context);
  } catch (error) {
    throw noCredentials(config, cluster, error instanceof Error ? error.name : 'unknown');
  }
  const token = context.getHeaders()['Authorization'] ?? '';
  if (!PRINTABLE.test(token)) throw noCredentials(config, cluster, 'its token holds a line break or another control character');
}

/** What may stand in a header. */
const PRINTABLE = /^[\x20-\x7e]*$/;

function noCredentials(config: PooledKubeConfig, cluster: string, cause: string): OperatorError {
  const plugin = (config.getCurrentUser()?.exec as { readonly command?: string } | null | undefined)?.command;
  const common = { reason: 'unauthorized', what: 'Cannot get credentials', where: `cluster ${cluster}`, cause } as const;
  if (plugin === undefined) {
    return new OperatorError({
      ...common,
      why: `what the kubeconfig names cannot be read (${cause})`,
      next: 'Write the kubeconfig of this cluster again.',
    });
  }
  return new OperatorError({
    ...common,
    why: `the program "${plugin}" of the kubeconfig gave none`,
    next: `Run it by hand on this machine: ${plugin}. A service account's token needs no program.`,
  });
}
