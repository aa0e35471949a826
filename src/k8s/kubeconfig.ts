import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { OperatorError } from '../core/errors.ts';
import { PooledKubeConfig } from './pooled-kubeconfig.ts';
import type { ClusterTarget } from './target.ts';

/**
 * Reads a cluster's kubeconfig and chooses its context.
 * @throws OperatorError that names the cluster, the file and the repair, for everything that can be seen without calling the server.
 */
export function loadKubeconfig(
  { identity, kubeconfig, context }: Pick<ClusterTarget, 'identity' | 'kubeconfig' | 'context'>,
  connections?: number,
): PooledKubeConfig {
  const merged = new PooledKubeConfig(connections);
  for (const file of kubeconfig) merge(merged, load(file, identity.name));
  if (context !== undefined) merged.setCurrentContext(context);
  checkContext(merged, identity.name, kubeconfig.join(', '));
  return merged;
}

/** As kubectl merges files: of two entries of one name, and of two current contexts, the first counts. */
function merge(into: PooledKubeConfig, more: PooledKubeConfig): void {
  into.clusters.push(...more.clusters.filter(({ name }) => into.getCluster(name) === null));
  into.users.push(...more.users.filter(({ name }) => into.getUser(name) === null));
  into.contexts.push(...more.contexts.filter(({ name }) => into.getContextObject(name) === null));
  if (!into.getCurrentContext()) into.setCurrentContext(more.getCurrentContext());
}

/** kubectl's name for a file with a token, which the client does not know under this name. */
const TokenFiles = z.object({
  users: z.array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() })).nullish(),
});

function load(file: string, cluster: string): PooledKubeConfig {
  const config = new PooledKubeConfig();
  const text = readText(file, cluster);
  try {
    const content: unknown = parse(text, { logLevel: 'error' });
    config.loadFromString(JSON.stringify(content));
    config.makePathsAbsolute(dirname(file));
    for (const { name, user } of TokenFiles.parse(content).users ?? []) {
      if (user?.tokenFile === undefined) continue;
      const authProvider = { name: 'tokenFile', config: { tokenFile: resolve(dirname(file), user.tokenFile) } };
      config.users = config.users.map((one) => (one.name === name ? { ...one, authProvider } : one));
    }
  } catch (error) {
    const next = 'Write it again: kubectl config view --minify --flatten --raw';
    // The parser's own text may quote the file, which holds credentials.
    throw invalid(cluster, file, 'it is no kubeconfig', next, error instanceof Error ? error.name : undefined);
  }
  return config;
}

function readText(file: string, cluster: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const next = 'Correct clusters[].kubeconfig in the configuration, or put the file there.';
    throw invalid(cluster, file, readFailure(error), next, error);
  }
}

function checkContext(config: PooledKubeConfig, cluster: string, file: string): void {
  const names = config.getContexts().map(({ name }) => name);
  const current = config.getCurrentContext();
  const context = config.getContextObject(current);
  const list = names.length === 0 ? 'none' : names.join(', ');
  if (context === null) {
    const why = current ? `it has no context "${current}"` : 'it has no current context';
    throw invalid(cluster, file, why, `Set clusters[].context to one of: ${list}.`);
  }
  const server = config.getCurrentCluster();
  if (server === null)
    throw invalid(cluster, file, `context "${current}" names a cluster that it does not have`, 'Write the kubeconfig again.');
  const user = config.getCurrentUser();
  if (user === null) throw invalid(cluster, file, `context "${current}" names a user that it does not have`, 'Write the kubeconfig again.');
  const tokenFile: unknown = user.authProvider?.config?.tokenFile;
  for (const path of [server.caFile, user.certFile, user.keyFile, tokenFile]) {
    if (typeof path === 'string' && path !== '') checkFile(cluster, file, path);
  }
}

function checkFile(cluster: string, file: string, path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    const next = 'Put the file there, or embed it: kubectl config view --minify --flatten --raw';
    throw invalid(cluster, file, `it names ${path}, and ${readFailure(error)}`, next, error);
  }
}

function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'it may not be read';
  if (code === 'EISDIR') return 'it is a folder';
  return `it cannot be read (${code})`;
}

function invalid(cluster: string, file: string, why: string, next: string, cause?: unknown): OperatorError {
  return new OperatorError({
    reason: 'invalid',
    what: 'The kubeconfig cannot be used',
    where: `cluster ${cluster}, ${file}`,
    why,
    next,
    cause,
  });
}
