import { describe, expect, it } from 'vitest';
import { inspectCacerts } from '../../../src/pki/cacerts.ts';
import { filesFromData, filesFromFacts } from '../../../src/rotation/istiod/files.ts';
import { istiodOutcome, type IstiodOutcome } from '../../../src/rotation/istiod/outcome.ts';
import { rulesOfVersion } from '../../../src/rotation/istiod/version-rules.ts';
import { askIstiod, off, on, type Question } from './ask.ts';
import { bytes, type Data, fourFiles, growBench, RECORDED_AT } from './bench.ts';
import { brokenBundles } from './broken.ts';

const bench = growBench();
const rootA = bench.a.certificatePem;
const rootB = bench.b.certificatePem;
const running = fourFiles(bench.a1, rootA);
const next = fourFiles(bench.a2, rootA);
const broken = brokenBundles(bench);

function ask(question: Question): IstiodOutcome {
  return askIstiod({ old: running, next, ...question });
}

describe('the outcome of a change', () => {
  it('is whole for a new intermediate under the same root', () => {
    const { serves, ...rest } = ask({});
    expect(rest).toEqual({
      verdict: 'accept',
      log: { level: 'info', text: 'Istiod has detected the newly added intermediate CA and updated its key and certs accordingly' },
      why: undefined,
      leavesVerify: true,
      agentsSignAnew: false,
      atNextStart: 'accept',
      acceptedAtReloadButCrashesAtStart: false,
      basis: 'recorded',
      warnings: [],
    });
    expect(serves?.signing.fingerprint).toBe(filesFromData(bytes(next)).signing?.certificates[0]?.fingerprint);
  });

  it.each([
    ['empty cert-chain.pem', 'accept', false, 'accept'],
    ['cert-chain.pem = another (older) intermediate and root', 'accept', false, 'accept'],
    ['cert-chain.pem = root first, then intermediate', 'accept', false, 'accept'],
    ['cert-chain.pem = intermediate only', 'accept', true, 'accept'],
    ['cert-chain.pem = text that is no PEM', 'accept', false, 'crash-at-start'],
    ['certificate without the CA flag', 'accept', false, 'crash-at-start'],
    ['no newline at the end of ca-cert.pem, glued in cert-chain.pem', 'accept', false, 'crash-at-start'],
    ['good four files plus tls.crt only', 'refuse-silently', true, 'crash-at-start'],
    ['only an unknown key in the Secret', 'refuse-silently', true, 'self-signed-start'],
    ['missing ca-key.pem', 'refuse-silently', true, 'crash-at-start'],
    ['root-cert.pem = two roots (A, B)', 'refuse-silently', true, 'accept'],
  ] as const)('at a reload and at the start after it: %s', (words, verdict, leavesVerify, atNextStart) => {
    const outcome = ask({ next: broken[words] ?? null });
    expect(outcome).toMatchObject({ verdict, leavesVerify, atNextStart });
    expect(outcome.acceptedAtReloadButCrashesAtStart).toBe(verdict === 'accept' && atNextStart === 'crash-at-start');
  });

  it('ignores files that came after its start, and takes them at its next one', () => {
    expect(ask({ old: null })).toMatchObject({ verdict: 'ignored', serves: undefined, atNextStart: 'accept' });
  });

  it('keeps its files when the Secret goes, and signs by itself after its next start', () => {
    expect(ask({ next: null })).toMatchObject({ verdict: 'ignored', leavesVerify: true, atNextStart: 'self-signed-start' });
    expect(ask({ occasion: 'start', next: null }).verdict).toBe('self-signed-start');
  });

  it('keeps a CA that it made where it is told to, and else takes it as given', () => {
    const made = { ...next, 'istio-generated': '' };
    expect(ask({ occasion: 'start', next: made }).verdict).toBe('accept');
    expect(ask({ occasion: 'start', next: made, flags: { ...off, cacertsForSelfSigned: true } }).verdict).toBe('self-signed-start');
  });

  it('takes a good intermediate after its own has expired', () => {
    const late = { at: RECORDED_AT + 60_000, old: fourFiles(bench.short, rootA) };
    expect(ask(late).verdict).toBe('accept');
    expect(ask({ ...late, next: late.old })).toMatchObject({
      verdict: 'refuse-silently',
      leavesVerify: false,
      atNextStart: 'crash-at-start',
    });
  });

  it('does not start where the first certificate of its chain file has expired, though it is of no use there', () => {
    const old = { ...next, 'cert-chain.pem': bench.expired.certificatePem + rootA };
    expect(ask({ next: old })).toMatchObject({ verdict: 'accept', leavesVerify: false, acceptedAtReloadButCrashesAtStart: true });
  });

  it('pushes another bundle to every agent, the same roots twice among them', () => {
    const both = fourFiles(bench.a1, rootA + rootB, rootA);
    const twice = fourFiles(bench.b1, rootA + rootB + rootB, rootB);
    expect(ask({ flags: on, old: both, next: twice })).toMatchObject({ verdict: 'accept', agentsSignAnew: true });
    expect(ask({ flags: on, old: both, next: fourFiles(bench.b1, rootA + rootB, rootB) })).toMatchObject({
      verdict: 'accept',
      agentsSignAnew: false,
    });
  });
});

describe('versions', () => {
  it.each([
    ['1.23.9', undefined, 'istiod 1.23.9 is too old: what it does with new CA files is known from 1.24 on.'],
    [undefined, undefined, 'The version of istiod is not known (nothing tells it).'],
    ['sha256', undefined, 'The version of istiod is not known (sha256).'],
  ])('%s is not known', (version, basis, why) => {
    expect(ask({ version })).toMatchObject({ verdict: 'unknown', basis, why, serves: undefined, leavesVerify: false });
  });

  it.each([
    ['1.24.4', 'source', 'text', false, false, '1.24.5'],
    ['1.25.1', 'source', 'text', false, false, '1.25.2'],
    ['1.26.0', 'source', 'text', false, false, undefined],
    ['1.27.1', 'source', 'text', true, false, undefined],
    ['1.28.6', 'source', 'text', true, false, undefined],
    ['1.28.10', 'recorded', 'text', true, true, undefined],
    ['1.29.2', 'source', 'text', true, false, undefined],
    ['1.29.3-distroless', 'source', 'text', true, true, undefined],
    ['1.30.0', 'source', 'set', true, true, undefined],
    ['1.30.3', 'recorded', 'set', true, true, undefined],
    ['1.31.0-rc.0', 'source', 'set', true, true, undefined],
    ['1.33.0', 'newest-known', 'set', true, true, undefined],
  ] as const)('%s', (...[version, basis, comparesRoots, incompleteEndsStart, clampsLeaves, losesRoots]) => {
    const read = rulesOfVersion(version);
    expect(read.known && { ...read.rules, warnings: read.rules.warnings.length }).toEqual({
      basis,
      comparesRoots,
      incompleteEndsStart,
      readsCrl: incompleteEndsStart,
      clampsLeaves,
      losesRoots,
      warnings: losesRoots !== undefined || basis === 'newest-known' ? 1 : 0,
    });
  });

  it('before 1.27 signs by itself without a key, and ends where another file is missing', () => {
    expect(ask({ version: '1.26.0', occasion: 'start', next: broken['missing ca-key.pem'] ?? null }).verdict).toBe('self-signed-start');
    expect(ask({ version: '1.26.0', occasion: 'start', next: broken['missing cert-chain.pem'] ?? null })).toMatchObject({
      verdict: 'crash-at-start',
      log: { text: expect.stringMatching(/open \/etc\/cacerts\/cert-chain\.pem: no such file or directory$/) },
    });
  });
});

describe('files known by their facts alone', () => {
  const facts = (data: Data) => filesFromFacts(inspectCacerts(bytes(data))) ?? null;
  const change = (version: string, old: Data, wanted: Data) =>
    istiodOutcome({ version, flags: on, at: RECORDED_AT, occasion: 'reload', old: facts(old), next: facts(wanted) });

  it('give the same outcome as their bytes where these are canonical', () => {
    const both = fourFiles(bench.a1, rootA + rootB, rootA);
    expect(change('1.28.10', running, both)).toEqual(ask({ version: '1.28.10', flags: on, next: both }));
  });

  it('do not tell what a version does that compares text which is not known', () => {
    const odd = fourFiles(bench.a1, `# a comment\n${rootA}`, rootA);
    const both = fourFiles(bench.a1, rootA + rootB, rootA);
    expect(change('1.28.10', odd, both)).toMatchObject({ verdict: 'unknown', leavesVerify: false });
    expect(change('1.30.3', odd, both).verdict).toBe('accept');
    expect(change('1.28.10', odd, { ...next, 'root-cert.pem': odd['root-cert.pem'] ?? '' }).verdict).toBe('accept');
  });

  it('tell nothing of the style of tls.crt', () => {
    expect(facts(broken['tls style (tls.crt, tls.key, ca.crt)'] ?? {})).toBeNull();
  });

  it('do not tell whether a list of revoked certificates is whole', () => {
    expect(change('1.30.3', running, { ...next, 'ca-crl.pem': 'x' })).toMatchObject({ verdict: 'unknown', atNextStart: 'unknown' });
  });
});
