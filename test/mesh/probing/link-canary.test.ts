import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../src/mesh/model.ts';
import { canaryWaySamples, type CanaryReport } from '../../../src/mesh/probing/link-canary.ts';

const URL_OF_A = 'http://mesh-canary-a.mesh-canary.svc.cluster.local:8080/hostname';
const WAY = { from: 'b', to: 'a', namespace: 'mesh-canary', url: URL_OF_A };
const TAKEN = { at: 1_000, vantage: 'a' };
const BY_HAND = `kubectl --context b -n mesh-canary exec deploy/mesh-canary -c mesh-canary -- curl -sS -m 5 ${URL_OF_A}`;
const FAILED = 'upstream connect error or disconnect/reset before headers. ';

function said(text: string): Observed<CanaryReport> {
  return { ok: true, value: { responses: [text], errors: [] } };
}

function failed(text: string): Observed<CanaryReport> {
  return { ok: true, value: { responses: [], errors: [`Get "${URL_OF_A}": ${text}`] } };
}

/** What it means for the link, the gateway and its trust, and the causes of what is not well. */
function meant(report: Observed<CanaryReport>): readonly [string, string, string, string] {
  const samples = canaryWaySamples(WAY, report, TAKEN);
  const outcome = (rule: string): string => samples.find((sample) => sample.rule === rule)?.outcome ?? 'none';
  const codes = [...new Set(samples.flatMap(({ cause }) => cause?.code ?? []))].join(' ');
  return [outcome('link-down'), outcome('gateway-down'), outcome('gateway-trust'), codes];
}

const CASES: readonly (readonly [string, Observed<CanaryReport>, readonly [string, string, string, string]])[] = [
  ['the name of a pod', said('mesh-canary-7c9f-x2k4p'), ['ok', 'ok', 'ok', '']],
  ['the name of a pod and its end of line', said('mesh-canary-7c9f-x2k4p\n'), ['ok', 'ok', 'ok', '']],
  ['a chain that does not verify', said(`${FAILED}TLS_error:|CERTIFICATE_VERIFY_FAILED`), ['ok', 'ok', 'failing', 'canary-untrusted']],
  ['no endpoint', said('no healthy upstream'), ['unknown', 'failing', 'unknown', 'canary-no-upstream']],
  [
    'a refusal',
    said(`${FAILED}transport failure reason: delayed connect error: Connection refused`),
    ['ok', 'failing', 'unknown', 'canary-refused'],
  ],
  ['a proxy that gave up', said(`${FAILED}reset reason: connection timeout`), ['unknown', 'failing', 'unknown', 'canary-timeout']],
  [
    'a client that gave up',
    failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
    ['unknown', 'failing', 'unknown', 'canary-timeout'],
  ],
  ['an end', said(`${FAILED}reset reason: connection termination`), ['ok', 'failing', 'unknown', 'canary-cut']],
  [
    'a name that nobody knows',
    failed('dial tcp: lookup mesh-canary-a: no such host'),
    ['unknown', 'unknown', 'unknown', 'canary-name-unknown'],
  ],
  ['words of somebody else', said('<html>Welcome to nginx</html>'), ['unknown', 'unknown', 'unknown', 'canary-answer-odd']],
  ['nothing at all', { ok: true, value: { responses: [], errors: [] } }, ['unknown', 'unknown', 'unknown', 'canary-answer-odd']],
  [
    'no answer from the canary that asks',
    { ok: false, failure: { reason: 'timeout', message: 'Cannot ask pod x: no answer within 8000 ms' } },
    ['unknown', 'unknown', 'unknown', 'canary-unasked'],
  ],
];

describe('src/mesh/probing/link-canary.ts', () => {
  it.each(CASES)('understands %s', (_, report, expected) => {
    expect(meant(report)).toEqual(expected);
  });

  it('says of a way that is well who reports it', () => {
    const says = 'as the canary of b reports';
    expect(canaryWaySamples(WAY, said('mesh-canary-1'), TAKEN)).toEqual([
      { ...TAKEN, rule: 'link-down', subject: { kind: 'link', from: 'b', to: 'a' }, outcome: 'ok', says },
      { ...TAKEN, rule: 'gateway-down', subject: { kind: 'gateway', from: 'b', to: 'a' }, outcome: 'ok', says },
      { ...TAKEN, rule: 'gateway-trust', subject: { kind: 'gateway', from: 'b', to: 'a' }, outcome: 'ok', says },
    ]);
  });

  it('says of one that fails what was reported, and how it is asked by hand', () => {
    expect(canaryWaySamples(WAY, said('no healthy\nupstream: no healthy upstream'), TAKEN)[1]?.cause).toEqual({
      code: 'canary-no-upstream',
      says: 'proxies know no healthy endpoint at the other end, as the canary of b reports',
      facts: ['the canary of b reports: no healthy upstream: no healthy upstream'],
      hint: 'Look at the remote secret and at the address of the gateway that istiod knows.',
      commands: [BY_HAND],
    });
  });

  it('has a heading in docs/probes.md for every cause', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/probes.md'), 'utf8');
    const codes = CASES.flatMap(([, report]) => canaryWaySamples(WAY, report, TAKEN).flatMap(({ cause }) => cause?.code ?? []));
    expect([...new Set(codes)].filter((code) => !new RegExp(`^### ${code}$`, 'm').test(page))).toEqual([]);
    expect(new Set(codes).size).toBe(8);
  });
});
