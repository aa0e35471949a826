import { describe, expect, it } from 'vitest';
import { isRetryable, OperatorError, REASONS, toFailure } from '../../src/core/errors.ts';

describe('OperatorError', () => {
  it('says what, where and why in one line, and keeps the repair apart', () => {
    const cause = new Error('below');
    const error = new OperatorError({
      reason: 'rateLimited',
      what: 'Cannot list secrets',
      where: 'cluster-b',
      why: 'too many calls',
      next: 'Wait.',
      retryAfterMs: 500,
      cause,
    });

    expect(Object.assign({}, error, { message: error.message, cause: error.cause, retryable: error.retryable })).toEqual({
      name: 'OperatorError',
      message: 'Cannot list secrets (cluster-b): too many calls',
      reason: 'rateLimited',
      what: 'Cannot list secrets',
      where: 'cluster-b',
      why: 'too many calls',
      next: 'Wait.',
      retryAfterMs: 500,
      cause,
      retryable: true,
    });
  });

  it.each([
    [{ reason: 'internal', what: 'It broke' }, 'It broke'],
    [{ reason: 'internal', what: 'It broke', where: 'here' }, 'It broke (here)'],
    [{ reason: 'internal', what: 'It broke', why: 'so' }, 'It broke: so'],
  ] as const)('leaves out what is not known: %j', (init, expected) => {
    const error = new OperatorError(init);

    expect(error.message).toBe(expected);
    expect('cause' in error).toBe(false);
  });
});

it('tries again only where that may help', () => {
  expect(REASONS.filter(isRetryable)).toEqual(['unreachable', 'timeout', 'conflict', 'rateLimited', 'serverError']);
});

describe('toFailure', () => {
  it('keeps reason, line and repair of an OperatorError, and neither its cause nor its stack', () => {
    const error = new OperatorError({ reason: 'tls', what: 'No', next: 'Renew it.', cause: new Error('secret') });

    expect(toFailure(error)).toEqual({ reason: 'tls', message: 'No', next: 'Renew it.' });
  });

  it('has no repair where none is known', () => {
    expect(toFailure(new OperatorError({ reason: 'tls', what: 'No' }))).toEqual({ reason: 'tls', message: 'No' });
  });

  it.each([
    [new TypeError('x is undefined'), 'x is undefined'],
    ['text', 'text'],
    [undefined, 'undefined'],
  ])('calls anything else a defect: %s', (thrown, message) => {
    expect(toFailure(thrown)).toEqual({
      reason: 'internal',
      message,
      next: 'This is a defect of meshwarden: report it with the log of this moment.',
    });
  });
});
