/** Tries what measures: the ways into the tailnet, and what lies at their ends. Nothing is kept or changed. */
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { SECOND } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';
import { inTurns } from '../k8s/collect.ts';
import type { Asked } from '../mesh/probing/tailnet.ts';
import type { ProbesSetup, TailnetSetup } from '../mesh/setup.ts';
import { createDialer } from '../probes/dial.ts';
import { probePublicPath } from '../probes/public-path.ts';
import { greetProxy } from '../probes/socks-greeting.ts';
import { createControlApi } from '../tailnet/control-api.ts';
import { createLocalApi } from '../tailnet/local-api.ts';

/** For each that is asked, in milliseconds. */
const DAEMON_MS = 3 * SECOND;
const CONTROL_MS = 10 * SECOND;
const ANSWER_MS = 3 * SECOND;
const AT_ONCE = 16;

export interface Trying {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The daemon, its proxy and the control API, as far as they are configured. */
export async function tryTailnet({ tailscale, probes }: Config, { clock, signal }: Trying): Promise<TailnetSetup> {
  const { socket, proxy, control } = tailscale;
  const secret = control?.clientSecret;
  const dialer = createDialer({ proxy: undefined, connectWithinMs: probes.connectWithin, clock });
  const [node, greeted, devices] = await Promise.all([
    socket === undefined ? NOT_ASKED : asked('tailscaled', createLocalApi({ socket, clock }).status({ within: DAEMON_MS, signal })),
    proxy && greetProxy(proxy, { dialer, clock, withinMs: DAEMON_MS }, signal),
    control === undefined || secret === undefined
      ? NOT_ASKED
      : asked(
          "Tailscale's control API",
          createControlApi({ ...control, clientSecret: secret }, clock).devices({ within: CONTROL_MS, signal }),
        ),
  ]);
  return { node, proxy: greeted, devices };
}

const NOT_ASKED = { kind: 'notAsked' } as const;

/** Who is asked to stop says so like any other trouble: several trials run at once, and none of them may end the others. */
async function asked<T>(who: string, answer: Promise<Asked<T>>): Promise<Asked<T>> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OperatorError) || error.reason !== 'cancelled') throw error;
    return { kind: 'failed', trouble: 'unavailable', says: `${who}: the trial was cancelled` };
  }
}

/** Connects once to every gateway that probes from here lead to, and asks once for every public path. */
export async function tryProbes({ clusters, tailscale, probes }: Config, { clock, signal }: Trying): Promise<ProbesSetup> {
  const within = { connectWithinMs: probes.connectWithin, clock };
  const dialer = createDialer({ ...within, proxy: tailscale.proxy });
  const publicDialer = createDialer({ ...within, proxy: undefined });
  const others = clusters.flatMap(({ name, gateway }) => (gateway === undefined || name === probes.vantage ? [] : [{ name, gateway }]));
  const [gateways, publicPaths] = await Promise.all([
    inTurns(others, AT_ONCE, async ({ name: cluster, gateway: { address, port } }) => {
      const dialed = await dialer.dial(address, port, signal);
      if (dialed.ok) dialed.socket.destroy();
      return { cluster, where: `${address}:${port}`, connect: dialed.ok ? ({ ok: true, tookMs: dialed.tookMs } as const) : dialed };
    }),
    inTurns(probes.publicPaths, AT_ONCE, async ({ url, address, status }) => ({
      url,
      status,
      seen: await probePublicPath({ url, address }, { dialer: publicDialer, clock, withinMs: ANSWER_MS }, signal),
    })),
  ]);
  return { gateways, publicPaths };
}
