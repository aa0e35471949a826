import { z } from 'zod';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { SECOND } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { ClusterClient } from './client.ts';
import { apiVersionOf, LEASES } from './resources.ts';

const LeaseObject = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string() }),
  spec: z
    .object({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      leaseTransitions: z.number().nullish(),
      acquireTime: z.string().nullish(),
    })
    .default({}),
});

type LeaseObject = z.infer<typeof LeaseObject>;

export interface LeaseOptions {
  readonly client: ClusterClient;
  readonly namespace: string;
  readonly name: string;
  /** Who we are: never the same for two processes. */
  readonly holder: string;
  /** How long others wait after our last sign of life before they take it, in milliseconds. Whole seconds. */
  readonly durationMs: number;
  /** Of the object; none by default. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface HeldLease {
  /** Fires when it may no longer be ours: what it guards must stop at once. Its reason is an OperatorError. */
  readonly lost: AbortSignal;
  /** Stops renewing and gives it back, so that the next need not wait. */
  release(): Promise<void>;
}

/** Between two looks at a lease that somebody else holds, in milliseconds, before jitter. */
const LOOK_MS = 2 * SECOND;

/**
 * Waits for a Lease and holds it. Whether the present holder is alive is judged by our own clock alone: when nothing about the Lease has changed for its
 * duration *since we first saw it so*, it is taken. Clocks that differ do no harm. Every write carries the resourceVersion it rests on, so of two that try one gets it.
 *
 * A holder that wakes late may still believe for a moment that it holds it: every write that it guards needs a precondition of its own.
 *
 * @throws OperatorError where it cannot be read or written, or when `signal` is aborted.
 */
export async function acquireLease(options: LeaseOptions, signal: AbortSignal): Promise<HeldLease> {
  const { clock, random } = options;
  let seen: { readonly version: string; readonly since: number } | undefined;
  for (;;) {
    const current = await read(options, signal);
    const version = current?.metadata.resourceVersion ?? '';
    if (seen?.version !== version) seen = { version, since: clock.now() };
    if (isFree(current, options, clock.now() - seen.since)) {
      const taken = await tryTake(options, current, signal);
      if (taken !== undefined) return hold(options, taken);
    }
    await clock.sleep(LOOK_MS * (0.5 + random.next() / 2), signal);
  }
}

function isFree(lease: LeaseObject | undefined, { holder, durationMs }: LeaseOptions, quietMs: number): boolean {
  const { holderIdentity, leaseDurationSeconds } = lease?.spec ?? {};
  // Our own name in it: an earlier write of ours whose answer was lost.
  if (!holderIdentity || holderIdentity === holder) return true;
  return quietMs >= (leaseDurationSeconds ? leaseDurationSeconds * SECOND : durationMs);
}

async function read({ client, namespace, name }: LeaseOptions, signal: AbortSignal): Promise<LeaseObject | undefined> {
  try {
    return parse(client, await client.get(LEASES, { namespace, name }, { signal }));
  } catch (error) {
    if (error instanceof OperatorError && error.reason === 'notFound') return undefined;
    throw error;
  }
}

function parse(client: ClusterClient, raw: unknown): LeaseObject {
  const parsed = LeaseObject.safeParse(raw);
  if (parsed.success) return parsed.data;
  const why = `${parsed.error.issues[0]?.path.join('.') ?? ''} is not of the form that is expected`;
  throw new OperatorError({ reason: 'protocol', what: 'Cannot read a lease', where: `cluster ${client.cluster}`, why });
}

/** Undefined: somebody else was faster. */
async function tryTake(options: LeaseOptions, current: LeaseObject | undefined, signal: AbortSignal): Promise<LeaseObject | undefined> {
  const time = microTime(options.clock.now());
  const transitions = current === undefined ? 0 : (current.spec.leaseTransitions ?? 0) + 1;
  try {
    return await write(options, current, { acquireTime: time, renewTime: time, leaseTransitions: transitions }, signal);
  } catch (error) {
    if (error instanceof OperatorError && error.reason === 'conflict') return undefined;
    throw error;
  }
}

interface Times {
  readonly acquireTime?: string | undefined;
  readonly renewTime: string;
  readonly leaseTransitions?: number | undefined;
}

async function write(options: LeaseOptions, current: LeaseObject | undefined, times: Times, signal: AbortSignal): Promise<LeaseObject> {
  const { client, holder, durationMs } = options;
  const spec = { holderIdentity: holder, leaseDurationSeconds: Math.ceil(durationMs / SECOND), ...times };
  const common = { apiVersion: apiVersionOf(LEASES), kind: 'Lease', spec };
  const place = placeOf(options);
  if (current === undefined) return parse(client, await client.create(LEASES, { ...common, metadata: place }, { signal }));
  const { uid, resourceVersion } = current.metadata;
  const object = { ...common, metadata: { ...place, uid, resourceVersion } };
  return parse(client, await client.replace(LEASES, object, { signal }));
}

function placeOf({ namespace, name, labels }: LeaseOptions) {
  return { namespace, name, ...(labels === undefined ? {} : { labels }) };
}

/** Times of a Lease have exactly six decimals; the API server refuses any other number. */
export function microTime(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '000Z');
}

function hold(options: LeaseOptions, taken: LeaseObject): HeldLease {
  const lost = new AbortController();
  const stopping = new AbortController();
  const renewing = renew(options, taken, { lost, stopping: stopping.signal });
  return {
    lost: lost.signal,
    async release() {
      stopping.abort();
      const last = await renewing;
      if (!lost.signal.aborted) await giveBack(options, last);
    },
  };
}

interface Holding {
  readonly lost: AbortController;
  readonly stopping: AbortSignal;
}

/** Renews three times in the time that others wait. Gives up a third before they take it, and a third is what a slow call may still last. */
async function renew(options: LeaseOptions, taken: LeaseObject, { lost, stopping }: Holding): Promise<LeaseObject> {
  const { clock, durationMs, log, client, name } = options;
  const what = `Cannot renew the lease ${name} (cluster ${client.cluster})`;
  let current = taken;
  let renewed = clock.now();
  while (!stopping.aborted && !lost.signal.aborted) {
    try {
      await clock.sleep(durationMs / 3, stopping);
    } catch {
      break; // being released
    }
    const begun = clock.now();
    try {
      const from = current;
      current = await withDeadline(clock, durationMs / 3, what, (signal) => renewOnce(options, from, signal), stopping);
      renewed = begun;
    } catch (error) {
      if (stopping.aborted) break;
      const isOver = (error instanceof OperatorError && error.reason === 'conflict') || clock.now() - renewed >= (durationMs * 2) / 3;
      log.warn({ component: 'k8s', cluster: client.cluster, err: error }, 'a lease could not be renewed');
      if (isOver) lost.abort(lostError(options, error));
    }
  }
  return current;
}

async function renewOnce(options: LeaseOptions, current: LeaseObject, signal: AbortSignal): Promise<LeaseObject> {
  const { acquireTime, leaseTransitions } = current.spec;
  const times = {
    renewTime: microTime(options.clock.now()),
    ...(acquireTime ? { acquireTime } : {}),
    ...(typeof leaseTransitions === 'number' ? { leaseTransitions } : {}),
  };
  try {
    return await write(options, current, times, signal);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.reason !== 'conflict') throw error;
    // A renewal whose answer was lost is such a conflict with ourselves.
    const now = await read(options, signal);
    if (now?.spec.holderIdentity !== options.holder) throw error;
    return write(options, now, times, signal);
  }
}

async function giveBack(options: LeaseOptions, last: LeaseObject): Promise<void> {
  const { client, clock, log } = options;
  const { uid, resourceVersion } = last.metadata;
  const object = {
    apiVersion: apiVersionOf(LEASES),
    kind: 'Lease',
    metadata: { ...placeOf(options), uid, resourceVersion },
    spec: {
      leaseDurationSeconds: 1,
      renewTime: microTime(clock.now()),
      ...(typeof last.spec.leaseTransitions === 'number' ? { leaseTransitions: last.spec.leaseTransitions } : {}),
    },
  };
  try {
    await client.replace(LEASES, object, { signal: new AbortController().signal });
  } catch (error) {
    // It runs out by itself: whoever releases has nothing to do about it.
    log.warn({ component: 'k8s', cluster: client.cluster, err: error }, 'a lease could not be given back');
  }
}

function lostError({ client, namespace, name }: LeaseOptions, cause: unknown): OperatorError {
  return new OperatorError({
    reason: 'conflict',
    what: `The lease ${name} was lost`,
    where: `cluster ${client.cluster}, namespace ${namespace}`,
    why: cause instanceof Error ? cause.message : 'it could not be renewed',
    next: 'What it guards has stopped; it goes on when the lease is free again.',
    cause,
  });
}
