import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rulesOfVersion } from '../../../src/rotation/istiod/version-rules.ts';
import { askIstiod } from './ask.ts';
import { type Data, fourFiles, growBench, RECORDED_AT } from './bench.ts';

interface Recorded {
  readonly do: string;
  readonly observed: {
    readonly cert_chain?: readonly unknown[];
    readonly grpc_code?: string;
    readonly serving_leaf_notAfter_minus_signer_notAfter_s?: number;
  };
}

const bench = growBench();
const rootA = bench.a.certificatePem;
const [long, twoHours, short] = [bench.a1, bench.twoHours, bench.short].map((signing) => fourFiles(signing, rootA));
const LATER = RECORDED_AT + 15_000;

/** What of the steps is about the files: before and after, and when. All others ask for certificates. */
const CHANGES: readonly (readonly [RegExp, Data | undefined, Data | undefined, number])[] = [
  [/^hot reload to an intermediate with \d{5} s of life left; TTL 86400$/, long, twoHours, RECORDED_AT],
  [/^hot reload to an intermediate with 12 s left; TTL 86400$/, twoHours, short, RECORDED_AT],
  [/^a good intermediate hot reloaded over the expired one$/, short, long, LATER],
];

function stepsOf(file: string): readonly Recorded[] {
  const text = readFileSync(new URL(`../../golden/istiod/${file}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly steps: readonly Recorded[] }).steps;
}

describe.each([
  ['signing-1.30', '1.30.3'],
  ['signing-1.28', '1.28.10'],
])('%s', (file, version) => {
  const steps = stepsOf(file);

  it('takes each intermediate that it is given, and signs with it', () => {
    const reloads = steps.filter(({ do: title }) => title.includes('hot reload'));
    const seen = reloads.map(({ do: title }) => {
      const change = CHANGES.find(([words]) => words.test(title));
      if (change === undefined) throw new Error(`no files are made for: ${title}`);
      const [, old = {}, next = {}, at] = change;
      const { verdict, leavesVerify } = askIstiod({ version, old, next, at });
      return { title, signs: verdict === 'accept' && leavesVerify };
    });
    expect(seen).toEqual(reloads.map(({ do: title, observed }) => ({ title, signs: (observed.cert_chain ?? []).length > 0 })));
    expect(reloads).toHaveLength(CHANGES.length);
  });

  it('signs nothing that verifies once its intermediate has expired, and would not start', () => {
    const step = steps.find(({ do: title }) => title.startsWith('the intermediate has expired while istiod runs'));
    const { leavesVerify, atNextStart } = askIstiod({ version, old: short ?? {}, next: short ?? {}, at: LATER });
    expect({ code: step?.observed.grpc_code, leavesVerify, atNextStart }).toEqual({
      code: 'Internal',
      leavesVerify: false,
      atNextStart: 'crash-at-start',
    });
  });

  it('ends its own certificate with its signer', () => {
    const step = steps.find(({ do: title }) => title === 'serving certificate under it');
    const read = rulesOfVersion(version);
    expect([step?.observed.serving_leaf_notAfter_minus_signer_notAfter_s === 0, read.known && read.rules.clampsLeaves]).toEqual([
      true,
      true,
    ]);
  });
});
