import { z } from 'zod';
import { OperatorError, type Failure, type Reason } from '../core/errors.ts';

/** Changes when a job's result changes its shape: a bot and a worker of different versions then say so instead of misreading each other. */
const VERSION = 1;

const Envelope = z.object({ v: z.number(), value: z.unknown() });

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

const NEXT = '\nNext: ';
const REASONS: ReadonlySet<string> = new Set<Reason>([
  'unreachable',
  'timeout',
  'tls',
  'unauthorized',
  'forbidden',
  'notFound',
  'conflict',
  'rateLimited',
  'serverError',
  'protocol',
  'invalid',
  'cancelled',
  'internal',
]);

/** A failure as the one line of text that BullMQ keeps of a failed job. */
export function failureText(failure: Failure): string {
  const next = failure.next === undefined ? '' : NEXT + failure.next;
  return `[${failure.reason}] ${failure.message}${next}`;
}

/** The failure behind {@link failureText}; any other text is a failure of the queue itself, such as a stalled job. */
export function readFailure(text: string): Failure {
  const match = /^\[(?<reason>\w+)\] (?<rest>[\s\S]*)$/.exec(text);
  const reason = match?.groups?.['reason'];
  if (match === null || reason === undefined || !REASONS.has(reason)) return { reason: 'internal', message: text };
  const [message = '', next] = (match.groups?.['rest'] ?? '').split(NEXT);
  const known = { reason: reason as Reason, message };
  return next === undefined ? known : { ...known, next };
}
