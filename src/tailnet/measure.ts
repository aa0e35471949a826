/** Measures the tailnet from one vantage: asks its daemon once, pings every address that matters, and asks the control API beside it. */
import type { Clock } from '../core/clock.ts';
import { endsWithin, withDeadline } from '../core/abort.ts';
import type { Asked, Device, PingResult, Pings, PingType, TailnetReading } from '../mesh/probing/tailnet.ts';
import type { ControlApi } from './control-api.ts';
import { LossBook } from './loss-book.ts';
import type { LocalApi } from './local-api.ts';
import { troubleOf } from './trouble.ts';

export interface TailnetTarget {
  /** A tailnet address of another node. */
  readonly address: string;
  /** ICMP too, because TCP was silent the last time; it is always sent where other pings fail. */
  readonly icmp?: boolean;
  /** Pings of {@link FULL_PACKET} bytes too: rarely, they cost more. */
  readonly sized?: boolean;
}

/** Measures again and again; what was lost lately it remembers by itself. */
export interface TailnetMeter {
  /**
   * One measurement, over within about 2.5 seconds whatever happens.
   *
   * @throws OperatorError `cancelled` when the signal is aborted.
   */
  measure(targets: readonly TailnetTarget[], signal?: AbortSignal): Promise<TailnetReading>;
}

export interface TailnetPorts {
  /** Undefined: there is no LocalAPI to ask. */
  readonly local: LocalApi | undefined;
  /** Undefined: there are no credentials for the control API. */
  readonly control: ControlApi | undefined;
  readonly clock: Clock;
}

/** UDP payload that a full packet of tailscale0 (MTU 1280) has after WireGuard added its 32 bytes. */
export const FULL_PACKET = 1312;
const STATUS_WITHIN = 700;
/** All pings of a measurement end by then, so that with the status it stays below two and a half seconds. */
const PINGS_WITHIN = 1_700;
/** A second try is sent when the first has no reply by then; the first may still come in. */
const TRY_AGAIN_AFTER = 600;
const CONTROL_WITHIN = 2_400;
/** Addresses that are pinged at once, each with up to six pings: what a process may have open is not without end. */
const AT_ONCE = 100;

export function createTailnetMeter({ local, control, clock }: TailnetPorts): TailnetMeter {
  const losses = new LossBook();
  return {
    async measure(targets, signal) {
      const [devices, own] = await Promise.all([
        askControl(control, clock, signal),
        local === undefined ? NO_DAEMON : askDaemon(targets, { local, losses, clock, signal }),
      ]);
      return { ...own, devices };
    },
  };
}

type OfDaemon = Pick<TailnetReading, 'node' | 'pings'>;

const NO_DAEMON: OfDaemon = { node: { kind: 'notAsked' }, pings: new Map() };

async function askDaemon(targets: readonly TailnetTarget[], how: Pinging): Promise<OfDaemon> {
  const node = await how.local.status({ within: STATUS_WITHIN, signal: how.signal });
  const pinging = node.kind === 'answered' && node.value.backend === 'Running';
  return { node, pings: pinging ? await pingAll(targets, how) : new Map<string, Pings>() };
}

/** A first answer may take longer than a measurement: it then counts as not having come, and is there for the next one. */
async function askControl(
  control: ControlApi | undefined,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Asked<readonly Device[]>> {
  if (control === undefined) return { kind: 'notAsked' };
  const who = "Tailscale's control API";
  try {
    return await withDeadline(clock, CONTROL_WITHIN, `Cannot ask ${who}`, () => control.devices({ within: 4 * CONTROL_WITHIN }), signal);
  } catch (error) {
    return troubleOf(error, who);
  }
}

interface Pinging {
  readonly local: LocalApi;
  readonly losses: LossBook;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

async function pingAll(targets: readonly TailnetTarget[], how: Pinging): Promise<Map<string, Pings>> {
  const left = [...targets];
  const done = new Map<string, Pings>();
  const end = how.clock.now() + PINGS_WITHIN;
  const work = async (): Promise<void> => {
    // Whoever has had no turn by then is not measured this time: that is said, and no measurement overtakes the next one.
    for (let target = left.shift(); target !== undefined && how.clock.now() < end; target = left.shift()) {
      done.set(target.address, await pingOne(target, how));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}

async function pingOne({ address, icmp = false, sized = false }: TailnetTarget, how: Pinging): Promise<Pings> {
  const tries = (type: PingType, size?: number): Promise<readonly PingResult[]> => pingTwice({ address, type, size }, how);
  const tunnel = tries('TSMP');
  const [disco, tsmp, host, full] = await Promise.all([
    tries('disco'),
    tunnel,
    pingHost(address, icmp ? undefined : tunnel, how),
    sized ? tries('disco', FULL_PACKET) : [],
  ]);
  return {
    disco,
    tsmp,
    icmp: host,
    sized: full.slice(-1).map((result) => ({ size: FULL_PACKET, result })),
    recent: how.losses.note(address, [...disco, ...tsmp]),
  };
}

/** What the host itself answers tells a dead tunnel from a policy; where TSMP answers at once nobody needs to know. */
async function pingHost(address: string, unless: Promise<unknown> | undefined, { local, clock, signal }: Pinging): Promise<PingResult[]> {
  if (unless !== undefined && (await endsWithin(clock, TRY_AGAIN_AFTER, unless))) return [];
  const within = PINGS_WITHIN - (unless === undefined ? 0 : TRY_AGAIN_AFTER);
  return [await local.ping(address, 'ICMP', { within, signal })];
}

interface Probe {
  readonly address: string;
  readonly type: PingType;
  readonly size: number | undefined;
}

/** One result where the first try was answered, else those of both, in order. */
async function pingTwice({ address, type, size }: Probe, { local, clock, signal }: Pinging): Promise<readonly PingResult[]> {
  const enough = new AbortController();
  const send = (within: number): Promise<PingResult> => {
    const until = AbortSignal.any([enough.signal, ...(signal === undefined ? [] : [signal])]);
    return local.ping(address, type, { within, signal: until, ...(size === undefined ? {} : { size }) });
  };
  const first = send(PINGS_WITHIN);
  if (await endsWithin(clock, TRY_AGAIN_AFTER, first)) return [await first];
  const second = send(PINGS_WITHIN - TRY_AGAIN_AFTER);
  const both = Promise.all([first, second]);
  const answered = await Promise.race([whenAnswered(first, 'first' as const), whenAnswered(second, 'second' as const), both]);
  enough.abort();
  // The one that is no longer waited for ends as cancelled.
  await Promise.allSettled([first, second]);
  if (answered === 'first') return [await first];
  return answered === 'second' ? [{ kind: 'silent' }, await second] : answered;
}

/** Settles only if it is answered. */
async function whenAnswered<T>(ping: Promise<PingResult>, value: T): Promise<T> {
  const { kind } = await ping;
  return kind === 'silent' ? new Promise<T>(() => undefined) : value;
}
