import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLabClock, type LabClock } from '../../lab/clock.ts';
import { createLabNetwork, type LabNetwork } from '../../lab/network.ts';
import { startLabTailnet, type LabTailnet } from '../../lab/tailnet/start.ts';
import { DAY, MINUTE } from '../../src/core/duration.ts';
import { Secret } from '../../src/core/secret.ts';
import { judgeNode } from '../../src/mesh/probing/tailnet-node.ts';
import { judgePeer } from '../../src/mesh/probing/tailnet-peer.ts';
import type { TcpEvidence } from '../../src/mesh/probing/tailnet.ts';
import { createControlApi } from '../../src/tailnet/control-api.ts';
import { createLocalApi } from '../../src/tailnet/local-api.ts';
import { createTailnetMeter } from '../../src/tailnet/measure.ts';
import { brief } from './replay.ts';

const OWN = '100.64.0.1';
const PEER = '100.64.0.2';

interface Stage {
  readonly network: LabNetwork;
  readonly clock: LabClock;
  readonly tailnet: LabTailnet;
}

interface Scenario {
  readonly name: string;
  readonly breaks: (stage: Stage) => void;
  readonly tcp: TcpEvidence;
  readonly sized?: true;
  readonly control?: true;
  /** Measured so often, one after the other; once where it is not said. */
  readonly times?: number;
  /** `node | key | control | link | degraded | blocked`. */
  readonly verdict: string;
}

const way = (change: Parameters<LabNetwork['setWay']>[2]) => (stage: Stage) => stage.network.setWay('cluster-a', 'cluster-b', change);
const own = (change: Parameters<LabNetwork['setNode']>[1]) => (stage: Stage) => stage.network.setNode('cluster-a', change);
const peer = (change: Parameters<LabNetwork['setNode']>[1]) => (stage: Stage) => stage.network.setNode('cluster-b', change);

const SCENARIOS: readonly Scenario[] = [
  { name: 'all is well', breaks: () => undefined, tcp: 'open', sized: true, control: true, verdict: 'ok | ok | ok | ok | ok | nothing' },
  { name: 'cut', breaks: way({ cut: true }), tcp: 'silent', verdict: 'ok | ok | ok | failing link-silent | unknown link-silent | nothing' },
  { name: 'relayed', breaks: way({ relayed: true }), tcp: 'open', verdict: 'ok | ok | ok | ok relayed | failing link-relayed | nothing' },
  { name: 'slow', breaks: way({ delayMs: 210 }), tcp: 'open', verdict: 'ok | ok | ok | ok | failing link-slow | nothing' },
  {
    name: 'lossy, for as long as it takes to know',
    breaks: way({ lossPercent: 20 }),
    tcp: 'open',
    times: 9,
    verdict: 'ok | ok | ok | ok | failing link-lossy | nothing',
  },
  {
    name: 'a hole in the MTU',
    breaks: way({ largestWrite: 1250 }),
    tcp: 'open',
    sized: true,
    verdict: 'ok | ok | ok | ok | failing link-mtu | nothing',
  },
  { name: 'a blocked port', breaks: way({ blockedPorts: [15_443] }), tcp: 'silent', verdict: 'ok | ok | ok | ok | ok | port-blocked' },
  {
    name: 'the peer frozen for minutes',
    breaks: (stage) => {
      peer({ frozen: true })(stage);
      stage.clock.advance(9 * MINUTE);
    },
    tcp: 'silent',
    verdict: 'ok | ok | ok | failing link-silent | unknown link-silent | nothing',
  },
  {
    name: 'the peer gone for a minute',
    breaks: (stage) => {
      peer({ gone: true })(stage);
      stage.clock.advance(MINUTE);
    },
    tcp: 'silent',
    verdict: 'ok | ok | ok | failing link-peer-offline | unknown link-peer-offline | nothing',
  },
  {
    name: 'the peer expired',
    breaks: (stage) => peer({ keyExpiry: stage.clock.now() - 1000 })(stage),
    tcp: 'silent',
    verdict: 'ok | ok | ok | failing link-peer-expired | unknown link-peer-expired | nothing',
  },
  {
    name: 'the peer deleted, and a control API that says so',
    breaks: ({ tailnet }) => tailnet.turn({ deleted: new Set(['cluster-b']) }),
    tcp: 'refused',
    control: true,
    verdict: 'ok | ok | ok | failing link-peer-deleted | unknown link-peer-deleted | nothing',
  },
  {
    name: 'the policy allows nothing between the two, and a control API that still lists both',
    breaks: ({ tailnet }) => tailnet.turn({ closed: new Set(['cluster-a>cluster-b', 'cluster-b>cluster-a']) }),
    tcp: 'refused',
    control: true,
    verdict: 'ok | ok | ok | failing link-not-allowed | unknown link-not-allowed | nothing',
  },
  {
    name: 'the relay lost, with a relayed way',
    breaks: (stage) => {
      way({ relayed: true })(stage);
      stage.tailnet.turn({ relay: 'gone' });
      stage.clock.advance(MINUTE);
    },
    tcp: 'silent',
    verdict: 'ok | ok | ok | failing link-relay-lost | unknown link-relay-lost | nothing',
  },
  {
    name: 'the control server gone',
    breaks: own({ control: 'gone' }),
    tcp: 'open',
    verdict: 'ok | ok | failing tailnet-control-lost | ok | ok | nothing',
  },
  {
    name: 'the control server hanging for two minutes',
    breaks: (stage) => {
      own({ control: 'hanging' })(stage);
      stage.clock.advance(2 * MINUTE);
    },
    tcp: 'open',
    verdict: 'ok | ok | failing tailnet-control-lost | ok | ok | nothing',
  },
  {
    name: 'restarted while the control server is gone',
    breaks: (stage) => {
      own({ control: 'gone', gone: true })(stage);
      own({ gone: false })(stage);
      stage.clock.advance(MINUTE);
    },
    tcp: 'refused',
    verdict:
      'failing tailnet-no-state | unknown tailnet-key-unknown | failing tailnet-control-lost | failing link-own-node | nothing | nothing',
  },
  {
    name: 'its own key ends tomorrow',
    breaks: (stage) => own({ keyExpiry: stage.clock.now() + DAY })(stage),
    tcp: 'open',
    verdict: 'ok | failing tailnet-key-ends (page) | ok | ok | ok | nothing',
  },
  {
    name: 'its own key has ended',
    breaks: (stage) => own({ keyExpiry: stage.clock.now() - 1000 })(stage),
    tcp: 'silent',
    verdict: 'failing tailnet-key-expired | failing tailnet-key-expired (page) | ok | failing link-own-node | nothing | nothing',
  },
  {
    name: 'stopped',
    breaks: own({ backend: 'Stopped' }),
    tcp: 'silent',
    verdict: 'failing tailnet-stopped | ok | unknown tailnet-control-unknown | failing link-own-node | nothing | nothing',
  },
  {
    name: 'its own daemon frozen, and a control API that still counts it as connected',
    breaks: own({ frozen: true }),
    tcp: 'silent',
    control: true,
    verdict: 'failing tailnet-daemon-silent | ok | ok | failing link-own-node | nothing | nothing',
  },
  {
    name: 'its own daemon gone',
    breaks: own({ gone: true }),
    tcp: 'silent',
    verdict:
      'failing tailnet-daemon-gone | unknown tailnet-key-unknown | unknown tailnet-control-unknown | failing link-own-node | nothing | nothing',
  },
];

interface Prepared extends Stage {
  readonly scenario: Scenario;
  readonly dir: string;
}

async function prepare(scenario: Scenario): Promise<Prepared> {
  const dir = await mkdtemp(join(tmpdir(), 'mw-ts-'));
  const clock = createLabClock();
  const network = createLabNetwork([
    { cluster: 'cluster-a', address: OWN },
    { cluster: 'cluster-b', address: PEER },
  ]);
  const tailnet = await startLabTailnet({ network, clock, dir });
  scenario.breaks({ network, clock, tailnet });
  await tailnet.settled();
  return { scenario, dir, clock, network, tailnet };
}

async function verdictOf({ scenario, clock, tailnet }: Prepared): Promise<string> {
  const { tcp, sized = false, control = false, times = 1 } = scenario;
  const { url, clientId, clientSecret } = tailnet.control;
  const access = { api: url, tailnet: '-', clientId, clientSecret: new Secret(clientSecret) };
  const meter = createTailnetMeter({
    local: createLocalApi({ socket: tailnet.socketOf('cluster-a'), clock }),
    control: control ? createControlApi(access, clock) : undefined,
    clock,
  });
  for (let before = 1; before < times; before += 1) await meter.measure([{ address: PEER, sized }]);
  const reading = await meter.measure([{ address: PEER, sized }]);
  const { node, key, control: server } = judgeNode(reading, { address: OWN, now: clock.now() });
  const { down, degraded, blocked } = judgePeer(reading, { address: PEER, tcp, slowAfter: 400, now: clock.now() });
  return [...[node, key, server, down, degraded].map(brief), blocked?.code ?? 'nothing'].join(' | ');
}

describe('a broken tailnet, measured and judged', () => {
  const stages: Prepared[] = [];

  afterAll(async () => {
    for (const { tailnet, dir } of stages) {
      await tailnet.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });

  // Together, because each that is silent lasts as long as a measurement may.
  it('gives for each fault the cause that it is', async () => {
    for (const scenario of SCENARIOS) stages.push(await prepare(scenario));
    const told = await Promise.all(stages.map(async (stage) => [stage.scenario.name, await verdictOf(stage)] as const));

    expect(told).toEqual(SCENARIOS.map(({ name, verdict }) => [name, verdict]));
  });
});
