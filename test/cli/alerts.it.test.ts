import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkLayer } from '../../src/actions/alerts.ts';
import type { AlertsSummary } from '../../src/alerts/index.ts';
import type { AlertsHere } from '../../src/cli/alerts.ts';
import { acked, incident, over } from '../bot/incident-samples.ts';
import { AT } from '../bot/samples.ts';
import { createStillClock } from '../lab/still-clock.ts';
import { folder } from './folder.ts';
import { run, type Answer } from './terminal.ts';

const NONE: AlertsSummary = { open: [], acked: [], muted: [], ended: [], silences: [], windows: [] };
const CONFIG = `clusters:
  - { name: cluster-a, network: network-a, roles: [edge, signer], kubeconfig: a.yaml }
  - { name: cluster-b, network: network-b, kubeconfig: b.yaml }
`;
const layer = (more: Partial<LinkLayer>): LinkLayer => ({
  layer: 'tcp',
  title: 'TCP',
  outcome: 'ok',
  says: 'connected in 12 ms',
  facts: ['tried once'],
  ...more,
});

const dir = folder();
const clock = createStillClock();

beforeAll(() => {
  dir.make();
  writeFileSync(join(dir.path, 'meshwarden.yaml'), CONFIG);
  clock.advance(AT + 720_000 - clock.now());
});
afterAll(() => dir.remove());

/** A person who asks of these alerts and these layers, and what was asked for by that. */
async function asking(argv: readonly string[], summary = NONE, layers: readonly LinkLayer[] = []): Promise<Answer & { asked: unknown[] }> {
  const asked: unknown[] = [];
  const alerts: AlertsHere = {
    list: async () => summary,
    ack: async (...given) => void asked.push(['ack', ...given]),
    silence: async (given) => {
      asked.push(['silence', given]);
      return 's7k2';
    },
    unsilence: async (...given) => void asked.push(['unsilence', ...given]),
    trial: async (given) => void asked.push(['trial', given]),
    async probe(given, tell) {
      asked.push(['probe', given]);
      for (const one of layers) tell(one);
      return layers;
    },
    close: async () => void asked.push('closed'),
  };
  return { ...(await run(argv, { clock, cwd: dir.path, alerts })), asked };
}

describe('meshwarden alerts', () => {
  it('lists what is open, what keeps quiet and what is over', async () => {
    const { cause: _, ...unmeasured } = incident({
      id: 'q-1',
      severity: 'info',
      title: 'No measurement of b',
      evidence: 'no result',
      hides: [],
    });
    const summary: AlertsSummary = {
      open: [incident()],
      acked: [acked(incident({ id: 'm-1', severity: 'ticket', hides: [] }), 'cli:lena')],
      muted: [{ ...unmeasured, muted: { why: 'quiet hours', until: undefined, by: undefined } }],
      ended: [over(incident())],
      silences: [{ id: 's7k2', match: 'link-*|*', by: 'cli:lena', reason: 'moving gw-b', from: AT, until: AT + 4_320_000 }],
      windows: [{ id: 'w1', match: '*cluster-b*', reason: 'plan k7f3', from: AT, until: AT + 780_000 }],
    };
    const { code, out } = await asking(['alerts'], summary);
    const seen = [
      '  3 of 4 probes failed: connect timed out',
      '  Tailscale on gw-a says it is running',
      '  gw-b answers no ping at any layer',
    ];
    const next = ['  Next: Look whether gw-b runs and is connected to its network.', '    tailscale ping gw-b', '    tailscale status'];
    expect(out.split('\n')).toEqual([
      '▲ 3 alerts are open',
      '',
      'PAGE Link cluster-a → cluster-b is down · 12 min ago  [a1b2c3d4e5-k1]',
      ...seen,
      '  Hides 4: gateway of cluster-b from cluster-a, API of cluster-b, public path cluster-a → cluster-b, canary of cluster-b',
      ...next,
      '',
      'TICKET Link cluster-a → cluster-b is down · 12 min ago · acknowledged by cli:lena  [m-1]',
      ...seen,
      ...next,
      '',
      'INFO No measurement of b · 12 min ago · quiet hours  [q-1]',
      '  no result',
      '',
      'Silences',
      '  s7k2  link-*|*  over in 1 h · cli:lena: moving gw-b',
      '',
      'Maintenance',
      '  *cluster-b*  plan k7f3 · over in 1 min at the latest',
      '',
      'Over',
      '  Link cluster-a → cluster-b was down · lasted 6 min 12 s · 5 min 48 s ago',
      '',
    ]);
    expect(code).toBe(1);
  });

  it.each([
    ['nothing is open', { ...NONE, ended: [over(incident())] }, 0],
    ['one is open', { ...NONE, open: [incident()] }, 1],
    ['somebody has it', { ...NONE, acked: [incident()] }, 1],
    ['it is quiet', { ...NONE, muted: [incident()] }, 1],
  ])('ends by whether %s, and gives the whole of it as JSON', async (_name, summary, code) => {
    const answer = await asking(['alerts', 'list', '--json'], summary);
    expect([answer.code, JSON.parse(answer.out), answer.asked]).toEqual([code, { schema: 1, ...summary }, ['closed']]);
  });

  it.each<readonly [readonly string[], readonly unknown[], string]>([
    [['ack', 'm-1'], ['ack', 'm-1', 'cli:somebody', undefined], 'm-1 is yours'],
    [['ack', 'm-1', '--for', '2h'], ['ack', 'm-1', 'cli:somebody', 7_200_000], 'm-1 is yours'],
    [
      ['silence', 'link-*|*', '--for', '4h', '--reason', 'moving gw-b'],
      ['silence', { match: 'link-*|*', forMs: 14_400_000, reason: 'moving gw-b', by: 'cli:somebody' }],
      'Silence s7k2: link-*|*',
    ],
    [['unsilence', 's7k2'], ['unsilence', 's7k2', 'cli:somebody'], 's7k2 is over'],
    [['test'], ['trial', { severity: 'ticket', end: false, by: 'cli:somebody' }], 'Fired; `meshwarden alerts test --end` ends it'],
    [
      ['test', '--severity', 'page', '--end'],
      ['trial', { severity: 'page', end: true, by: 'cli:somebody' }],
      'The trial is over; the channel says so in a moment',
    ],
  ])('%j asks for that and says so', async (argv, asked, said) => {
    const answer = await asking(['alerts', ...argv]);
    expect([answer.code, answer.out, answer.asked]).toEqual([0, `${said}\n`, [asked, 'closed']]);
  });

  it('takes no time that is none', async () => {
    const answers = [await asking(['alerts', 'ack', 'm-1', '--for', 'soon']), await asking(['alerts', 'ack', 'm-1', '--for', '0s'])];
    expect(answers.map(({ code, err, asked }) => [code, err.includes('expected a length of time such as 30m, 4h or 7d'), asked])).toEqual([
      [2, true, []],
      [2, true, []],
    ]);
  });
});

describe('meshwarden probe', () => {
  const failing = layer({
    title: 'Ping',
    outcome: 'failing',
    says: 'no answer',
    hint: 'Look whether gw-b runs.',
    commands: ['tailscale status'],
  });
  const unknown = layer({ title: 'Packet size', outcome: 'unknown', says: 'not asked', hint: 'Set tailscale.socket.' });
  const skipped = layer({ title: 'TLS', outcome: 'skipped', says: 'there is no connection' });

  it('tells each layer, and of one that fails what to do', async () => {
    const { code, out, asked } = await asking(['probe', '--to', 'cluster-b'], NONE, [layer({}), failing, unknown, skipped]);
    expect(out.split('\n')).toEqual([
      '● TCP          connected in 12 ms',
      '▲ Ping         no answer',
      '    tried once',
      '    Next: Look whether gw-b runs.',
      '      tailscale status',
      '◌ Packet size  not asked',
      '    tried once',
      '◌ TLS          not tried: there is no connection',
      '',
    ]);
    expect([code, asked]).toEqual([1, [['probe', { from: undefined, to: 'cluster-b' }], 'closed']]);
  });

  it.each([
    ['every layer is well', [layer({}), skipped], 0],
    ['one could not be measured', [layer({}), unknown], 2],
    ['one fails and another could not be measured', [unknown, failing], 1],
  ])('ends by whether %s, and gives the whole of it as JSON', async (_name, layers, code) => {
    const answer = await asking(['probe', '--from', 'cluster-b', '--to', 'cluster-a', '--json'], NONE, layers);
    expect([answer.code, JSON.parse(answer.out)]).toEqual([code, { schema: 1, from: 'cluster-b', to: 'cluster-a', layers }]);
  });
});
