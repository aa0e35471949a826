import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/core/errors.ts';
import { Troubled, troubleOf } from '../../src/tailnet/trouble.ts';

function coded(code: string): Error {
  return Object.assign(new Error(`connect ${code} /somewhere`), { code });
}

describe('troubleOf', () => {
  it.each<readonly [name: string, thrown: unknown, trouble: string, says: string]>([
    ['no socket', coded('ENOENT'), 'noSocket', 'tailscaled: there is no such socket'],
    ['nobody listens', coded('ECONNREFUSED'), 'refused', 'tailscaled: connection refused'],
    ['a socket that may not be opened', coded('EACCES'), 'noPermission', 'tailscaled: permission denied'],
    ['a socket that may not be opened, by policy', coded('EPERM'), 'noPermission', 'tailscaled: permission denied'],
    ['a cut', coded('ECONNRESET'), 'unavailable', 'tailscaled: the connection was cut'],
    ['what fetch wraps', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), 'refused', 'tailscaled: connection refused'],
    [
      'our own deadline',
      new OperatorError({ reason: 'timeout', what: 'x', why: 'no answer within 5 ms' }),
      'silent',
      'tailscaled: no answer within 5 ms',
    ],
    ['an answer that is none', new Troubled('protocol', 'nonsense'), 'protocol', 'tailscaled: nonsense'],
    [
      'words that may hold a token',
      new TypeError('invalid header value "Bearer tskey-1"'),
      'unavailable',
      'tailscaled: it cannot be reached',
    ],
    ['what is no error', 'broken', 'unavailable', 'tailscaled: it cannot be reached'],
  ])('classes %s', (_, thrown, trouble, says) => {
    expect(troubleOf(thrown, 'tailscaled')).toEqual({ kind: 'failed', trouble, says });
  });

  it('does not take a wish to stop for an observation', () => {
    const cancelled = new OperatorError({ reason: 'cancelled', what: 'x' });

    expect(() => troubleOf(cancelled, 'tailscaled')).toThrow(cancelled);
  });
});
