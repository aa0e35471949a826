import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { ApiFacts } from '../../mesh/model.ts';
import type { CallOptions } from '../client.ts';
import { shaped, type Reading } from './reading.ts';

/** A server that is not asked to print a minor as `36+` may do so all the same. */
const Whole = z.string().transform((text) => Number.parseInt(text, 10));
const Version = z.object({ gitVersion: z.string(), major: Whole, minor: Whole });

/** What the API server is, and how long it took to say so. */
export async function readVersion(reading: Reading, clock: Clock, options: Pick<CallOptions, 'onServerTime'> = {}): Promise<ApiFacts> {
  const begun = clock.now();
  const answer = await reading.client.raw('/version', { ...options, signal: reading.signal });
  const latencyMs = clock.now() - begun;
  const certificate = reading.client.kubeconfig.presented;
  const version = shaped(Version, answer, 'the version of the API server', reading);
  return { ...version, latencyMs, ...(certificate === undefined ? {} : { certificate }) };
}
