import { OperatorError, toFailure } from '../../core/errors.ts';
import type { Observed } from '../../mesh/model.ts';
import type { ServerTime } from '../caller.ts';

/** The header `Date` is cut to whole seconds. */
const RESOLUTION_MS = 1_000;

/**
 * How far a clock may be from ours, in milliseconds: the header is cut to seconds, and nobody knows when within the call it was written. Of several answers the
 * one that leaves the least open counts.
 */
export function skewOf(times: readonly ServerTime[], cluster: string): Observed<number> {
  const [first, ...rest] = times.map(({ server, begun, ended }) =>
    Math.max(Math.abs(server - ended), Math.abs(server + RESOLUTION_MS - begun)),
  );
  if (first !== undefined) return { ok: true, value: Math.min(first, ...rest) };
  const why = 'its answers carry no header Date';
  return {
    ok: false,
    failure: toFailure(new OperatorError({ reason: 'protocol', what: 'Cannot measure the clock', where: `cluster ${cluster}`, why })),
  };
}
