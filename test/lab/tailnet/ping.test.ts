import { describe, expect, it } from 'vitest';
import { createLabNetwork } from '../../../lab/network.ts';
import { clustersOf } from '../../../lab/scene/cluster.ts';
import { pingOutcome } from '../../../lab/tailnet/ping.ts';
import { sixOf, Tailnet } from '../../../lab/tailnet/tailnet.ts';
import { createStillClock } from '../still-clock.ts';

interface Stage {
  readonly tailnet: Tailnet;
  /** `afterMs` where it is answered without an error, or what becomes of it instead. */
  readonly ping: (type: string, size?: number) => number | string;
}

function stage(): Stage {
  const network = createLabNetwork([
    { cluster: 'cluster-a', address: '100.64.0.1' },
    { cluster: 'cluster-b', address: '100.64.0.2' },
  ]);
  const tailnet = new Tailnet(network, createStillClock());
  return {
    tailnet,
    ping(type, size) {
      const parameters = new URLSearchParams({ ip: '100.64.0.2', type, ...(size === undefined ? {} : { size: String(size) }) });
      const outcome = pingOutcome(tailnet, network.node('cluster-a'), parameters);
      return outcome.kind === 'answered' ? outcome.afterMs : outcome.kind;
    },
  };
}

describe('addresses of the lab', () => {
  it('are of one node each, also in a mesh of a hundred clusters', () => {
    const network = createLabNetwork(clustersOf(100).map(({ name, gateway }) => ({ cluster: name, address: gateway.address })));
    const tailnet = new Tailnet(network, createStillClock());
    const found = network.nodes.map((node) => tailnet.nodeAt(sixOf(node))?.cluster);

    expect(found).toEqual(network.nodes.map(({ cluster }) => cluster));
  });
});

describe('pings of the lab', () => {
  it('take twice the delay of the way', () => {
    const { tailnet, ping } = stage();
    const before = ping('disco');
    tailnet.network.setWay('cluster-a', 'cluster-b', { delayMs: 150 });

    const slow = [ping('disco'), ping('TSMP')];
    tailnet.network.setWay('cluster-a', 'cluster-b', { relayed: true });

    expect([before, slow, ping('disco')]).toEqual([0, [300, 300], 300]);
  });

  it('get lost by counting, whatever their layer', () => {
    const { tailnet, ping } = stage();
    tailnet.network.setWay('cluster-a', 'cluster-b', { lossPercent: 40 });

    expect(['disco', 'TSMP', 'ICMP', 'disco', 'TSMP'].map((type) => ping(type))).toEqual([0, 0, 'silent', 0, 'silent']);
  });

  it('vanish where they are too long for the way', () => {
    const { tailnet, ping } = stage();
    tailnet.network.setWay('cluster-a', 'cluster-b', { largestWrite: 1228 });

    expect([ping('disco', 1228), ping('disco', 1229), ping('disco')]).toEqual([0, 'silent', 0]);
  });

  it('of the host obey the policy in their direction, those below do not', () => {
    const { tailnet, ping } = stage();
    tailnet.turn({ closed: new Set(['cluster-a>cluster-b']) });
    const there = ['disco', 'TSMP', 'ICMP'].map((type) => ping(type));
    tailnet.turn({ closed: new Set(['cluster-b>cluster-a']) });

    expect([there, ping('ICMP')]).toEqual([[0, 0, 'silent'], 0]);
  });

  it('of a node that the control server deleted reach nobody, although it keeps its map', () => {
    const { tailnet, ping } = stage();
    tailnet.turn({ deleted: new Set(['cluster-a']) });

    expect([ping('disco'), ping('TSMP')]).toEqual(['silent', 'silent']);
  });
});
