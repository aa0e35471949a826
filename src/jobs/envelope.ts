import { z } from 'zod';
import { OperatorError, REASONS, type Failure } from '../core/errors.ts';

/** Changes when a job's result changes its shape: a bot and a worker of different versions then say so instead of misreading each other. */
const VERSION = 1;

const Envelope = z.object({ v: z.number(), value: z.unknown() });

/** A job's result as it lies in Redis. */
export function wrap(value: unknown): { readonly v: number; readonly value: unknown } {
  return { v: VERSION, value };
}

/** The result that a worker wrapped. @throws OperatorError when a worker of another version wrote it. */
export function unwrap(returned: unknown): unknown {
  const parsed = Envelope.safeParse(returned);
  if (parsed.success && parsed.data.v === VERSION) return parsed.data.value;
  throw new OperatorError({
    reason: 'protocol',
    what: 'Cannot read the result of a job',
    why: 'the worker that ran it is of another version',
    next: 'Run bot and workers of the same version.',
  });
}

const Kept = z.object({ reason: z.enum(REASONS), message: z.string(), next: z.string().optional() });

/** A failure as the text that BullMQ keeps of a failed job. */
export function failureText({ reason, message, next }: Failure): string {
  return JSON.stringify({ reason, message, next });
}

/** The failure behind {@link failureText}; any other text is a failure of the queue itself, such as a job that stalled too often. */
export function readFailure(text: string): Failure {
  const kept = Kept.safeParse(parsed(text));
  if (!kept.success) return { reason: 'internal', message: text };
  const { reason, message, next } = kept.data;
  return next === undefined ? { reason, message } : { reason, message, next };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not ours: BullMQ's own words
  }
}
