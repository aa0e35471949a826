/** Objects of the authority as API servers send them. What holds private keys stays inside this room. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import { readPrivateKey } from '../../pki/private-key.ts';
import type { Expected } from '../../rotation/goal.ts';
import type { ClusterClient } from '../client.ts';
import { Bytes, Instant, Meta } from '../readers/objects.ts';
import { orMissing, shaped } from '../readers/reading.ts';
import { SECRETS } from '../resources.ts';

/** The metadata of an object that we may write. */
export const OwnedMeta = Meta.loose().extend({
  uid: z.string(),
  resourceVersion: z.string(),
  creationTimestamp: Instant,
  managedFields: z
    .array(
      z.looseObject({
        manager: z.string().default(''),
        operation: z.string().optional(),
        subresource: z.string().optional(),
        fieldsV1: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
});

export type OwnedMeta = z.infer<typeof OwnedMeta>;

/** A Secret, whole: the values are kept as they came, so that what is written back is the same. */
export const WholeSecret = z.object({
  metadata: OwnedMeta,
  type: z.string().default('Opaque'),
  immutable: z.boolean().default(false),
  data: z.record(z.string(), z.base64()).default({}),
});

export type WholeSecret = z.infer<typeof WholeSecret>;

/** Reads a Secret by quorum; undefined where there is none. */
export async function readSecret(
  client: ClusterClient,
  place: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<WholeSecret | undefined> {
  const object = await orMissing(client.get(SECRETS, place, { signal }));
  return object === undefined ? undefined : shaped(WholeSecret, object, `the Secret ${place.namespace}/${place.name}`, { client });
}

/** The bytes of all values. */
export function bytesOf({ data }: Pick<WholeSecret, 'data'>): Readonly<Record<string, Uint8Array>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Bytes.parse(value)]));
}

/** Names under which private keys stand. */
const KEYS: ReadonlySet<string> = new Set(['ca-key.pem', 'tls.key']);

/**
 * SHA-256 in hex over names and bytes of the data of a `cacerts`. A private key counts by the fingerprint of its public half, one that cannot be read by its
 * bytes.
 */
export function contentIdOf(data: Readonly<Record<string, Uint8Array>>): string {
  const hash = createHash('sha256');
  for (const key of Object.keys(data).sort()) {
    const bytes = data[key] ?? new Uint8Array();
    const read = KEYS.has(key) ? readPrivateKey(bytes) : undefined;
    const counted = read?.ok === true ? Buffer.from(read.value.publicKeyFingerprint) : bytes;
    hash.update(`${key}\n${counted.length}\n`).update(counted);
  }
  return hash.digest('hex');
}

/** @throws OperatorError with reason `conflict` where an object is not in the state that a step rests on. */
export function requireState(
  found: { readonly metadata: { readonly uid: string; readonly resourceVersion: string } } | undefined,
  expects: Expected,
  { what, client }: { readonly what: string; readonly client: ClusterClient },
): void {
  if (expects === null && found === undefined) return;
  if (found !== undefined && found.metadata.uid === expects?.uid && found.metadata.resourceVersion === expects.resourceVersion) return;
  throw conflict(client, what, whyNot(found, expects));
}

function whyNot(found: unknown, expects: Expected): string {
  if (found === undefined) return 'it is gone';
  return expects === null ? 'it is there by now' : 'it was changed since it was looked at';
}

/** The state that a step rests on is no longer so. */
export function conflict(client: ClusterClient, what: string, why: string): OperatorError {
  const next = 'Nothing was written; look again and decide anew.';
  return new OperatorError({ reason: 'conflict', what: `Cannot go on with ${what}`, where: `cluster ${client.cluster}`, why, next });
}
