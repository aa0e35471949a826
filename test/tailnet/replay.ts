/** Feeds recorded exchanges and timelines through the parser, and says in a few words what is concluded from them. */
import type { TcpEvidence, Asked, NodeStatus, PingResult, Pings } from '../../src/mesh/probing/tailnet.ts';
import { NO_PINGS } from '../../src/mesh/probing/tailnet.ts';
import { judgeNode } from '../../src/mesh/probing/tailnet-node.ts';
import { judgePeer } from '../../src/mesh/probing/tailnet-peer.ts';
import type { Judgement } from '../../src/mesh/probing/tailnet.ts';
import { parsePing, parseStatus } from '../../src/tailnet/local-schema.ts';
import { INSTANTS, MOMENTS } from './instants.ts';
import { filledIn, NOW, recording, type Exchange, type Recording, type TimelineEntry, type Times } from './recordings.ts';

/** `ok`, or outcome and code: `failing tailnet-stopped`. */
export function brief(judgement: Judgement | undefined): string {
  if (judgement === undefined) return 'nothing';
  if (judgement.outcome === 'ok') return judgement.path === undefined || judgement.path === 'direct' ? 'ok' : `ok ${judgement.path}`;
  return `${judgement.outcome} ${judgement.cause?.code ?? '?'}${judgement.severity === undefined ? '' : ` (${judgement.severity})`}`;
}

/** What is concluded from one exchange, or in brackets why nothing is. */
export function exchangeWords(file: string, exchange: Exchange): string {
  const { request, response, title } = exchange;
  const { body, status, error } = response;
  if (isTrimmed(body)) return '[trimmed]';
  if (status !== undefined && status !== 200) return '[refused]';
  const path = request.path.replace(/^.*\/localapi\/v0\//, '').replace(/\?.*$/, '');
  if (path === 'ping') return pingWords(pingResult(exchange));
  if (path !== 'status' || request.method === 'HEAD') return '[unread]';
  const now = NOW + 1000 * (file === 'key-expiry' ? (MOMENTS[title] ?? 0) : 0);
  const node: Asked<NodeStatus> =
    error === undefined
      ? { kind: 'answered', value: parseStatus(filledIn(body, INSTANTS[file] ?? {})) }
      : { kind: 'failed', trouble: 'noSocket', says: error };
  const words = nodeWords(node, now);
  // Without its peers a status says nothing about a link.
  const link = request.path.includes('peers=false') ? 'not asked' : linkWords(node, { pings: NO_PINGS, tcp: 'notMeasured', now }).link;
  return `node ${words.node}, key ${words.key}, control ${words.control}, link ${link}`;
}

function isTrimmed(body: unknown): boolean {
  return typeof body === 'object' && body !== null && '_trimmed' in body && !('BackendState' in body);
}

function pingWords(result: PingResult): string {
  if (result.kind === 'silent') return 'silent';
  if (result.kind !== 'pong') return `${result.kind} ${result.says}`;
  return ['pong', `${result.latencyMs} ms`, result.path, result.relay].filter((part) => part !== undefined).join(' ');
}

function nodeWords(node: Asked<NodeStatus>, now: number): { readonly node: string; readonly key: string; readonly control: string } {
  const verdict = judgeNode({ node, devices: { kind: 'notAsked' } }, { address: undefined, now });
  return { node: brief(verdict.node), key: brief(verdict.key), control: brief(verdict.control) };
}

interface Seen {
  readonly pings: Pings;
  readonly tcp: TcpEvidence;
  readonly now: number;
}

function linkWords(
  node: Asked<NodeStatus>,
  { pings, tcp, now }: Seen,
): { readonly link: string; readonly degraded: string; readonly blocked: string } {
  const own = node.kind === 'answered' ? node.value.addresses[0] : undefined;
  const address = own === '100.64.0.2' ? '100.64.0.1' : '100.64.0.2';
  const reading = { node, devices: { kind: 'notAsked' } as const, pings: new Map([[address, pings]]) };
  const verdict = judgePeer(reading, { address, tcp, slowAfter: 400, now });
  return { link: brief(verdict.down), degraded: brief(verdict.degraded), blocked: verdict.blocked?.code ?? 'nothing' };
}

function pingResult({ response }: Exchange): PingResult {
  return response.error === undefined ? parsePing(filledIn(response.body, {})) : { kind: 'silent' };
}

/** One change of what is concluded, at a second of the timeline. */
export interface Turn {
  readonly t_s: number;
  readonly words: string;
}

interface Scene {
  backend: unknown;
  health: unknown;
  self: object;
  peer: object | undefined;
  disco: readonly PingResult[];
  tsmp: readonly PingResult[];
  icmp: readonly PingResult[];
  tcp: TcpEvidence;
}

/** Follows a timeline as the node `own` saw it, and tells every change of the verdicts. */
export function follow(name: string, own: 'gw-a' | 'gw-b', times: Times): readonly Turn[] {
  const file = recording(name);
  const other = own === 'gw-a' ? 'gw-b' : 'gw-a';
  const base = baseStatus(file, own);
  const scene: Scene = { backend: 'Running', health: [], self: {}, peer: {}, disco: [], tsmp: [], icmp: [], tcp: 'notMeasured' };
  const turns: Turn[] = [];
  for (const [place, entry] of file.timeline.entries()) {
    update(scene, entry, { own, other });
    // Values of one instant belong together.
    if (file.timeline[place + 1]?.t_s === entry.t_s) continue;
    const words = conclude(scene, base, { times, now: NOW + entry.t_s * 1000 });
    if (turns.at(-1)?.words !== words) turns.push({ t_s: entry.t_s, words });
  }
  return turns;
}

type Body = Readonly<Record<string, unknown>>;

function baseStatus(file: Recording, own: string): Body {
  const isOwn = ({ node, request, response }: Exchange): boolean =>
    node === own &&
    request.path === '/localapi/v0/status' &&
    (response.body as { BackendState?: string } | undefined)?.BackendState === 'Running';
  const found = file.exchanges.find(isOwn) ?? recording('states').exchanges.find(isOwn);
  return found?.response.body as Body;
}

function conclude(scene: Scene, base: Body, { times, now }: { times: Times; now: number }): string {
  const [key = '', peer = {}] = Object.entries((base['Peer'] ?? {}) as Record<string, object>)[0] ?? [];
  const body = {
    ...base,
    BackendState: scene.backend,
    Health: scene.health,
    Self: {
      ...(base['Self'] as object),
      ...scene.self,
      ...(scene.backend === 'NoState' ? { TailscaleIPs: null, KeyExpiry: undefined } : {}),
    },
    Peer: scene.peer === undefined ? null : { [key]: { ...peer, ...scene.peer } },
  };
  const node: Asked<NodeStatus> = { kind: 'answered', value: parseStatus(filledIn(body, times)) };
  const pings = { ...NO_PINGS, disco: scene.disco, tsmp: scene.tsmp, icmp: scene.icmp };
  const { node: own, key: end, control } = nodeWords(node, now);
  const { link, degraded, blocked } = linkWords(node, { pings, tcp: scene.tcp, now });
  return [`node ${own}`, `key ${end}`, `control ${control}`, `link ${link}`, `degraded ${degraded}`, `blocked ${blocked}`]
    .filter((text) => !/ (?:ok|nothing)$/.test(text) || text.startsWith('link'))
    .join(', ');
}

function update(scene: Scene, { event, value, result }: TimelineEntry, { own, other }: { own: string; other: string }): void {
  const changed = /^changed: (?<what>.*)$/.exec(event)?.groups?.['what'];
  if (result !== undefined) updateResult(scene, result);
  if (changed === undefined) return;
  if (changed === `BackendState of ${own}`) scene.backend = value;
  if (changed === `Health of ${own}`) scene.health = value;
  if (changed.startsWith(`Self of ${own}`)) scene.self = value as object;
  if (changed === `Peer ${other} as seen by ${own}`) scene.peer = value === 'no peer' ? undefined : (value as object);
  if (changed === `disco ping ${own} -> ${other}`) scene.disco = [recordedPing(value)];
  if (changed === `TSMP ping ${own} -> ${other}`) scene.tsmp = [recordedPing(value)];
  if (changed === `ICMP ping ${own} -> ${other}`) scene.icmp = [recordedPing(value)];
  if (changed.startsWith(`TCP ${own} -> ${other}`)) scene.tcp = recordedTcp(value);
}

/** Of a policy: all layers at one instant; `TCP 8077` stands for the port of the gateway. */
function updateResult(scene: Scene, result: Readonly<Record<string, unknown>>): void {
  scene.disco = [recordedPing(result['disco'])];
  scene.tsmp = [recordedPing(result['TSMP'])];
  scene.icmp = [recordedPing(result['ICMP'])];
  scene.tcp = recordedTcp((result['TCP 8077'] as { result?: unknown }).result);
  scene.peer = result['gw-a sees peer'] === 'no peer in status' ? undefined : (result['gw-a sees peer'] as object);
  scene.health = result['Health'];
}

function recordedPing(value: unknown): PingResult {
  if (typeof value === 'string') return { kind: 'silent' };
  const { Err, via } = value as { Err?: string; via?: string };
  if (Err !== undefined) return { kind: 'error', says: Err };
  const path = via?.startsWith('direct') === true ? 'direct' : via === 'derp relay' ? 'relayed' : undefined;
  return { kind: 'pong', latencyMs: 1, path, relay: undefined };
}

function recordedTcp(value: unknown): TcpEvidence {
  if (value === 'timeout') return 'silent';
  return value === 'socks reply 1' ? 'refused' : 'open';
}
