/** A link that carries, but not as it should: one cause, the gravest, with everything that was seen. */
import type { Cause } from '../health.ts';
import { STATUS_COMMAND } from './tailnet-causes.ts';
import type { PeerEvidence } from './tailnet-down.ts';
import { latencyWords, layerFacts, pongWords, type Layers } from './tailnet-ping.ts';
import type { Judgement, Pings } from './tailnet.ts';

/** Fewer pings than this say nothing about loss: TSMP alone lost 2 of 110 on a good path. */
const ENOUGH_PINGS = 20;
const LOSSY_FROM = 0.15;

interface Limits {
  readonly pings: Pings;
  readonly slowAfter: number;
}

/** For a link that is up and was pinged. */
export function judgeDegraded(evidence: PeerEvidence, { pings, slowAfter }: Limits): Judgement {
  const { layers, tcp } = evidence;
  const pong = pongWords(layers);
  const host = evidence.peer?.host ?? evidence.address;
  const seen = { host, address: evidence.address, facts: layerFacts(layers, tcp) };
  if (pong === undefined) return { outcome: 'failing', cause: silentPings(seen) };
  const cause = holeCause(pings, seen) ?? lossCause(pings, seen) ?? slowCause(pong.latencyMs, slowAfter, seen) ?? relayCause(layers, seen);
  return cause === undefined
    ? { outcome: 'ok', ...pong }
    : { outcome: 'failing', cause, latencyMs: pong.latencyMs, ...(pong.path && { path: pong.path }) };
}

interface Seen {
  readonly host: string;
  readonly address: string;
  readonly facts: readonly string[];
}

function silentPings({ host, address, facts }: Seen): Cause {
  return {
    code: 'link-pings-silent',
    says: `${host} answers TCP but no ping`,
    facts,
    hint: 'Packets get there some other way than this node thinks, or pings are lost: look at the routes of the machine here.',
    commands: [`tailscale ping --c 3 ${address}`, STATUS_COMMAND],
  };
}

/** Small packets pass, a large one does not. A larger size that passes again would speak of loss instead. */
function holeCause({ sized, disco }: Pings, { host, address, facts }: Seen): Cause | undefined {
  const answered = sized.filter(({ result }) => result.kind === 'pong').map(({ size }) => size);
  const lost = sized
    .filter(({ result, size }) => result.kind === 'silent' && !answered.some((passed) => passed >= size))
    .map(({ size }) => size);
  if (lost.length === 0 || !disco.some(({ kind }) => kind === 'pong')) return undefined;
  const smallest = Math.min(...lost);
  return {
    code: 'link-mtu',
    says: `packets of ${smallest} bytes do not reach ${host}, small ones do`,
    facts: [
      `no reply to a disco ping of ${smallest} bytes`,
      ...(answered.length > 0 ? [`one of ${Math.max(...answered)} bytes was answered`] : []),
      ...facts,
    ],
    hint: 'Somewhere on the way the MTU is too small: lower it on the interfaces there, or clamp the MSS.',
    commands: [`tailscale ping --c 3 --size ${smallest} ${address}`, `tailscale ping --c 3 ${address}`],
  };
}

function lossCause({ recent }: Pings, { host, address, facts }: Seen): Cause | undefined {
  const { sent, lost } = recent;
  if (sent < ENOUGH_PINGS || lost / sent < LOSSY_FROM) return undefined;
  return {
    code: 'link-lossy',
    says: `${Math.round((100 * lost) / sent)} % of the pings to ${host} get no reply`,
    facts: [`${lost} of the last ${sent} pings were lost`, ...facts],
    hint: 'Look at the uplinks of both ends: a line that is full or bad, or a relay that is.',
    commands: [`tailscale ping --c 20 ${address}`, 'tailscale netcheck'],
  };
}

function slowCause(latencyMs: number, slowAfter: number, { host, address, facts }: Seen): Cause | undefined {
  if (latencyMs <= slowAfter) return undefined;
  return {
    code: 'link-slow',
    says: `a round trip to ${host} takes ${latencyWords(latencyMs)}`,
    facts: [`more than ${slowAfter} ms counts as slow (probes.slowAfter)`, ...facts],
    hint: 'Look whether the path is direct, and whether a line on the way is full.',
    commands: [`tailscale ping --c 5 ${address}`, 'tailscale netcheck'],
  };
}

/** A relay of one's own (`peerRelayed`) was chosen on purpose and is no fault. */
function relayCause({ disco }: Layers, { host, address, facts }: Seen): Cause | undefined {
  if (disco.kind !== 'pong' || disco.path !== 'relayed') return undefined;
  return {
    code: 'link-relayed',
    says: `packets to ${host} go through the relay${disco.relay === undefined ? '' : ` ${disco.relay}`}, not directly`,
    facts,
    hint: 'UDP does not pass between the two: open a port, or look at NAT and firewalls at both ends.',
    commands: [`tailscale ping --c 10 ${address}`, 'tailscale netcheck', STATUS_COMMAND],
  };
}
