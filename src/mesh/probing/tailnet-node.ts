/** Judges the Tailscale node of a vantage from what its daemon and the control API say. Pure and total. */
import type { Cause } from '../health.ts';
import { backendCause, daemonCause, STATUS_COMMAND } from './tailnet-causes.ts';
import { holderOf } from './tailnet-find.ts';
import { quoteHealth, readHealth } from './tailnet-health.ts';
import { expiredCause, judgeKey, keyExpired } from './tailnet-key.ts';
import type { Asked, Device, Judgement, NodeStatus, NodeVerdict, TailnetReading } from './tailnet.ts';

export interface NodeQuestion {
  /** The tailnet address of the vantage's own node; undefined: not known, then only its daemon can tell of it. */
  readonly address: string | undefined;
  readonly now: number;
}

/** What is so with the vantage's own node, under each of the three rules about it. */
export function judgeNode(reading: Pick<TailnetReading, 'node' | 'devices'>, question: NodeQuestion): NodeVerdict {
  const { node, devices } = reading;
  if (node.kind === 'answered') return judgeStatus(node.value, devices, question.now);
  const byDevice = judgeDevices(devices, question);
  if (node.kind === 'notAsked') return byDevice;
  return judgeTrouble(daemonCause(node), byDevice);
}

function judgeStatus(status: NodeStatus, devices: Asked<readonly Device[]>, now: number): NodeVerdict {
  const cause = statusCause(status, devices);
  return {
    node: cause ?? { outcome: 'ok', says: runningSays(status) },
    key: hasMap(status) ? judgeKey(status, now) : unknown(UNTOLD_KEY),
    control: judgeControl(status),
  };
}

function statusCause(status: NodeStatus, devices: Asked<readonly Device[]>): Judgement | undefined {
  if (status.expired) return failing(expiredCause(status));
  if (status.backend !== 'Running') return backendCause(status);
  return devices.kind === 'answered' && isDeleted(status, devices.value)
    ? failing(deletedCause(status.host, status.addresses[0]))
    : undefined;
}

/** A list that knows none of our peers either is that of another tailnet, and says nothing about us. */
function isDeleted({ addresses, peers }: NodeStatus, devices: readonly Device[]): boolean {
  const lists = (address: string): boolean => holderOf(devices, address) !== undefined;
  return !addresses.some(lists) && peers.some((peer) => peer.addresses.some(lists));
}

/** A daemon without a map knows neither its addresses nor the end of its key. */
function hasMap({ addresses }: NodeStatus): boolean {
  return addresses.length > 0;
}

function runningSays({ host, health }: NodeStatus): string {
  const { relay, other } = readHealth(health);
  const [first, ...more] = [...relay, ...other];
  if (first === undefined) return `${host} is running`;
  return `${host} is running; ${quoteHealth(first)}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
}

function judgeControl(status: NodeStatus): Judgement {
  const { control } = readHealth(status.health);
  const { host, backend, online } = status;
  const lost = control.length > 0 || (backend === 'Running' && !online);
  if (lost) return failing(controlLost(host, [...(online ? [] : [`${host} says that it is offline`]), ...control.map(quoteHealth)]));
  return online ? { outcome: 'ok', says: 'connected to the control server' } : unknown(untoldControl(host, backend));
}

function controlLost(host: string, facts: readonly string[]): Cause {
  return {
    code: 'tailnet-control-lost',
    says: `${host} has lost Tailscale's control server; paths that exist go on`,
    facts,
    hint: 'Do not restart tailscaled until the control server is back: a restarted node knows no peer and the link is then dead.',
    commands: [STATUS_COMMAND, 'tailscale netcheck'],
  };
}

function untoldControl(host: string, backend: string): Cause {
  return {
    code: 'tailnet-control-unknown',
    says: `whether ${host} reaches the control server cannot be known while it says ${backend}`,
    facts: [`tailscaled on ${host} says ${backend}`],
    hint: 'See to the node first.',
    commands: [STATUS_COMMAND],
  };
}

const UNTOLD_KEY: Cause = {
  code: 'tailnet-key-unknown',
  says: 'when the node key ends cannot be known: nobody who was asked knows it',
  facts: [],
  hint: 'See to the node first.',
  commands: ["tailscale status --json | jq '.Self.KeyExpiry'"],
};

/** The daemon could not be asked. What the control API knows of its key still counts; of the data path it knows nothing. */
function judgeTrouble(trouble: Judgement, byDevice: NodeVerdict): NodeVerdict {
  const worse = trouble.outcome !== 'failing' && byDevice.node?.outcome === 'failing';
  return {
    node: worse ? byDevice.node : trouble,
    key: byDevice.key ?? unknown(UNTOLD_KEY),
    control: byDevice.control ?? unknown({ ...(trouble.cause ?? UNTOLD_KEY), code: 'tailnet-control-unknown' }),
  };
}

const NOTHING: NodeVerdict = { node: undefined, key: undefined, control: undefined };

/** By the control API alone. */
function judgeDevices(devices: Asked<readonly Device[]>, { address, now }: NodeQuestion): NodeVerdict {
  if (devices.kind === 'notAsked' || address === undefined) return NOTHING;
  if (devices.kind === 'failed') {
    const cause = apiFailed(devices.says);
    return { node: unknown(cause), key: unknown(cause), control: unknown(cause) };
  }
  const device = holderOf(devices.value, address);
  if (device === undefined) {
    return {
      node: failing(deletedCause(undefined, address)),
      key: unknown(UNTOLD_KEY),
      control: unknown(untoldControl(address, 'nothing')),
    };
  }
  const key = { ...device, expired: false };
  const down = keyExpired(key, now) ? failing(expiredCause(key)) : device.authorized ? undefined : failing(unapproved(device.host));
  return { node: down ?? deviceNode(device), key: judgeKey(key, now), control: deviceControl(device) };
}

function deviceNode({ host, connected }: Device): Judgement {
  if (connected === true) return { outcome: 'ok', says: `${host} is connected to the control server; its daemon is not asked` };
  return unknown({
    code: 'tailnet-daemon-unknown',
    says: `whether tailscaled runs on ${host} cannot be known without its LocalAPI`,
    facts: [connected === false ? 'the control server has no connection from it' : 'the control API does not say whether it is connected'],
    hint: 'Set tailscale.socket, so that the daemon itself can be asked.',
    commands: [STATUS_COMMAND],
  });
}

function deviceControl({ host, connected }: Device): Judgement {
  if (connected === undefined) return unknown(untoldControl(host, 'nothing'));
  if (connected) return { outcome: 'ok', says: 'connected to the control server' };
  return failing(controlLost(host, ['the control API says that it is not connected']));
}

function unapproved(host: string): Cause {
  return {
    code: 'tailnet-needs-approval',
    says: `${host} waits for approval in the admin console`,
    facts: [`the control API lists ${host} as not authorized`],
    hint: `Approve ${host} in the admin console.`,
    commands: [STATUS_COMMAND],
  };
}

function deletedCause(host: string | undefined, address: string | undefined): Cause {
  return {
    code: 'tailnet-deleted',
    says: host === undefined ? `no device of the tailnet has the address ${address ?? ''}` : `${host} is no longer a device of the tailnet`,
    facts: ['the control API does not list it', 'a deleted node notices nothing: its own daemon goes on saying Running'],
    hint: 'Log it in again, or mend the address in the configuration where it has another now.',
    commands: ['tailscale ip', 'tailscale up --force-reauth'],
  };
}

/** The control API did not tell. */
function apiFailed(says: string): Cause {
  return {
    code: 'tailnet-api-failed',
    says: "Tailscale's control API could not be asked",
    facts: [says],
    hint: 'Look at tailscale.control in the configuration and at the OAuth client; the scope is devices:core:read.',
    commands: [],
  };
}

function failing(cause: Cause): Judgement {
  return { outcome: 'failing', cause };
}

function unknown(cause: Cause): Judgement {
  return { outcome: 'unknown', cause };
}
