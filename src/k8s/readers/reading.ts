import type { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import type { RemoteCluster } from '../../mesh/model.ts';
import { ApiError } from '../errors.ts';
import type { ClusterClient } from '../client.ts';

/** What every reader is given. */
export interface Reading {
  readonly client: ClusterClient;
  readonly signal: AbortSignal;
  /** Kubeconfigs that this look has read before: in a mesh of many clusters the same one lies in each of them, and reading it takes long. */
  readonly kubeconfigs: KubeconfigMemo;
}

/** What a kubeconfig says, by the digest of its name and text. */
export type KubeconfigMemo = Map<string, RemoteCluster>;

/** An object in the shape that the product knows. @throws OperatorError that names the object and the first field that is not so. */
export function shaped<T>(schema: z.ZodType<T>, object: unknown, what: string, { client }: Pick<Reading, 'client'>): T {
  const parsed = schema.safeParse(object);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OperatorError({
    reason: 'protocol',
    what: `Cannot understand ${what}`,
    where: `cluster ${client.cluster}`,
    // The path only: the value may be part of a Secret.
    why: `its field ${issue?.path.join('.') || '(whole)'} has another shape than expected`,
    next: 'The API may be newer than this version of meshwarden: report it with the versions of both.',
  });
}

/** `undefined` where there is no such object; also where the server does not know its kind at all. */
export async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** `undefined` where the API server does not know the kind: what brings it is not installed. */
export async function orUnknownKind<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ApiError && error.kindMissing) return undefined;
    throw error;
  }
}
