import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyTls, handshakeMs, wasSilent } from '../../../src/mesh/probing/gateway.ts';
import type { ConnectFailureKind, TlsEvent, TlsObservation } from '../../../src/mesh/probing/gateway-observation.ts';
import { alertOf, hostAnswered, isMeshCertificate } from '../../../src/mesh/probing/gateway-observation.ts';
import { impossibleName, passthroughName } from '../../../src/mesh/probing/gateway-names.ts';
import { TLS_VERDICTS, type TlsCode, tlsVerdict } from '../../../src/mesh/probing/gateway-verdicts.ts';
import { alert, CHAIN, cut, deadline, HEALTHY, notConnected, observed, RESET, SECURE, SILENT, WEB } from './gateway-observations.ts';

function error(code: string, message = code, at = 30): TlsEvent {
  return { at, event: 'error', code, message };
}

const FIN = 'Client network socket disconnected before secure TLS connection was established';

describe('classifyTls', () => {
  it('says what it rests on', () => {
    expect(classifyTls(HEALTHY)).toEqual({
      code: 'healthy',
      path: 'ok',
      says: 'the way to the sidecar behind the gateway is whole',
      may: [],
      hint: 'Nothing is to be done.',
      facts: ['alert 116 after a handshake of 25 ms', 'certificate of spiffe://cluster.local/ns/mesh-canary/sa/mesh-canary'],
    });
    expect(classifyTls(RESET).facts).toEqual(['read ECONNRESET 21 ms after connecting']);
    expect(classifyTls(SILENT).facts).toEqual(['no end of the handshake 3000 ms after connecting, 0 bytes received']);
    expect(classifyTls(notConnected('timeout')).facts).toEqual(['no connection within 2000 ms']);
    expect(classifyTls(notConnected('unreachable', 'connect EHOSTUNREACH 100.64.0.2:15443')).facts).toEqual([
      'no connection after 2000 ms: connect EHOSTUNREACH 100.64.0.2:15443',
    ]);
  });

  it.each<[string, TlsObservation, TlsCode]>([
    ['alert 116 without a chain', observed([SECURE, alert(116)]), 'chain-not-seen'],
    ['alert 116 with a chain of no mesh', observed([SECURE, alert(116)], { certificates: WEB }), 'not-a-mesh-chain'],
    ['alert 40 after a chain of TLS 1.2', observed([alert(40)], { certificates: CHAIN }), 'healthy'],
    ['alert 40 and no chain', observed([alert(40)]), 'alert-handshake-failure'],
    ['alert 48 to somebody without a certificate', observed([SECURE, alert(48)], { certificates: CHAIN }), 'alert-other'],
    [
      'alert 48 to our certificate',
      observed([SECURE, alert(48)], { certificates: CHAIN, clientCertificate: true }),
      'client-certificate-refused',
    ],
    ['alert 80', observed([alert(80)]), 'alert-other'],
    ['alert 120', observed([alert(120)]), 'alert-no-application-protocol'],
    ['a handshake that nobody watched to its end', observed([SECURE], { certificates: CHAIN }), 'handshake-completed'],
    ['a handshake after which the caller left', observed([SECURE, { at: 50, event: 'cancelled' }], { certificates: CHAIN }), 'cancelled'],
    ['a FIN after the handshake', observed([SECURE, { at: 50, event: 'end' }], { certificates: CHAIN }), 'secure-then-closed'],
    ['a RST after the handshake', observed([SECURE, cut(50)], { certificates: CHAIN }), 'secure-then-closed'],
    ['a web server that closes', observed([SECURE, cut(50)], { certificates: WEB }), 'not-a-mesh-chain'],
    ['FIN in the handshake', observed([error('ECONNRESET', FIN)]), 'closed'],
    ['FIN in the handshake, 15 s later', observed([error('ECONNRESET', FIN, 15_020)]), 'listener-timeout'],
    ['a FIN that came without an error', observed([{ at: 30, event: 'end' }]), 'closed'],
    ['RST after 2.4 s', observed([cut(2_440)]), 'reset'],
    ['RST after 3.1 s', observed([cut(3_140)]), 'reset-after-3s'],
    ['RST after 6 s', observed([cut(6_040)]), 'reset-slow'],
    ['RST after 10 s', observed([cut(10_040)]), 'reset-after-10s'],
    ['RST after 15 s', observed([cut(15_040)]), 'listener-timeout'],
    ['RST after 20 s', observed([cut(20_040)]), 'reset-slow'],
    [
      'a RST that had 3 s of link to travel',
      observed([cut(6_000)], { connect: { ok: true, tookMs: 2_900 }, events: [{ at: 2_900, event: 'connect' }, cut(6_000)] }),
      'reset',
    ],
    ['half an answer', observed([deadline()], { received: 100 }), 'silent-inside-handshake'],
    ['TCP gave up', observed([error('ETIMEDOUT', 'read ETIMEDOUT')]), 'silent-after-connect'],
    ['our own verification', observed([error('CERT_HAS_EXPIRED')]), 'refused-by-the-probe'],
    ['something new', observed([error('ERR_SSL_SOMETHING_NEW')]), 'unexpected-error'],
    ['nothing at all', observed([]), 'nothing-seen'],
    ['a caller that left at once', observed([{ at: 21, event: 'cancelled' }]), 'cancelled'],
  ])('%s', (_, observation, code) => {
    expect(classifyTls(observation).code).toBe(code);
  });

  it.each<[ConnectFailureKind, TlsCode]>([
    ['refused', 'connect-refused'],
    ['timeout', 'connect-timeout'],
    ['unreachable', 'unreachable'],
    ['name-unknown', 'name-unknown'],
    ['proxy-away', 'proxy-away'],
    ['proxy-refused', 'proxy-refused'],
    ['local', 'local-fault'],
    ['cancelled', 'cancelled'],
  ])('a connection that was not made: %s', (kind, code) => {
    expect(classifyTls(notConnected(kind)).code).toBe(code);
  });

  it('takes an orderly end for a reset where a proxy stands between', () => {
    const ends = [30, 3_140, 10_040, 15_040].map((at) =>
      classifyTls(observed([{ at, event: 'end' }, error('ECONNRESET', FIN, at)]), { throughProxy: true }),
    );
    expect(ends.map(({ code }) => code)).toEqual(['reset', 'reset-after-3s', 'reset-after-10s', 'listener-timeout']);
    expect(ends[0]?.facts).toEqual(['ECONNRESET 10 ms after connecting', 'through a proxy a reset looks like an orderly end']);
    expect(classifyTls(observed([error('ECONNRESET', FIN)]), { throughProxy: true }).facts).toHaveLength(2);
  });

  it('calls slow what takes longer than the caller finds right', () => {
    expect(classifyTls(HEALTHY, { slowAfterMs: 25 }).code).toBe('healthy');
    expect(classifyTls(HEALTHY, { slowAfterMs: 24 }).code).toBe('healthy-slow');
  });

  it('has a verdict for every list of events, always the same, and only a SPIFFE chain makes it healthy', () => {
    fc.assert(
      fc.property(anyObservation(), (observation) => {
        const verdict = classifyTls(observation);
        expect(verdict).toEqual(tlsVerdict(verdict.code, verdict.facts));
        expect(Object.keys(TLS_VERDICTS)).toContain(verdict.code);
        expect(classifyTls(observation)).toEqual(verdict);
        expect(verdict.path !== 'ok' || observation.certificates === CHAIN).toBe(true);
        for (const fact of verdict.facts) expect(fact).not.toContain('\n');
      }),
      { numRuns: 2_000 },
    );
  });
});

function anyObservation(): fc.Arbitrary<TlsObservation> {
  const at = fc.integer({ min: 0, max: 30_000 });
  const message = fc.oneof(
    fc.string(),
    fc.constantFrom(FIN, 'read ECONNRESET'),
    fc.integer({ min: 0, max: 255 }).map((number) => `:SSL alert number ${number}`),
  );
  const code = fc.constantFrom(undefined, 'ECONNRESET', 'ETIMEDOUT', 'ERR_SSL_WRONG_VERSION_NUMBER', 'CERT_HAS_EXPIRED', 'EPIPE', 'E');
  const event: fc.Arbitrary<TlsEvent> = fc.oneof(
    fc.record({ at, event: fc.constantFrom('connect', 'secureConnect', 'end', 'deadline', 'cancelled') }),
    fc.record({ at, event: fc.constant('error' as const), code, message: message.map((text) => text.replaceAll('\n', ' ')) }),
    fc.record({ at, event: fc.constant('close' as const), hadError: fc.boolean() }),
  );
  const failure = fc.record({
    kind: fc.constantFrom<ConnectFailureKind>(
      'refused',
      'timeout',
      'unreachable',
      'name-unknown',
      'proxy-away',
      'proxy-refused',
      'local',
      'cancelled',
    ),
    tookMs: at,
    withinMs: at,
    detail: fc.constant('why'),
  });
  return fc.record({
    servername: fc.constant('a.b'),
    clientCertificate: fc.boolean(),
    connect: fc.oneof(fc.record({ ok: fc.constant(true as const), tookMs: at }), fc.record({ ok: fc.constant(false as const), failure })),
    events: fc.array(event, { maxLength: 8 }),
    protocol: fc.constantFrom(undefined, 'TLSv1.2', 'TLSv1.3'),
    certificates: fc.constantFrom([], CHAIN, WEB),
    received: fc.option(fc.nat(5_000), { nil: undefined }),
  });
}

describe('what is read out of an observation', () => {
  it('the number of an alert, wherever Node puts it', () => {
    expect(
      ['SSL alert number 116', 'x:SSL alert number 40\n', 'alert 40', 'SSL alert number', 'SSL alert number 11600'].map(alertOf),
    ).toEqual([116, 40, undefined, undefined, undefined]);
  });

  it('how long the handshake took, and whether nobody answered', () => {
    expect([HEALTHY, RESET, SILENT].map((one) => [handshakeMs(one), wasSilent(one)])).toEqual([
      [25, false],
      [undefined, false],
      [undefined, true],
    ]);
    expect(wasSilent(notConnected('timeout'))).toBe(false);
    expect(wasSilent(observed([SECURE, deadline()]))).toBe(false);
  });

  it('whether the host answered: a refusal does, and so does a general failure that comes quickly', () => {
    const answered = (kind: ConnectFailureKind, tookMs: number): boolean =>
      hostAnswered({ ok: false, failure: { kind, tookMs, withinMs: 2_000, detail: '' } });
    expect(hostAnswered({ ok: true, tookMs: 1 })).toBe(true);
    expect([answered('refused', 1_900), answered('proxy-refused', 999), answered('proxy-refused', 1_000)]).toEqual([true, true, false]);
    expect(
      (['timeout', 'unreachable', 'proxy-away', 'name-unknown', 'local', 'cancelled'] as const).map((kind) => answered(kind, 1)),
    ).toEqual(Array.from({ length: 6 }, () => false));
  });

  it('whether a certificate is one of a mesh: exactly one identity of the right shape', () => {
    const names = (...uriNames: readonly string[]): boolean => isMeshCertificate({ uriNames });
    expect(names('spiffe://cluster.local/ns/a/sa/b')).toBe(true);
    expect([
      names(),
      names('https://example.org'),
      names('spiffe://td/a/b'),
      names('spiffe://td/ns/a/sa/b', 'spiffe://td/ns/a/sa/c'),
    ]).toEqual([false, false, false, false]);
  });
});

describe('names', () => {
  it('are those of the proxies, and one that no service has', () => {
    const service = { service: 'httpbin', namespace: 'sample', port: 8_000 };
    expect(passthroughName(service)).toBe('outbound_.8000_._.httpbin.sample.svc.cluster.local');
    expect(impossibleName(service, 'k3j9x')).toBe('outbound_.8000_._.none-k3j9x.sample.svc.cluster.local');
  });
});
