/** Messages about the health of a node, when they come, and whether it counts as connected. Times as measured: test/golden/tailscale. */
import { MINUTE, SECOND } from '../../src/core/duration.ts';
import type { LabNode } from '../network.ts';
import type { Tailnet } from './tailnet.ts';

/** Texts of the daemon. */
export const TEXTS = {
  unstable: 'This is an unstable version of Tailscale meant for testing and development purposes. Please report any issues to Tailscale.',
  stopped: 'Tailscale is stopped.',
  starting: 'Tailscale is starting. Please wait.',
  noSync:
    'Unable to connect to the Tailscale coordination server to synchronize the state of your tailnet. Peer reachability might degrade over time.',
  noMap: "Tailscale hasn't received a network map from the coordination server in 2m7s.",
  noKey:
    'You are logged out. The last login error was: fetch control key: Get "https://hs.example.test/key?v=141": dial tcp 192.168.77.1:443: connect: connection refused',
  noRelay:
    "Tailscale could not connect to the 'Relay' relay server. Your Internet connection might be down, or the server might be temporarily unavailable.",
};

const OFFLINE_AFTER_HANGING = 104 * SECOND;
const NO_MAP_AFTER_HANGING = 110 * SECOND;
const NO_SYNC_AFTER = { gone: 8 * MINUTE + 10 * SECOND, hanging: 10 * MINUTE };
const NO_RELAY_AFTER = 10 * SECOND;
const STARTING_FOR = 6 * SECOND;
const LOGIN_ERROR_AFTER = 3 * SECOND;
const PEER_OFFLINE_AFTER = 11 * SECOND;
const PEER_ONLINE_AFTER = 2 * SECOND;

/** Whether the daemon of a node says that it is connected to the control server. */
export function isOnline(tailnet: Tailnet, node: LabNode): boolean {
  const backend = tailnet.backendOf(node);
  if (backend !== 'Running') return backend === 'NeedsLogin' && tailnet.isExpired(node);
  const { controlLostAt } = tailnet.moments(node.cluster);
  if (controlLostAt === undefined) return true;
  return node.state.control === 'hanging' && tailnet.clock.now() - controlLostAt < OFFLINE_AFTER_HANGING;
}

/** Whether `from` shows `to` as online: what the control server last told it. */
export function showsOnline(tailnet: Tailnet, from: LabNode, to: LabNode): boolean {
  const told = tailnet.moments(from.cluster).controlLostAt ?? tailnet.clock.now();
  const { absentSince, presentSince } = tailnet.moments(to.cluster);
  if (absentSince !== undefined) return told - absentSince < PEER_OFFLINE_AFTER;
  return told - presentSince >= PEER_ONLINE_AFTER;
}

/** The messages of a node now. */
export function healthOf(tailnet: Tailnet, node: LabNode): string[] {
  const backend = tailnet.backendOf(node);
  const own = backend === 'Running' ? runningHealth(tailnet, node) : backend === 'NoState' ? startingHealth(tailnet, node) : [];
  const stopped = backend === 'Stopped' || (backend === 'NeedsLogin' && !tailnet.isExpired(node));
  return [TEXTS.unstable, ...own, ...(stopped ? [TEXTS.stopped] : [])];
}

function runningHealth(tailnet: Tailnet, { cluster, state }: LabNode): string[] {
  const now = tailnet.clock.now();
  const { controlLostAt } = tailnet.moments(cluster);
  const away = controlLostAt === undefined || state.control === 'up' ? undefined : { kind: state.control, ms: now - controlLostAt };
  return [
    ...(away?.kind === 'hanging' && away.ms >= NO_MAP_AFTER_HANGING ? [TEXTS.noMap] : []),
    ...(away !== undefined && away.ms >= NO_SYNC_AFTER[away.kind] ? [TEXTS.noSync] : []),
    ...(tailnet.relayLostAt !== undefined && now - tailnet.relayLostAt >= NO_RELAY_AFTER ? [TEXTS.noRelay] : []),
  ];
}

function startingHealth(tailnet: Tailnet, { cluster }: LabNode): string[] {
  const sinceStart = tailnet.clock.now() - tailnet.moments(cluster).startedAt;
  return [...(sinceStart >= LOGIN_ERROR_AFTER ? [TEXTS.noKey] : []), ...(sinceStart < STARTING_FOR ? [TEXTS.starting] : [])];
}
