// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCertificates } from '../../src/pki/certificate.ts';
import { goBlocks } from '../../lab/controllers/istiod/pem.ts';
import { startBench, type Bench } from './istiod/bench.ts';
import { fourFiles } from './istiod/bundles.ts';
import { callSigning, type SigningCall } from './istiod/client.ts';
import { newCsr } from './istiod/csr.ts';
import { NamedCertificates } from './istiod/pki.ts';
import { type RecordedStep, stepsOf } from './istiod/recording.ts';
import { logWords } from './istiod/words.ts';

const CODES: Readonly<Record<number, string>> = { 3: 'InvalidArgument', 13: 'Internal', 16: 'Unauthenticated' };

/** How the callers of the recording asked, by their words; whatever is not said is as in the first good request. */
const CALLS: Readonly<Record<string, (bench: Bench, csr: string) => Promise<Partial<SigningCall>>>> = {
  'CSR (EC P-256), TTL 86400, token of app-one/app with audience istio-ca': async () => ({}),
  'TTL 3600': async () => ({ validity: 3600 }),
  'TTL 0': async () => ({ validity: 0 }),
  'TTL -5': async () => ({ validity: -5 }),
  'TTL 90 days': async () => ({ validity: 90 * 86_400 }),
  'TTL 91 days (MAX_WORKLOAD_CERT_TTL is 2160h)': async () => ({ validity: 91 * 86_400 }),
  'clusterid: cluster-a': async () => ({ clusterId: 'cluster-a' }),
  'clusterid: cluster-b (no remote secret)': async () => ({ clusterId: 'cluster-b' }),
  'CSR asks for another SPIFFE identity and an organisation: ignored': async () => ({
    csr: await newCsr('EC', 'spiffe://cluster.local/ns/other/sa/other'),
  }),
  'CSR with an RSA 2048 key': async () => ({ csr: await newCsr('RSA') }),
  'CSR with an Ed25519 key': async () => ({ csr: await newCsr('Ed25519') }),
  'CSR that is no PEM': async () => ({ csr: 'no request' }),
  'CSR with a broken signature': async (_, csr) => ({ csr: broken(csr) }),
  'garbage token': async () => ({ token: 'garbage' }),
  'token with the default audience': async (bench) => ({ token: await bench.token('app-one/app', []) }),
  'token with audience "other"': async (bench) => ({ token: await bench.token('app-one/app', ['other']) }),
  'token of a deleted service account': async (bench) => {
    const token = await bench.token('app-one/gone');
    bench.api.store.delete('ServiceAccount', 'app-one', 'gone');
    return { token };
  },
  'legacy token from a Secret (no audience, no expiry)': async (bench) => ({
    token: bench.api.addUser('system:serviceaccount:app-one:app'),
  }),
  'token of cluster-b, clusterid empty': async () => ({ token: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln' }),
  'token of cluster-b, clusterid cluster-b, no remote secret': async () => ({
    token: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
    clusterId: 'cluster-b',
  }),
  'token of istio-system/probe': async (bench) => ({ token: await bench.token('istio-system/probe') }),
  'impersonation asked for by a normal service account': async () => ({ impersonate: true }),
  'same, TTL 3600': async () => ({ validity: 3600 }),
};

/** One byte of the signature is another. */
function broken(csr: string): string {
  const der = Buffer.from(goBlocks(csr)[0]?.der ?? '');
  const last = der.length - 1;
  der[last] = (der[last] ?? 0) ^ 1;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}

describe.each([
  ['signing-1.30', '1.30.3'],
  ['signing-1.28', '1.28.10'],
] as const)('istiod of the lab signs as the real one did: %s', (recording, version) => {
  let pki: NamedCertificates;
  let bench: Bench;
  let csr: string;
  const steps = stepsOf(recording);

  beforeAll(async () => {
    pki = new NamedCertificates();
    csr = await newCsr();
    bench = await startBench(fourFiles(pki, { signer: 'ica-a1-by-root-a' }), { version });
  });
  afterAll(() => bench.stop());

  async function shownBy(call: Partial<SigningCall>): Promise<unknown> {
    const { istiod, clock, api } = bench;
    const [lines, before] = [istiod.log.lines().length, istiod.metrics()];
    const token = 'token' in call ? {} : { token: await bench.token() };
    const answer = await callSigning(api, istiod.pod, { csr, ...token, ...call });
    const counters = [...istiod.metrics()].filter(([name, value]) => name.includes('_count') && before.get(name) !== value);
    const metric_changes = Object.fromEntries(counters.map(([name, value]) => [name, [before.get(name) ?? null, value]]));
    const log = logWords(istiod.log.lines().slice(lines), pki);
    if ('code' in answer)
      return { grpc_code: CODES[answer.code], grpc_code_number: answer.code, grpc_message: answer.message, log, metric_changes };
    const [leaf] = readCertificates(answer.chain[0] ?? '').certificates;
    return {
      grpc_code: 'OK',
      cert_chain: answer.chain.slice(1).map((element) => goBlocks(element).map(({ pem }) => pki.nameOf(pem))),
      leaf: leaf && {
        issuer: leaf.issuer,
        uri: leaf.uriNames,
        isCA: leaf.isCa,
        from: (leaf.notBefore - clock.now()) / 1000,
        to: (leaf.notAfter - clock.now()) / 1000,
        signer: pki.signerOf(answer.chain[0] ?? ''),
      },
      log,
      metric_changes,
    };
  }

  interface RecordedCertificateView {
    readonly issuer: string;
    readonly uri: readonly string[];
    readonly isCA: boolean;
    readonly notBefore_minus_now_s: number;
    readonly notAfter_minus_now_s: number;
    readonly aki_of: string;
    readonly known_as: string;
  }

  function recordedBy({ observed }: RecordedStep, left?: number): unknown {
    const { grpc_code, grpc_code_number, grpc_message, metric_changes } = observed;
    const log = logWords(observed['log'], pki);
    const chain = observed['cert_chain'] as { certificates: RecordedCertificateView[] }[] | undefined;
    if (chain === undefined) return { grpc_code, grpc_code_number, grpc_message, log, metric_changes };
    const leaf = chain[0]?.certificates[0];
    return {
      grpc_code,
      cert_chain: chain.slice(1).map(({ certificates }) => certificates.map(({ known_as }) => known_as)),
      leaf: leaf && {
        issuer: leaf.issuer,
        uri: leaf.uri,
        isCA: leaf.isCA,
        from: leaf.notBefore_minus_now_s,
        to: left ?? leaf.notAfter_minus_now_s,
        signer: leaf.aki_of,
      },
      log,
      metric_changes,
    };
  }

  it('has no counter before the first request', () => {
    expect([...bench.istiod.metrics().keys()].filter((name) => name.startsWith('citadel'))).toEqual(steps[0]?.observed['citadel_metrics']);
  });

  it('answers every caller as recorded', async () => {
    const shown: unknown[] = [];
    const recorded: unknown[] = [];
    for (const step of steps.slice(1, 24)) {
      // Without a token is what is said of nobody else.
      const call = step.do === 'no token' ? { token: undefined } : await CALLS[step.do]?.(bench, csr);
      if (call === undefined) throw new Error(`How is "${step.do}" asked?`);
      const { token, ...rest } = call;
      shown.push([step.do, await shownBy('token' in call ? { ...rest, ...(token === undefined ? noToken() : { token }) } : rest)]);
      recorded.push([step.do, recordedBy(step)]);
    }

    expect(shown).toEqual(recorded);
  });

  it('clamps to a signer that ends soon, refuses with one that has ended, and is mended by a reload', async () => {
    const { clock } = bench;
    await bench.bring(fourFiles(pki, { signer: 'ica-2h' }));
    const end = (pem: string): number => readCertificates(pem).certificates[0]?.notAfter ?? 0;
    const left = (end(pki.get('ica-2h').certificatePem) - clock.now()) / 1000;
    const at = (place: number): RecordedStep => steps[place] ?? { do: '', observed: {} };
    expect(await shownBy({})).toEqual(recordedBy(at(25), left));
    expect(await shownBy({ validity: 3600 })).toEqual(recordedBy(at(26)));
    expect(end(bench.istiod.servedChain()) - end(pki.get('ica-2h').certificatePem)).toBe(0);

    pki.make('ica-12s', 'istio-ica-short', { notBefore: clock.now() - 60_000, notAfter: clock.now() + 12_000 });
    await bench.bring(fourFiles(pki, { signer: 'ica-12s' }));
    expect(await shownBy({})).toEqual(recordedBy(at(28), 12));

    clock.advance(14_000);
    const ended = new Date(clock.now() - 2000)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.\d+Z$/, ' +0000 UTC');
    const said = JSON.parse(JSON.stringify(recordedBy(at(30))).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, ended));
    expect(await shownBy({})).toEqual(said);
    expect(bench.istiod.metrics().get('citadel_server_cert_chain_expiry_seconds')).toBe(-2);

    await bench.bring(fourFiles(pki, { signer: 'ica-a1-by-root-a' }));
    expect(await shownBy({})).toEqual(recordedBy(at(33)));
  });
});

/** The key is there and its value is not: nobody's token is taken instead. */
function noToken(): { token?: string } {
  return { token: '' };
}
