import { describe, expect, it } from 'vitest';
import { recording } from '../tailnet/recordings.ts';
import { withBench, type Bench } from './tailscale/bench.ts';
import { play } from './tailscale/timeline.ts';

/** The recorder looked once a second or so. */
const AROUND_S = 0.8;

describe('daemons of the lab notice things as late as real ones', () => {
  it.each([
    ['control-stopped', 7],
    ['control-frozen', 8],
    ['peer-down', 8],
    ['peer-frozen', 3],
    ['key-expiry', 3],
  ])('in the timeline of %s', async (name, atLeast) => {
    // Where gw-b is ended by the control server nothing of gw-a was recorded but its peer.
    const moments = await withBench((bench) => play(name, bench, name === 'key-expiry' ? 150 : Infinity));

    expect(moments.map(({ t_s, said }) => ({ t_s, ...said }))).toEqual(moments.map(({ t_s, recorded }) => ({ t_s, ...recorded })));
    expect(moments.length).toBeGreaterThanOrEqual(atLeast);
  });

  it('shows a peer as offline about 11 s after it ended and as online about 2 s after it came', async () => {
    const late = recording('peer-online-lag').runs.filter(({ seconds }) => seconds !== null);
    const changes: Readonly<Record<string, Parameters<Bench['network']['setNode']>[1]>> = {
      'gw-b: SIGKILL of tailscaled': { gone: true },
      'gw-b: SIGTERM of tailscaled': { gone: true },
      'gw-b: tailscaled started': { gone: false },
      'gw-b: tailscale down': { backend: 'Stopped' },
      'gw-b: tailscale up': { backend: 'Running' },
    };
    const seconds = await withBench(async (bench) => {
      const told: { action: string; off: boolean; early: boolean }[] = [];
      for (const run of late) {
        bench.network.setNode('cluster-b', changes[run.action] ?? {});
        await bench.tailnet.settled();
        const before = await online(bench);
        bench.clock.advance(((run.seconds ?? 0) - AROUND_S) * 1000);
        const early = (await online(bench)) === run.wait_for_Online;
        bench.clock.advance(2 * AROUND_S * 1000);
        told.push({ action: run.action, off: before === run.wait_for_Online || (await online(bench)) !== run.wait_for_Online, early });
        bench.clock.advance(30_000);
      }
      return told;
    });

    expect(seconds).toEqual(late.map(({ action }) => ({ action, off: false, early: false })));
  });
});

async function online({ send }: Bench): Promise<boolean> {
  const answer = await send({
    title: '',
    node: 'gw-a',
    request: { method: 'GET', path: '/localapi/v0/status', headers: { host: 'local-tailscaled.sock' } },
    response: {},
  });
  if (typeof answer === 'string') throw new Error(`no status: ${answer}`);
  const { Peer } = JSON.parse(answer.text) as { Peer: Readonly<Record<string, { Online: boolean }>> };
  return Object.values(Peer)[0]?.Online === true;
}
