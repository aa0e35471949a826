/** Plays the actions of a recorded timeline on the lab's clock, and compares what its daemons say between them. */
import type { Bench } from './bench.ts';
import { recording, type Exchange, type TimelineEntry } from '../../tailnet/recordings.ts';
import { normal } from './normal.ts';

/** Where the recorder polled every second, and every poll of a silent peer took up to 16. */
const LATER_S = 2;

type Fields = Readonly<Record<string, unknown>>;
type Act = (bench: Bench) => Promise<void>;

const nodes =
  (change: Parameters<Bench['network']['setNode']>[1], ...clusters: readonly string[]): Act =>
  async ({ network, tailnet }) => {
    for (const cluster of clusters) network.setNode(cluster, change);
    await tailnet.settled();
  };
const BOTH = ['cluster-a', 'cluster-b'];

const ACTIONS: Readonly<Record<string, Act>> = {
  'control server (and DERP) stopped': nodes({ control: 'gone' }, ...BOTH),
  'control server (and DERP) frozen with SIGSTOP': nodes({ control: 'hanging' }, ...BOTH),
  'control server started again': nodes({ control: 'up' }, ...BOTH),
  'control server continued': nodes({ control: 'up' }, ...BOTH),
  'control server killed again': nodes({ control: 'gone' }, ...BOTH),
  'tailscaled of gw-a restarted while the control server is away': async (bench) => {
    await nodes({ gone: true }, 'cluster-a')(bench);
    await nodes({ gone: false }, 'cluster-a')(bench);
  },
  'tailscaled of gw-b killed (SIGKILL)': nodes({ gone: true }, 'cluster-b'),
  'tailscaled of gw-b started again (same state directory)': nodes({ gone: false }, 'cluster-b'),
  'tailscaled of gw-b ended (SIGTERM)': nodes({ gone: true }, 'cluster-b'),
  'tailscaled of gw-b started again': nodes({ gone: false }, 'cluster-b'),
  'tailscale down on gw-b': nodes({ backend: 'Stopped' }, 'cluster-b'),
  'tailscale up on gw-b': nodes({ backend: 'Running' }, 'cluster-b'),
  'gw-b deleted at the control server': async ({ tailnet }) => tailnet.turn({ deleted: new Set(['cluster-b']) }),
  'tailscaled of gw-b frozen (SIGSTOP)': nodes({ frozen: true }, 'cluster-b'),
  'gw-b continues': nodes({ frozen: false }, 'cluster-b'),
  'control server: expiry of gw-a set to 90 s from now': async ({ network, clock }) =>
    network.setNode('cluster-a', { keyExpiry: clock.now() + 90_000 }),
  'gw-a: tailscale up --force-reauth --auth-key': async ({ network, clock }) =>
    network.setNode('cluster-a', { keyExpiry: clock.now() + 180 * 86_400_000 }),
};

/** What of a daemon's words is compared. The relay's message comes and goes every few seconds and is not. */
export interface Said {
  readonly backend: unknown;
  readonly online: unknown;
  readonly expired: unknown;
  readonly health: unknown;
  /** Undefined: there is no peer. */
  readonly peer: { readonly online: unknown; readonly expired: unknown } | undefined;
}

/** At a second of the timeline: what was recorded as last known, and what the double said then. */
export interface Moment {
  readonly t_s: number;
  readonly recorded: Partial<Said>;
  readonly said: Partial<Said>;
}

/** From an action on, for as long as it lasts, gw-a is compared wherever something changed. */
export async function play(name: string, bench: Bench, until = Infinity): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  const known: { -readonly [K in keyof Said]?: Said[K] } = {};
  const { timeline } = recording(name);
  let now = 0;
  // Between an action and the recorder's next look at the status nothing is known: it waited for silent pings first.
  let looked = true;
  for (const [place, entry] of timeline.entries()) {
    if (entry.t_s >= until) break;
    const action = ACTIONS[entry.event];
    if (action !== undefined) {
      bench.clock.advance(Math.max(0, entry.t_s - now) * 1000);
      now = Math.max(now, entry.t_s);
      await action(bench);
      looked = false;
    }
    looked = note(known, entry) || looked;
    const next = timeline[place + 1]?.t_s ?? Infinity;
    if (!looked || next - entry.t_s <= LATER_S || entry.t_s + LATER_S < now) continue;
    bench.clock.advance((entry.t_s + LATER_S - now) * 1000);
    now = entry.t_s + LATER_S;
    moments.push({ t_s: entry.t_s, recorded: { ...known }, said: await ask(bench, known) });
  }
  return moments;
}

/** Whether the entry was a look at the status. */
function note(known: { -readonly [K in keyof Said]?: Said[K] }, { event, value }: TimelineEntry): boolean {
  if (event === 'changed: BackendState of gw-a') known.backend = value;
  if (event === 'changed: Health of gw-a') known.health = health(value);
  if (event.startsWith('changed: Self of gw-a')) {
    const { Online, Expired = false } = value as Fields;
    Object.assign(known, { online: Online, expired: Expired });
  }
  if (event === 'changed: Peer gw-b as seen by gw-a') known.peer = value === 'no peer' ? undefined : peerOf(value);
  return /^changed: (?:BackendState|Health|Self|Peer)/.test(event);
}

function peerOf(value: unknown): Said['peer'] {
  const { Online, Expired = false } = value as Fields;
  return { online: Online, expired: Expired };
}

function health(value: unknown): unknown {
  return (normal({ Health: value }) as { Health: string[] }).Health.filter((text) => !text.includes('relay server'));
}

const STATUS: Exchange = {
  title: '',
  node: 'gw-a',
  request: { method: 'GET', path: '/localapi/v0/status', headers: { host: 'local-tailscaled.sock' } },
  response: {},
};

/** The same fields that are known of the recording. */
async function ask({ send }: Pick<Bench, 'send'>, known: Partial<Said>): Promise<Partial<Said>> {
  const answer = await send(STATUS);
  if (typeof answer === 'string') throw new Error(`no status: ${answer}`);
  const { BackendState, Self, Health, Peer } = JSON.parse(answer.text) as {
    BackendState: string;
    Self: Fields;
    Health: string[];
    Peer: Fields | null;
  };
  const [peer] = Object.values(Peer ?? {});
  const said: Said = {
    backend: BackendState,
    online: Self['Online'],
    expired: Self['Expired'] ?? false,
    health: health(Health),
    peer: peer === undefined ? undefined : peerOf(peer),
  };
  return Object.fromEntries(Object.entries(said).filter(([name]) => name in known));
}
