import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bundleDifference,
  distinctCertificates,
  duplicateCertificates,
  isSubsetOf,
  printBundle,
  sameBundle,
} from '../../src/pki/bundle.ts';
import { type Certificate, readCertificates } from '../../src/pki/certificate.ts';
import { bytesOf, fixtures } from './golden.ts';

const ALL = Object.values(fixtures.intermediates)
  .slice(0, 6)
  .flatMap(({ secret }) => readCertificates(bytesOf(secret.data).tlsCrt).certificates);
const bundle = fc.array(fc.constantFrom(...ALL), { maxLength: 8 });

describe('src/pki/bundle.ts', () => {
  test('neither order nor duplicates change a bundle', () => {
    const pair = bundle.chain((one) =>
      fc.tuple(fc.constant(one), fc.shuffledSubarray([...one, ...one.slice(0, 2)], { minLength: one.length + Math.min(one.length, 2) })),
    );
    fc.assert(
      fc.property(pair, ([one, other]) => {
        expect(sameBundle(one, other)).toBe(true);
        expect(printBundle(one)).toBe(printBundle(other));
      }),
    );
  });

  test('a bundle is the same as another exactly where each has what the other has', () => {
    fc.assert(
      fc.property(bundle, bundle, (one, other) => {
        expect(sameBundle(one, other)).toBe(names(one).join() === names(other).join());
        expect(sameBundle(one, other)).toBe(printBundle(one) === printBundle(other));
      }),
    );
  });

  test('the laws of sets hold', () => {
    fc.assert(
      fc.property(bundle, bundle, bundle, (a, b, c) => {
        expect(isSubsetOf(a, [...a, ...b])).toBe(true);
        expect(isSubsetOf([], a)).toBe(true);
        expect(isSubsetOf(a, c) && isSubsetOf(b, c)).toBe(isSubsetOf([...a, ...b], c));
        expect(sameBundle(a, b)).toBe(isSubsetOf(a, b) && isSubsetOf(b, a));
        expect(isSubsetOf(bundleDifference(a, b), a)).toBe(true);
        expect(sameBundle([...bundleDifference(a, b), ...b], [...a, ...b])).toBe(true);
        expect(bundleDifference(bundleDifference(a, b), b)).toEqual(bundleDifference(a, b));
      }),
    );
  });

  test('duplicates are what stands in a bundle twice, each once', () => {
    fc.assert(
      fc.property(bundle, (one) => {
        const counts = Map.groupBy(one, ({ fingerprint }) => fingerprint);
        const twice = [...counts.values()].flatMap((same) => (same.length > 1 ? same.slice(0, 1) : []));
        expect(names(duplicateCertificates(one))).toEqual(names(twice));
        expect(distinctCertificates(one)).toHaveLength(counts.size);
      }),
    );
  });

  test('reading a printed bundle gives the bundle', () => {
    fc.assert(
      fc.property(bundle, (one) => {
        expect(readCertificates(printBundle(one)).certificates).toEqual(distinctCertificates(one));
      }),
      { numRuns: 30 },
    );
  });
});

function names(certificates: readonly Certificate[]): string[] {
  return [...new Set(certificates.map(({ fingerprint }) => fingerprint))].sort();
}
