import type { Config, HostPort } from '../../config/config.ts';
import type { Cause } from '../../mesh/health.ts';
import type { ProxyAnswer, ProxySetup, TailnetSetup } from '../../mesh/setup.ts';
import { daemonCause } from '../../mesh/probing/tailnet-causes.ts';
import { judgeNode } from '../../mesh/probing/tailnet-node.ts';
import type { Asked, Device, NodeStatus, NodeVerdict, Trouble } from '../../mesh/probing/tailnet.ts';
import { CONNECT_WORDS } from './connect-words.ts';
import { failed, ok, untried, warning, type Finding } from './result.ts';
import { sentence } from './sentence.ts';
import { watchesWays } from './watching.ts';

/** The tailnet: this machine's node of it, the way in, and the control API. */
export function judgeTailscale(setup: TailnetSetup, config: Config, now: number): readonly Finding[] {
  return [...daemon(setup, config, now), ...proxy(setup.proxy, config.tailscale.proxy), ...control(setup.devices, config.tailscale)];
}

function daemon(setup: TailnetSetup, config: Config, now: number): readonly Finding[] {
  const { node } = setup;
  const { socket } = config.tailscale;
  if (node.kind === 'notAsked' || socket === undefined) return [notAsked(config)];
  if (node.kind === 'failed') return unreachable(node, socket);
  const verdict = judgeNode(setup, { address: undefined, now });
  return [ok('tailscale-socket', `tailscaled answers at ${socket}`), ...state(verdict, node.value), ...key(verdict, node.value)];
}

function notAsked(config: Config): Finding {
  if (!watchesWays(config)) return untried('tailscale-socket', 'tailscaled is not asked: tailscale.socket is not set');
  return warning(
    'tailscale-socket',
    'tailscaled is not asked: links are judged by TCP alone, so that a dead link, a relay and a closed port look alike',
    'Set tailscale.socket, such as /var/run/tailscale/tailscaled.sock; reading it needs no privilege.',
  );
}

function unreachable(node: Extract<Asked<NodeStatus>, { readonly kind: 'failed' }>, socket: string): readonly Finding[] {
  const { cause } = daemonCause(node);
  const why = node.says.replace(/^tailscaled: /, '');
  return [
    failed('tailscale-socket', `${sentence(cause?.says ?? node.says)} (${socket}: ${why})`, cause?.hint),
    untried('tailscale-node', 'node and key not looked at: tailscaled tells nothing'),
  ];
}

function state({ node, control }: NodeVerdict, { host }: NodeStatus): readonly Finding[] {
  const check = 'tailscale-node';
  const lost = control?.outcome === 'failing' ? told(check, 'warning', control.cause, host) : [];
  if (node === undefined) return lost;
  if (node.outcome === 'ok') return [ok(check, node.says ?? `${host} is running`), ...lost];
  return [...told(check, node.outcome === 'failing' ? 'failed' : 'warning', node.cause, host), ...lost];
}

/** An expired key is what the node was already said to suffer from. */
function key({ key, node }: NodeVerdict, { host }: NodeStatus): readonly Finding[] {
  const check = 'tailscale-key';
  if (key === undefined || node?.cause?.code === 'tailnet-key-expired') return [];
  if (key.outcome === 'ok') return [ok(check, key.says ?? 'the node key is good')];
  if (key.outcome === 'unknown') return [untried(check, key.cause?.says ?? 'when the node key ends is not known')];
  return told(check, 'warning', key.cause, host);
}

function told(check: Finding['check'], as: 'failed' | 'warning', cause: Cause | undefined, host: string): readonly Finding[] {
  if (cause === undefined) return [];
  const text = sentence(cause.says, host);
  return [as === 'failed' ? failed(check, text, cause.hint) : warning(check, text, cause.hint)];
}

const ELSE = 'Correct tailscale.proxy: something else listens there.';
const START = 'Start tailscaled with --tun=userspace-networking and --socks5-server, or correct tailscale.proxy.';

const ANSWERS: Readonly<Record<Exclude<ProxyAnswer, 'taken'>, readonly [text: string, next: string]>> = {
  asksPassword: ['asks for a password, which the one of tailscaled never does', ELSE],
  noSocks: ['speaks no SOCKS5', ELSE],
  silent: ['takes connections and answers nothing', 'Look at tailscaled, which may be frozen; else correct tailscale.proxy.'],
};

function proxy(setup: ProxySetup | undefined, address: HostPort | undefined): readonly Finding[] {
  if (setup === undefined || address === undefined) return [];
  const check = 'tailscale-proxy';
  const where = `${address.host}:${address.port}`;
  const { connect, answer } = setup;
  if (!connect.ok) return [failed(check, `No connection to the proxy ${where}: ${CONNECT_WORDS[connect.failure.kind]}`, START)];
  if (answer === undefined || answer === 'taken') return [ok(check, `the proxy ${where} takes a SOCKS5 greeting`)];
  const [text, next] = ANSWERS[answer];
  return [failed(check, `The proxy ${where} ${text}`, next)];
}

const AWAY = 'Try again. If it stays so: is there a way to the internet from here, and is tailscale.control.api right where it is set?';

const CONTROL_NEXT: Readonly<Partial<Record<Trouble, string>>> = {
  unauthorized: 'Correct tailscale.control.clientId and its secret: Tailscale admin console, Settings, OAuth clients.',
  forbidden: 'Give the OAuth client the scope devices:core:read (Devices, Core, Read).',
  rateLimited: 'Try again in a minute.',
  protocol: 'Correct tailscale.control.tailnet (`-` is that of the client), and tailscale.control.api where it is set.',
};

function control(devices: Asked<readonly Device[]>, { control }: Config['tailscale']): readonly Finding[] {
  const check = 'tailscale-control';
  if (control === undefined) return [];
  if (devices.kind === 'notAsked') return [untried(check, "Tailscale's control API not asked: the secret of its client was not read")];
  if (devices.kind === 'failed') return [failed(check, devices.says, CONTROL_NEXT[devices.trouble] ?? AWAY)];
  const { length } = devices.value;
  if (length > 0) return [ok(check, `Tailscale's control API lists ${length === 1 ? '1 device' : `${length} devices`}`)];
  return [
    warning(check, "Tailscale's control API lists no device at all", 'Correct tailscale.control.tailnet: `-` is that of the client.'),
  ];
}
