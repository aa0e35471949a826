/** What was measured of one direction between two clusters, as samples under the rules of alerts. Pure and total. */
import type { Cause, HealthSubject, Sample } from '../health.ts';
import { hostAnswered, type ConnectOutcome } from './gateway-observation.ts';
import type { PathConclusion } from './gateway-path.ts';
import type { Judgement, LinkVerdict, TcpEvidence } from './tailnet.ts';

export interface DirectionSeen {
  readonly from: string;
  readonly to: string;
  /** When the measurement began, in UTC milliseconds. */
  readonly at: number;
  readonly link: LinkVerdict;
  /** Undefined: the configuration names no gateway there, or it is reached without one. */
  readonly path: PathConclusion | undefined;
  /** Whether the service is there that was asked for behind the gateway; undefined: not known. */
  readonly canary: boolean | undefined;
  /** A round trip longer than this counts as degraded, in milliseconds. */
  readonly slowAfter: number;
}

/** What TCP connections to the other end say together: one that was answered outweighs those that were not. */
export function tcpEvidence(outcomes: readonly ConnectOutcome[]): TcpEvidence {
  if (outcomes.some(({ ok }) => ok)) return 'open';
  if (outcomes.some(hostAnswered)) return 'refused';
  const silent = outcomes.some((outcome) => !outcome.ok && SILENT.has(outcome.failure.kind));
  return silent ? 'silent' : 'notMeasured';
}

const SILENT: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'proxy-refused']);

/** Under `link-down`, `link-degraded`, `tailnet-key` of the other end, `gateway-down` and `gateway-trust`, as far as something is known of each. */
export function directionSamples(seen: DirectionSeen): readonly Sample[] {
  const { from, to, link, path } = seen;
  const common = { at: seen.at, vantage: from };
  const way: HealthSubject = { kind: 'link', from, to };
  const gateway: HealthSubject = { kind: 'gateway', from, to };
  const degraded = degradedOf(seen);
  const key = link.peerKey;
  return [
    { ...common, rule: 'link-down', subject: way, ...withTcp(link.down, path) },
    ...(degraded === undefined ? [] : [{ ...common, rule: 'link-degraded', subject: way, ...degraded } as const]),
    ...(key === undefined || key.outcome === 'unknown'
      ? []
      : [{ ...common, rule: 'tailnet-key', subject: { kind: 'tailnet', vantage: to }, ...key } as const]),
    ...(path === undefined ? [] : gatewaySamples(seen, path).map((sample) => ({ ...common, subject: gateway, ...sample }))),
  ];
}

/** Where no ping told how long the way is, connecting does. */
function withTcp(down: Judgement, path: PathConclusion | undefined): Judgement {
  if (down.outcome !== 'ok' || down.latencyMs !== undefined || path?.latencyMs === undefined) return down;
  return { ...down, latencyMs: path.latencyMs, says: `${Math.round(path.latencyMs)} ms to connect` };
}

function degradedOf({ link, path, slowAfter }: DirectionSeen): Judgement | undefined {
  if (link.down.outcome !== 'ok') return link.degraded;
  // What the gateway fails for is told there, and once.
  if (path?.code === 'mtu-hole') return link.degraded;
  if (link.degraded !== undefined) return link.degraded;
  if (path?.latencyMs === undefined) return undefined;
  if (path.latencyMs <= slowAfter) return { outcome: 'ok', latencyMs: path.latencyMs };
  return {
    outcome: 'failing',
    latencyMs: path.latencyMs,
    cause: {
      code: 'connect-slow',
      says: `connecting takes ${Math.round(path.latencyMs)} ms`,
      facts: [`more than ${slowAfter} ms count as slow`],
      hint: 'Look whether the tailnet goes through a relay: `tailscale ping` tells.',
      commands: ['tailscale status'],
    },
  };
}

type Told = Pick<Sample, 'rule' | 'outcome' | 'cause' | 'latencyMs' | 'says'>;

const RESET: ReadonlySet<string> = new Set(['reset', 'no-filter-chain', 'no-healthy-endpoint']);
const LIKE_NO_CANARY: ReadonlySet<string> = new Set(['reset', 'no-filter-chain']);
/** What a policy or a firewall in the tailnet does to a port. */
const SILENT_CODES: ReadonlySet<string> = new Set(['connect-timeout', 'unreachable', 'proxy-refused']);

function gatewaySamples({ link, canary }: DirectionSeen, path: PathConclusion): readonly Told[] {
  const latency = path.latencyMs === undefined ? {} : { latencyMs: path.latencyMs };
  if (canary === false && RESET.has(path.code)) {
    return [{ rule: 'gateway-down', outcome: 'ok', ...latency, says: 'takes connections; nothing behind it is asked: no canary is there' }];
  }
  // For a service that is not there a gateway that works does the same.
  const maybe = canary === undefined && path.cause !== undefined && LIKE_NO_CANARY.has(path.code);
  const down = maybe ? { outcome: 'unknown' as const, cause: unsure(path.cause) } : downOf(path, link);
  return [{ rule: 'gateway-down', ...down, ...latency, says: path.says }, trustOf(path)];
}

function unsure(cause: Cause): Cause {
  return { ...cause, facts: [...cause.facts, 'whether its canary is there could not be looked up'] };
}

function downOf({ path, code, cause }: PathConclusion, link: LinkVerdict): Pick<Told, 'outcome' | 'cause'> {
  if (path === 'ok' || path === 'degraded') return { outcome: 'ok' };
  const blocked = link.down.outcome === 'ok' && SILENT_CODES.has(code) ? link.blocked : undefined;
  const told = blocked ?? cause;
  return { outcome: path === 'failing' ? 'failing' : 'unknown', ...(told === undefined ? {} : { cause: told }) };
}

function trustOf({ trust: { state, cause, says } }: PathConclusion): Told {
  return { rule: 'gateway-trust', outcome: state, says, ...(cause === undefined ? {} : { cause }) };
}
