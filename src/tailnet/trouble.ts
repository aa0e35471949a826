/** Which trouble it was that kept somebody from answering. */
import { connectionWords } from '../core/connection-words.ts';
import { OperatorError } from '../core/errors.ts';
import type { Asked, Trouble } from '../mesh/probing/tailnet.ts';

export type Failed = Extract<Asked<unknown>, { readonly kind: 'failed' }>;

/** An answer that is none: thrown inside this room, told as data outside of it. */
export class Troubled extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, says: string, cause?: unknown) {
    super(says, cause === undefined ? undefined : { cause });
    this.name = 'Troubled';
    this.trouble = trouble;
  }
}

const CODES: Readonly<Record<string, Trouble>> = {
  ENOENT: 'noSocket',
  ENOTDIR: 'noSocket',
  ENOTSOCK: 'noSocket',
  ECONNREFUSED: 'refused',
  EACCES: 'noPermission',
  EPERM: 'noPermission',
};

/**
 * What was thrown while `who` was asked, as data. `who` is put before it and must hold no secret.
 *
 * @throws OperatorError where the caller no longer wanted it.
 */
export function troubleOf(thrown: unknown, who: string): Failed {
  if (thrown instanceof Troubled) return failed(thrown.trouble, who, thrown.message);
  if (thrown instanceof OperatorError) {
    if (thrown.reason === 'cancelled') throw thrown;
    return failed(thrown.reason === 'timeout' ? 'silent' : 'unavailable', who, thrown.why ?? thrown.message);
  }
  const code = codeOf(thrown);
  const known = code !== undefined && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (known === 'noPermission') return failed(known, who, 'permission denied');
  // The words of an unknown failure are not repeated: undici's quote the header that it refuses, which holds the token.
  return failed(known ?? 'unavailable', who, code === undefined ? 'it cannot be reached' : connectionWords(innermost(thrown)));
}

function failed(trouble: Trouble, who: string, why: string): Failed {
  return { kind: 'failed', trouble, says: `${who}: ${why}` };
}

/** fetch wraps the failure of the connection in words of its own. */
function innermost(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
}

function codeOf(thrown: unknown): string | undefined {
  const inner = innermost(thrown);
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : undefined;
}
