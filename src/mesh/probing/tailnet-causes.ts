/** Causes that the state of a daemon, or its silence, gives. */
import type { Cause } from '../health.ts';
import { quoteHealth, readHealth } from './tailnet-health.ts';
import type { Asked, Judgement, NodeStatus, Trouble } from './tailnet.ts';

/** Shows state, peers and health messages. */
export const STATUS_COMMAND = 'tailscale status';

/** What a daemon that does not run as it should says of itself. `unknown` for a state that is not known here. */
export function backendCause(status: NodeStatus): Judgement {
  const { host, backend, health } = status;
  const { control, other } = readHealth(health);
  const facts = [`tailscaled on ${host} says ${backend}`, ...control.map(quoteHealth), ...other.map(quoteHealth)];
  const known = Object.hasOwn(STATES, backend) ? STATES[backend] : undefined;
  if (known !== undefined) return { outcome: 'failing', cause: { ...known(host, control.length > 0), facts } };
  return {
    outcome: 'unknown',
    cause: {
      code: 'tailnet-state-unknown',
      says: `tailscaled on ${host} is in a state that is not known here: ${backend}`,
      facts,
      hint: 'Ask it by hand; a newer Tailscale may have states of its own.',
      commands: [STATUS_COMMAND],
    },
  };
}

type Known = Omit<Cause, 'facts'>;

const STATES: Readonly<Record<string, (host: string, controlLost: boolean) => Known>> = {
  Stopped: (host) => ({
    code: 'tailnet-stopped',
    says: `Tailscale on ${host} is stopped`,
    hint: 'Somebody or something ran tailscale down: find out who, then run tailscale up.',
    commands: [STATUS_COMMAND, 'journalctl -u tailscaled --since -1h'],
  }),
  NeedsLogin: (host) => ({
    code: 'tailnet-needs-login',
    says: `${host} is logged out of the tailnet`,
    hint: 'Log it in with tailscale up and a fresh auth key, and keep its tags.',
    commands: [STATUS_COMMAND, 'tailscale up'],
  }),
  NeedsMachineAuth: (host) => ({
    code: 'tailnet-needs-approval',
    says: `${host} waits for approval in the admin console`,
    hint: `Approve ${host} in the admin console.`,
    commands: [STATUS_COMMAND],
  }),
  NoState: (host, controlLost) => ({
    code: 'tailnet-no-state',
    says: `tailscaled on ${host} was restarted ${controlLost ? 'while the control server is away' : ''} and knows no peer`.replace(
      '  ',
      ' ',
    ),
    hint: 'Do not restart tailscaled now: it recovers by itself once it reaches the control server, and until then a restart changes nothing.',
    commands: [STATUS_COMMAND, 'tailscale netcheck', 'journalctl -u tailscaled --since -10m'],
  }),
  Starting: (host) => ({
    code: 'tailnet-starting',
    says: `tailscaled on ${host} is starting`,
    hint: 'Wait half a minute; if it goes on, look whether the control server can be reached.',
    commands: [STATUS_COMMAND, 'tailscale netcheck'],
  }),
};

type Failed = Extract<Asked<unknown>, { readonly kind: 'failed' }>;

const GONE: Known = {
  code: 'tailnet-daemon-gone',
  says: 'tailscaled does not run here: nobody answers at its socket',
  hint: 'Start tailscaled. Where it does run, its socket is not mounted into this process: look at tailscale.socket.',
  commands: ['systemctl status tailscaled', STATUS_COMMAND],
};
const SILENT: Known = {
  code: 'tailnet-daemon-silent',
  says: 'tailscaled is frozen: it takes connections and answers none',
  hint: 'Look at memory and disk of its machine before restarting it; a restart without a control server cuts the link.',
  commands: ['systemctl status tailscaled', STATUS_COMMAND],
};
const DENIED: Known = {
  code: 'tailnet-socket-denied',
  says: 'this process may not open the socket of tailscaled',
  hint: 'The socket itself is open to everyone (0666): its folder or the mount is not.',
  commands: ['ls -l /var/run/tailscale/tailscaled.sock'],
};
const ODD: Known = {
  code: 'tailnet-daemon-odd',
  says: 'what answers at the socket of tailscaled does not answer as it does',
  hint: 'Look at tailscale.socket: something else may listen there.',
  commands: [STATUS_COMMAND],
};

const TROUBLES: Readonly<Record<Trouble, { readonly outcome: 'failing' | 'unknown'; readonly known: Known }>> = {
  noSocket: { outcome: 'failing', known: GONE },
  refused: { outcome: 'failing', known: GONE },
  silent: { outcome: 'failing', known: SILENT },
  noPermission: { outcome: 'unknown', known: DENIED },
  unauthorized: { outcome: 'unknown', known: ODD },
  forbidden: { outcome: 'unknown', known: ODD },
  rateLimited: { outcome: 'unknown', known: ODD },
  unavailable: { outcome: 'unknown', known: ODD },
  protocol: { outcome: 'unknown', known: ODD },
};

/** What the failure to ask a daemon says about it. */
export function daemonCause({ trouble, says }: Failed): Judgement {
  const { outcome, known } = TROUBLES[trouble];
  return { outcome, cause: { ...known, facts: [says] } };
}
