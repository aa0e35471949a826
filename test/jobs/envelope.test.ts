import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { REASONS, type Failure } from '../../src/core/errors.ts';
import { failureText, readFailure, unwrap, wrap } from '../../src/jobs/envelope.ts';

it('a failure of any reason and any text comes out as it went in', () => {
  const failures: fc.Arbitrary<Failure> = fc.record(
    { reason: fc.constantFrom(...REASONS), message: fc.string(), next: fc.string() },
    { requiredKeys: ['reason', 'message'], noNullPrototype: true },
  );

  const law = fc.property(failures, (failure) => {
    expect(readFailure(failureText(failure))).toEqual(failure);
  });

  fc.assert(law);
});

it.each(['job stalled more than allowable limit', '', '{"reason":"bored","message":"x"}', '{', '[]', 'null'])(
  'takes other words for a failure of the queue: %j',
  (text) => {
    expect(readFailure(text)).toEqual({ reason: 'internal', message: text });
  },
);

it('a result comes out as it went in', () => {
  const law = fc.property(fc.jsonValue(), (value) => {
    const json = JSON.stringify(value);
    const kept: unknown = JSON.parse(JSON.stringify(wrap(value)));
    expect(JSON.stringify(unwrap(kept))).toBe(json);
  });

  fc.assert(law);
});

it.each([{ v: 2, value: {} }, { value: {} }, 'text', null])('does not misread what a worker of another version wrote: %j', (returned) => {
  expect(() => unwrap(returned)).toThrow(
    expect.objectContaining({
      reason: 'protocol',
      message: 'Cannot read the result of a job: the worker that ran it is of another version',
      next: 'Run bot and workers of the same version.',
    }),
  );
});
