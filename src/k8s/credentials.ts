import { X509Certificate } from 'node:crypto';
import { bufferFromFileOrString, type RequestContext } from '@kubernetes/client-node';
import { z } from 'zod';
import { formatRelative, SECOND } from '../core/duration.ts';
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
    throw noCredentials(config, cluster, codeOf(error));
  }
  // A file mostly ends with a line break, and kubectl takes no notice of it either.
  const header = context.getHeaders()['Authorization']?.trimEnd();
  if (header === undefined) return;
  context.setHeaderParam('Authorization', header);
  if (!PRINTABLE.test(header)) throw noCredentials(config, cluster, 'its token holds a line break or another control character');
}

/** What may stand in a header. */
const PRINTABLE = /^[\x20-\x7e]*$/;

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : typeof error;
}

function noCredentials(config: PooledKubeConfig, cluster: string, cause: string): OperatorError {
  const plugin = (config.getCurrentUser()?.exec as { readonly command?: string } | null | undefined)?.command;
  const common = { reason: 'unauthorized', what: 'Cannot get credentials', where: `cluster ${cluster}`, cause } as const;
  if (plugin === undefined) {
    const next = 'Write the kubeconfig of this cluster again.';
    return new OperatorError({ ...common, why: `what the kubeconfig names cannot be read (${cause})`, next });
  }
  if (cause === 'ENOENT') {
    const why = `the kubeconfig gets its token from the program "${plugin}", which is not on this machine`;
    return new OperatorError({
      ...common,
      why,
      next: 'Install the program here, or use a service account: its token works without a program.',
    });
  }
  const next = `Run it by hand on this machine: ${plugin}. A service account's token needs no program.`;
  return new OperatorError({ ...common, why: `the program "${plugin}" of the kubeconfig failed or gave no credentials`, next });
}

/**
 * The same failure, with what the kubeconfig itself shows to be its cause: credentials that have run out, an address that is this very machine's.
 * @param now UTC milliseconds
 */
export function explain(failure: OperatorError, config: PooledKubeConfig, now: number): OperatorError {
  const hint = hintFor(failure, config, now);
  if (hint === undefined) return failure;
  const { reason, what, where, why, cause } = failure;
  return new OperatorError({
    reason,
    what,
    ...(where === undefined ? {} : { where }),
    why: [why, hint.why].filter((part) => part !== undefined).join('; '),
    next: hint.next,
    cause,
  });
}

function hintFor(
  { reason }: OperatorError,
  config: PooledKubeConfig,
  now: number,
): { readonly why: string | undefined; readonly next: string } | undefined {
  if (reason === 'unauthorized') {
    const ended = endOfCertificate(config) ?? endOfToken(config);
    if (ended === undefined || ended.at > now) return undefined;
    const why = `the ${ended.kind} in the kubeconfig expired ${formatRelative(ended.at, now)}`;
    return { why, next: 'Write the kubeconfig of this cluster again.' };
  }
  if (reason !== 'unreachable' || !LOOPBACK.test(config.getCurrentCluster()?.server ?? '')) return undefined;
  return {
    why: undefined,
    next: 'Is the API server of this machine up? If another one is meant, put its address into the kubeconfig: k3s writes 127.0.0.1 there.',
  };
}

/** When the credentials of a kubeconfig end, in UTC milliseconds, as far as they say so themselves. */
export function endsOf(config: PooledKubeConfig): { readonly certificate: number | undefined; readonly token: number | undefined } {
  return { certificate: endOfCertificate(config)?.at, token: endOfToken(config)?.at };
}

const LOOPBACK = /^https?:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::|\/|$)/;

interface End {
  readonly kind: 'client certificate' | 'token';
  readonly at: number;
}

function endOfCertificate(config: PooledKubeConfig): End | undefined {
  const user = config.getCurrentUser();
  try {
    const bytes = bufferFromFileOrString(user?.certFile, user?.certData);
    return bytes === null ? undefined : { kind: 'client certificate', at: Date.parse(new X509Certificate(bytes).validTo) };
  } catch {
    return undefined; // the failure itself has been told; this only looks for its cause
  }
}

const Claims = z.object({ exp: z.number() });

function endOfToken(config: PooledKubeConfig): End | undefined {
  const [, payload] = config.getCurrentUser()?.token?.split('.') ?? [];
  try {
    const claims = Claims.safeParse(JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8')));
    return claims.success ? { kind: 'token', at: claims.data.exp * SECOND } : undefined;
  } catch {
    return undefined; // an opaque token shows no end
  }
}
