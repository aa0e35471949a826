import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesFromData } from '../../../src/rotation/istiod/files.ts';
import { istiodOutcome, type IstiodChange, type IstiodOutcome } from '../../../src/rotation/istiod/outcome.ts';
import { bytes, type Data, fourFiles, growBench, namesOf, RECORDED_AT } from './bench.ts';
import { brokenBundles } from './broken.ts';

interface Observed {
  readonly result?: 'accepted' | 'refused';
  readonly exit_code?: number;
  readonly log?: readonly string[];
  readonly log_ms?: readonly (readonly [number, string])[];
  readonly served_chain_15012?: readonly string[];
  readonly configmaps?: { readonly bundle: { readonly certificates: readonly string[] } };
}

interface Step {
  readonly do: string;
  readonly observed: Observed;
}

const bench = growBench();
const rootA = bench.a.certificatePem;
const rootB = bench.b.certificatePem;
const broken = brokenBundles(bench);
const running = fourFiles(bench.a1, rootA);

const nameOf = namesOf({
  'root-a': rootA,
  'root-b': rootB,
  'root-rsa': bench.rsa.certificatePem,
  'root-a-renewed': bench.renewed,
  'sub-root-a': bench.sub.certificatePem,
  'ica-a1-by-root-a': bench.a1.certificatePem,
  'ica-a2-by-root-a': bench.a2.certificatePem,
  'ica-a3-by-root-a': bench.a3.certificatePem,
  'ica-a1-by-root-b': bench.b1.certificatePem,
  'ica-rsa-by-root-rsa': bench.ofRsa.certificatePem,
  'ica-by-sub': bench.ofSub.certificatePem,
  'ica-nonca': bench.noCa.certificatePem,
  'ica-ed25519': bench.ed25519.certificatePem,
  'ica-expired': bench.expired.certificatePem,
  'selfsigned-ica': bench.selfSigned.certificatePem,
});

function stepsOf(file: string): readonly Step[] {
  const text = readFileSync(new URL(`../../golden/istiod/${file}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly steps: readonly Step[] }).steps;
}

interface Situation {
  readonly version?: string;
  readonly multiRoot?: boolean;
  readonly old?: Data;
  readonly next: Data;
}

function outcomeOf(occasion: IstiodChange['occasion'], { version = '1.30.3', multiRoot = false, old, next }: Situation): IstiodOutcome {
  const flags = { multiRoot, cacertsForSelfSigned: false, xdsAgent: multiRoot };
  const files = old === undefined ? null : filesFromData(bytes(old));
  return istiodOutcome({ version, flags, at: RECORDED_AT, occasion, old: files, next: filesFromData(bytes(next)) });
}

/** A step of a recording whose words nobody made files of is an error, not a gap. */
function bundleFor(step: Step, prefix: string): Data {
  const words = step.do.slice(prefix.length);
  const found = broken[words];
  if (!step.do.startsWith(prefix) || found === undefined) throw new Error(`no files are made for: ${step.do}`);
  return found;
}

/** Recorded lines are `level<TAB>[scope<TAB>]text`. */
function tells({ log = [], log_ms = [] }: Observed, outcome: IstiodOutcome): boolean {
  const lines = [...log, ...log_ms.map(([, line]) => line)];
  const { log: told } = outcome;
  return (
    told !== undefined &&
    lines.some((line) => line.startsWith(`${told.level}\t`) && line.slice(line.indexOf('\t') + 1).startsWith(told.text))
  );
}

/** As the recordings print what 15012 presents. */
function served({ serves }: IstiodOutcome): readonly string[] | undefined {
  if (serves === undefined) return undefined;
  return [`leaf signed by ${nameOf(serves.signing.fingerprint)}`, ...serves.chain.map(({ fingerprint }) => nameOf(fingerprint))];
}

describe('what istiod does is what the recorded one did', () => {
  it('takes or refuses at its start every broken or odd bundle as it did', () => {
    const steps = stepsOf('broken-cacerts-at-start');
    const seen = steps.map(({ do: title, observed }) => {
      const outcome = outcomeOf('start', { next: bundleFor({ do: title, observed }, 'start with: ') });
      return {
        title,
        exit: outcome.verdict === 'crash-at-start' ? 255 : undefined,
        tells: tells(observed, outcome),
        chain: served(outcome),
      };
    });
    const expected = steps.map(({ do: title, observed }) => ({
      title,
      exit: observed.exit_code,
      tells: true,
      chain: title.endsWith('only an unknown key in the Secret') ? undefined : observed.served_chain_15012,
    }));
    expect(seen).toEqual(expected);
    expect(steps).toHaveLength(43);
  });

  it('takes or refuses at a reload every broken or odd bundle as it did', () => {
    const steps = stepsOf('broken-cacerts-hot-reload');
    const seen = steps.map((step) => {
      const outcome = outcomeOf('reload', { old: running, next: bundleFor(step, 'hot reload to: ') });
      return { title: step.do, tells: tells(step.observed, outcome), chain: served(outcome) };
    });
    expect(seen).toEqual(steps.map((step) => ({ title: step.do, tells: true, chain: step.observed.served_chain_15012 })));
    expect(steps).toHaveLength(44);
  });

  it.each([
    ['root-change-multiroot-1.30', '1.30.3', true, 24],
    ['root-change-multiroot-1.28', '1.28.10', true, 24],
    ['root-change-default-1.30', '1.30.3', false, 6],
    ['root-change-default-1.28', '1.28.10', false, 4],
  ])('changes roots as in %s', (file, version, multiRoot, number) => {
    const steps = stepsOf(file);
    const seen = steps.map((step) => {
      const change = rootChanges[step.do];
      if (change === undefined) throw new Error(`no files are made for: ${step.do}`);
      const outcome = outcomeOf('reload', { version, multiRoot, old: change[0], next: change[1] });
      return {
        title: step.do,
        result: outcome.verdict === 'accept' ? 'accepted' : 'refused',
        tells: tells(step.observed, outcome),
        chain: served(outcome),
        publishes: outcome.serves?.roots.map(({ fingerprint }) => nameOf(fingerprint)),
        basis: outcome.basis,
      };
    });
    const expected = steps.map(({ do: title, observed }) => ({
      title,
      result: observed.result,
      tells: true,
      chain: observed.served_chain_15012,
      publishes: observed.configmaps?.bundle.certificates,
      basis: 'recorded',
    }));
    expect(seen).toEqual(expected);
    expect(steps).toHaveLength(number);
  });

  it('reloads intermediates under one root as it did', () => {
    const seen = stepsOf('hot-reload-intermediate').map((step) => {
      const change = reloads[step.do];
      if (change === undefined) throw new Error(`no files are made for: ${step.do}`);
      if (change === 'observes') return { title: step.do };
      const outcome = outcomeOf('reload', { old: change[0], next: change[1] });
      return {
        title: step.do,
        tells: tells(step.observed, outcome),
        chain: step.observed.served_chain_15012 === undefined ? undefined : served(outcome),
      };
    });
    const expected = stepsOf('hot-reload-intermediate').map(({ do: title, observed }) =>
      reloads[title] === 'observes' ? { title } : { title, tells: true, chain: observed.served_chain_15012 },
    );
    expect(seen).toEqual(expected);
  });
});

const plus = (...pems: readonly string[]) => pems.join('');
const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const byA = (roots: string) => fourFiles(bench.a1, roots, rootA);
const byB = (roots: string) => fourFiles(bench.b1, roots, rootB);
const AB = plus(rootA, rootB);

/** By the words of the recordings: the files before and after. */
const rootChanges: Readonly<Record<string, readonly [Data, Data]>> = {
  'A -> A with one extra newline at the end': [byA(rootA), byA(`${rootA}\n`)],
  'A -> A without the newline at the end': [byA(rootA), byA(rootA.trimEnd())],
  'A -> A with CRLF': [byA(rootA), byA(crlf(rootA))],
  'A -> A with a comment line in front': [byA(rootA), byA(`# root of generation 1\n${rootA}`)],
  'A -> A, new intermediate and one extra newline in root-cert.pem': [byA(rootA), fourFiles(bench.a2, `${rootA}\n`, rootA)],
  'A -> A+A (duplicate)': [byA(rootA), byA(plus(rootA, rootA))],
  'A -> A+B (append), signer still by A': [byA(rootA), byA(AB)],
  'A -> B+A (prepend), signer still by A': [byA(rootA), byA(plus(rootB, rootA))],
  'A -> A+B with a comment line between the blocks': [byA(rootA), byA(plus(rootA, '# root of generation 2\n', rootB))],
  'A -> A+B and signer by B in the same update': [byA(rootA), byB(AB)],
  'A -> B with signer by B, at once': [byA(rootA), byB(rootB)],
  'A -> renewed A (same key, same DN, new validity)': [byA(rootA), byA(bench.renewed)],
  'A -> A + renewed A': [byA(rootA), byA(plus(rootA, bench.renewed))],
  'A+B -> A+B unchanged, signer from A to B': [byA(AB), byB(AB)],
  'A+B -> A+B+B (duplicate), signer from A to B': [byA(AB), byB(plus(AB, rootB))],
  'A+B -> B+A (order swapped), signer by A': [byA(AB), byA(plus(rootB, rootA))],
  'A+B (signer B) -> B': [byB(AB), byB(rootB)],
  'B+A (signer B) -> B': [byB(plus(rootB, rootA)), byB(rootB)],
  'A+B+B (signer B) -> B': [byB(plus(AB, rootB)), byB(rootB)],
  'A+B (signer A) -> A (rollback)': [byA(AB), byA(rootA)],
  'A+B (signer A) -> B (signer still A: too early)': [byA(AB), byA(rootB)],
  'A+B -> B+C (overlap, no subset)': [byB(AB), byB(plus(rootB, bench.c.certificatePem))],
  'A+B -> A+B with comment lines in front of each block': [byA(AB), byA(plus('# one\n', rootA, '# two\n', rootB))],
  'A+B -> A+B with an empty line between': [byA(AB), byA(plus(rootA, '\n', rootB))],
};

const of1 = fourFiles(bench.a1, rootA);
const of2 = fourFiles(bench.a2, rootA);
const of3 = fourFiles(bench.a3, rootA);

/** `observes`: nothing is given to istiod in that step. */
const reloads: Readonly<Record<string, readonly [Data, Data] | 'observes'>> = {
  'start with intermediate a1; an ADS stream (CDS, LDS, PCDS) is opened on 15012 with a service account token': 'observes',
  'hot reload to ica-a2-by-root-a: symlink swap at t=0; root-cert.pem unchanged': [of1, of2],
  'hot reload to ica-a3-by-root-a: symlink swap at t=0; root-cert.pem unchanged': [of2, of3],
  'hot reload to ica-a1-by-root-a: symlink swap at t=0; root-cert.pem unchanged': [of3, of1],
  'failed reload (key of another certificate), then nothing for 20 s: is it retried?': [of1, { ...of2, 'ca-key.pem': bench.a3.keyPem }],
  'then a good one': [of1, of2],
  'the same bytes once more (kubelet would not do this, an editor might)': [of2, of2],
  'two reloads 30 ms apart (a3, then a1)': [of2, of1],
  'two reloads 250 ms apart (a3, then a2)': [of3, of2],
  'half an update: new ca-cert.pem and ca-key.pem (a1), cert-chain.pem still of a2': [
    of2,
    { ...of1, 'cert-chain.pem': of2['cert-chain.pem'] ?? '' },
  ],
  'the ADS stream over all of this': 'observes',
  'not a kubelet volume: plain files rewritten one after another, 60 ms apart (why atomic swaps matter)': [
    { ...of1, 'cert-chain.pem': of2['cert-chain.pem'] ?? '' },
    of2,
  ],
};
