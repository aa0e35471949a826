import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import { PooledKubeConfig } from './pooled-kubeconfig.ts';
import type { ClusterTarget } from './target.ts';

/**
 * Reads a cluster's kubeconfig and chooses its context.
 * @throws OperatorError that names the cluster, the file and the repair, for everything that can be seen without calling the server.
 */
export function loadKubeconfig({
  identity,
  kubeconfig,
  context,
}: Pick<ClusterTarget, 'identity' | 'kubeconfig' | 'context'>): PooledKubeConfig {
  const merged = new PooledKubeConfig();
  for (const [index, file] of kubeconfig.entries()) {
    const one = index === 0 ? merged : new PooledKubeConfig();
    load(one, file, identity.name);
    if (one !== merged) merged.mergeConfig(one, true);
  }
  if (context !== undefined) merged.setCurrentContext(context);
  checkContext(merged, identity.name, kubeconfig.join(', '));
  return merged;
}

function load(config: PooledKubeConfig, file: string, cluster: string): void {
  const fail = (why: string, next: string, cause: unknown): never => {
    throw invalid(cluster, file, why, next, cause);
  };
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    fail(readFailure(error), 'Correct clusters[].kubeconfig in the configuration, or put the file there.', error);
  }
  try {
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(file));
  } catch (error) {
    // The parser's own text may quote the file, which holds credentials.
    fail(
      'it is no kubeconfig',
      'Write it again: kubectl config view --minify --flatten --raw',
      error instanceof Error ? error.name : error,
    );
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
  for (const path of [server.caFile, user.certFile, user.keyFile]) {
    if (path !== undefined && path !== '') checkFile(cluster, file, path);
  }
  if (user.exec !== undefined && user.exec !== null) checkPlugin(cluster, file, user.exec as { readonly command?: string });
}

function checkFile(cluster: string, file: string, path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    const next = 'Put the file there, or embed it: kubectl config view --minify --flatten --raw';
    throw invalid(cluster, file, `it names ${path}, and ${readFailure(error)}`, next, error);
  }
}

/** A plugin is a program that runs on this machine: one that is not here can never give a token. */
function checkPlugin(cluster: string, file: string, { command = '' }: { readonly command?: string }): void {
  const folders = isAbsolute(command) || command.includes('/') ? [''] : (globalThis.process?.env['PATH'] ?? '').split(':');
  const found = folders.some((folder) => isProgram(folder === '' ? command : join(folder, command)));
  if (found) return;
  const next = 'Install the program here, or use a service account: its token works without a program.';
  throw invalid(cluster, file, `it gets its token from the program "${command}", which is not on this machine`, next);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not in this folder: the next one is tried
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
