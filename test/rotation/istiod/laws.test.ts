import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askIstiod, filesOf, off, on } from './ask.ts';
import { type Data, fourFiles, growBench } from './bench.ts';
import { brokenBundles } from './broken.ts';

const bench = growBench();
const rootA = bench.a.certificatePem;
const rootB = bench.b.certificatePem;
const more = [
  fourFiles(bench.a1, rootA),
  fourFiles(bench.a2, rootA),
  fourFiles(bench.a1, rootA + rootB, rootA),
  fourFiles(bench.b1, rootB),
];
const bundles = [...Object.values(brokenBundles(bench)), ...more];
const bundle = fc.constantFrom(...bundles);
const runs = fc.constantFrom(...bundles.filter((data) => askIstiod({ occasion: 'start', next: data }).verdict === 'accept'));
const version = fc.constantFrom('1.24.4', '1.27.0', '1.28.10', '1.29.3', '1.30.3', '1.31.0', '1.40.0');
const flags = fc.constantFrom(off, on);

function signs(data: Data): string | undefined {
  return filesOf(data).signing?.certificates[0]?.fingerprint;
}

describe('laws of what istiod does', () => {
  it('what it started with is taken again unchanged, and nobody signs anew for it', () => {
    const law = fc.property(runs, version, flags, (data, version, flags) => {
      const { verdict, agentsSignAnew } = askIstiod({ old: data, next: data, version, flags });
      return verdict === 'accept' && !agentsSignAnew;
    });
    expect(() => fc.assert(law)).not.toThrow();
  });

  it('several roots allowed never refuses what is taken without', () => {
    const law = fc.property(runs, bundle, version, (old, wanted, version) => {
      const verdictWith = (flags: typeof on) => askIstiod({ old, next: wanted, version, flags }).verdict;
      return verdictWith(off) !== 'accept' || verdictWith(on) === 'accept';
    });
    expect(() => fc.assert(law)).not.toThrow();
  });

  it('a refusal leaves what was there, an acceptance brings what is new', () => {
    const law = fc.property(runs, bundle, version, flags, (old, wanted, version, flags) => {
      const { verdict, serves } = askIstiod({ old, next: wanted, version, flags });
      return serves?.signing.fingerprint === signs(verdict === 'accept' ? wanted : old) && ['accept', 'refuse-silently'].includes(verdict);
    });
    expect(() => fc.assert(law)).not.toThrow();
  });

  it('comparing sets takes all that comparing texts takes', () => {
    const law = fc.property(runs, bundle, (old, wanted) => {
      const verdictOf = (version: string) => askIstiod({ old, next: wanted, version, flags: on }).verdict;
      return verdictOf('1.28.10') !== 'accept' || verdictOf('1.30.3') === 'accept';
    });
    expect(() => fc.assert(law)).not.toThrow();
  });
});
