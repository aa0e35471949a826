import { describe, expect, it } from 'vitest';
import type { Cause, Sample } from '../../../src/mesh/health.ts';
import type { ConnectOutcome } from '../../../src/mesh/probing/gateway-observation.ts';
import type { PathConclusion } from '../../../src/mesh/probing/gateway-path.ts';
import { directionSamples, tcpEvidence, type DirectionSeen } from '../../../src/mesh/probing/link.ts';

const AT = 1_000;

function cause(code: string): Cause {
  return { code, says: `it is ${code}`, facts: [], hint: 'Look.', commands: [] };
}

function path(changes: Partial<PathConclusion> = {}): PathConclusion {
  const main = { code: 'healthy', path: 'ok', says: '', may: [], hint: '', facts: [] } as const;
  return {
    path: 'ok',
    code: 'healthy',
    says: 'handshake in 5 ms',
    trust: { state: 'ok', says: 'it is trusted' },
    latencyMs: 20,
    handshakeMs: 5,
    hostAnswered: true,
    verdicts: { main, control: undefined, second: undefined },
    ...changes,
  };
}

function broken(code: PathConclusion['code']): PathConclusion {
  return path({
    path: 'failing',
    code,
    cause: cause(code),
    latencyMs: undefined,
    trust: { state: 'unknown', cause: cause('chain-unseen'), says: 'unseen' },
  });
}

const WELL: DirectionSeen['link'] = {
  down: { outcome: 'ok', latencyMs: 23, path: 'direct', says: '23 ms, direct' },
  degraded: { outcome: 'ok' },
  blocked: undefined,
  peerKey: undefined,
};
const BY_TCP: DirectionSeen['link'] = {
  down: { outcome: 'ok', says: 'TCP connects' },
  degraded: undefined,
  blocked: undefined,
  peerKey: undefined,
};

function samples(changes: Partial<DirectionSeen>): Record<string, string> {
  const seen: DirectionSeen = { from: 'a', to: 'b', at: AT, link: WELL, path: path(), canary: true, slowAfter: 400, ...changes };
  const told = ({ outcome, cause: why }: Sample): string => (outcome === 'ok' ? 'ok' : `${outcome} ${why?.code ?? ''}`);
  return Object.fromEntries(directionSamples(seen).map((sample) => [sample.rule, told(sample)]));
}

const ALL_WELL = { 'link-down': 'ok', 'link-degraded': 'ok', 'gateway-down': 'ok', 'gateway-trust': 'ok' };

describe('src/mesh/probing/link.ts', () => {
  it('says all of a direction that is well', () => {
    const [down] = directionSamples({ from: 'a', to: 'b', at: AT, link: WELL, path: path(), canary: true, slowAfter: 400 });
    expect(down).toEqual({
      rule: 'link-down',
      subject: { kind: 'link', from: 'a', to: 'b' },
      at: AT,
      vantage: 'a',
      outcome: 'ok',
      latencyMs: 23,
      path: 'direct',
      says: '23 ms, direct',
    });
    expect(samples({})).toEqual(ALL_WELL);
  });

  it('measures the way by connecting where no ping is sent', () => {
    const [down, degraded] = directionSamples({
      from: 'a',
      to: 'b',
      at: AT,
      link: BY_TCP,
      path: path({ latencyMs: 401 }),
      canary: true,
      slowAfter: 400,
    });
    expect([down?.latencyMs, down?.says, degraded?.outcome, degraded?.cause?.says]).toEqual([
      401,
      '401 ms to connect',
      'failing',
      'connecting takes 401 ms',
    ]);
    expect(samples({ link: BY_TCP })).toEqual(ALL_WELL);
    expect(samples({ link: BY_TCP, path: path({ latencyMs: undefined }) })).toEqual({
      'link-down': 'ok',
      'gateway-down': 'ok',
      'gateway-trust': 'ok',
    });
  });

  it('leaves a link alone whose gateway does not answer', () => {
    expect(samples({ path: broken('connect-refused') })).toEqual({
      ...ALL_WELL,
      'gateway-down': 'failing connect-refused',
      'gateway-trust': 'unknown chain-unseen',
    });
  });

  it('names the policy where pings pass and the port is silent, and only there', () => {
    const link = { ...WELL, blocked: cause('port-blocked') };
    expect(samples({ link, path: broken('connect-timeout') })['gateway-down']).toBe('failing port-blocked');
    expect(samples({ link, path: broken('plaintext') })['gateway-down']).toBe('failing plaintext');
    const down = { ...link, down: { outcome: 'failing', cause: cause('link-silent') } as const };
    expect(samples({ link: down, path: broken('connect-timeout') })['gateway-down']).toBe('failing connect-timeout');
  });

  it('tells of a path that drops large packets once, where it does harm', () => {
    const mtu = path({ path: 'failing', code: 'mtu-hole', cause: cause('mtu-hole') });
    expect(samples({ path: mtu })).toMatchObject({ 'link-down': 'ok', 'link-degraded': 'ok', 'gateway-down': 'failing mtu-hole' });
  });

  it('tells a chain that is not trusted apart from a path that works', () => {
    const foreign = path({ trust: { state: 'failing', cause: cause('foreign-root'), says: 'foreign' } });
    expect(samples({ path: foreign })).toEqual({ ...ALL_WELL, 'gateway-trust': 'failing foreign-root' });
  });

  it('asks no more of a gateway behind which there is nothing to ask for', () => {
    expect(samples({ canary: false, path: broken('reset') })).toEqual({ 'link-down': 'ok', 'link-degraded': 'ok', 'gateway-down': 'ok' });
    expect(samples({ canary: undefined, path: broken('reset') })['gateway-down']).toBe('unknown reset');
    expect(samples({ canary: undefined, path: broken('no-filter-chain') })['gateway-down']).toBe('unknown no-filter-chain');
    expect(samples({ canary: undefined, path: broken('no-healthy-endpoint') })['gateway-down']).toBe('failing no-healthy-endpoint');
    expect(samples({ canary: undefined, path: broken('reset-after-10s') })['gateway-down']).toBe('failing reset-after-10s');
    expect(samples({ canary: true, path: broken('reset') })['gateway-down']).toBe('failing reset');
    expect(samples({ canary: false, path: broken('connect-refused') })['gateway-down']).toBe('failing connect-refused');
  });

  it('says nothing of a gateway that nobody configured, nor of a key that it does not know', () => {
    expect(samples({ path: undefined, link: { ...WELL, peerKey: { outcome: 'unknown' } } })).toEqual({
      'link-down': 'ok',
      'link-degraded': 'ok',
    });
    expect(
      samples({ path: undefined, link: { ...WELL, peerKey: { outcome: 'failing', cause: cause('tailnet-key-ends') } } }),
    ).toMatchObject({
      'tailnet-key': 'failing tailnet-key-ends',
    });
  });

  it.each<[string, readonly ConnectOutcome[], string]>([
    ['one that was answered among others', [refusal('timeout'), { ok: true, tookMs: 1 }], 'open'],
    ['a refusal', [refusal('timeout'), refusal('refused')], 'refused'],
    ['silence', [refusal('timeout'), refusal('unreachable')], 'silent'],
    ['a proxy that is away', [refusal('proxy-away')], 'notMeasured'],
    ['nothing', [], 'notMeasured'],
  ])('reads %s', (_, outcomes, expected) => {
    expect(tcpEvidence(outcomes)).toBe(expected);
  });
});

function refusal(kind: 'timeout' | 'refused' | 'unreachable' | 'proxy-away'): ConnectOutcome {
  return { ok: false, failure: { kind, tookMs: 1, withinMs: 2_000, detail: kind } };
}
