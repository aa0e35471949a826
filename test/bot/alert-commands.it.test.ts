import { expect, test } from 'vitest';
import type { LinkProbe } from '../../src/actions/alerts.ts';
import type { ListedAlerts } from '../../src/actions/list-alerts.ts';
import { emptyState } from '../../src/alerts/index.ts';
import type { AlertState, Silence } from '../../src/alerts/model.ts';
import { acked, CAUSE, incident, over, testBoard } from './incident-samples.ts';
import { gate, startAll, type Setup } from './product.ts';
import { AT, meshStatus } from './samples.ts';

const SILENCE: Silence = {
  id: 's7k2',
  match: 'link-down|link:cluster-a>*',
  by: '100000000000000007',
  reason: 'moving gw-b',
  from: AT,
  until: AT + 3_600_000,
};

const { announcedAt: _told, ...untold } = incident({ id: 'n-1', title: 'n' });
/** No open page that people were told of: one is a ticket, one is over, one was not told yet. */
const STRANGERS: AlertState['incidents'] = {
  't-1': incident({ id: 't-1', title: 't', severity: 'ticket' }),
  'e-1': over(incident({ id: 'e-1', title: 'e' })),
  'n-1': untold,
};

function state(now: number): AlertState {
  const subject = { kind: 'api', cluster: 'cluster-b' } as const;
  return {
    ...emptyState(now),
    subjects: {
      'api-down|api:cluster-b': {
        rule: 'api-down',
        subject,
        state: 'ok',
        since: now,
        window: '+',
        turns: [],
        sampledAt: now,
        knownAt: now,
        vantage: 'cluster-b',
      },
    },
    incidents: { ...STRANGERS, [incident().id]: incident() },
    silences: [{ ...SILENCE, until: now + 3_600_000 }],
  };
}

/** The product with one alert in its channel. */
async function alerted() {
  const incidents = testBoard();
  let known: AlertState | undefined;
  const setup = await startAll({ faster: 20, incidents, alertState: async () => known ?? emptyState(0) });
  known = state(setup.clock.now());
  incidents.put(incident());
  const { d } = setup;
  await d.waitFor(() => d.posts(d.channel('alerts')).length === 1);
  const press = (label: string, user = setup.people.lena) => {
    const [message] = d.posts(d.channel('alerts'));
    if (message === undefined) throw new Error('no alert was posted');
    return d.click(message, label, { user });
  };
  return { setup, incidents, press };
}

/** What a job was asked for, and what it gives. */
function answering(setup: Setup, job: keyof Setup['answers'], value: unknown): unknown[] {
  const asked: unknown[] = [];
  setup.answers[job] = (input) => {
    asked.push(input);
    return value;
  };
  return asked;
}

test('an alert is taken for an hour and given back with its buttons, by operators alone', async () => {
  const { setup, incidents, press } = await alerted();
  const { people } = setup;
  const by = people.lena.user.id;
  expect((await press('Ack 1 h', people.jon)).text).toContain('this needs an operator');
  const taken = acked(incident(), by);
  const asked = answering(setup, 'ack-alert', taken);
  const reply = await press('Ack 1 h');
  await reply.waitFor(({ text }) => text.includes('Acked'));
  expect([reply.ephemeral, reply.text]).toEqual([
    true,
    '### ● Acked: Link cluster-a → cluster-b is down\nYou are asked again <t:1795525249:R> where it still fails.\nIt clears by itself when it is over.',
  ]);
  incidents.put(taken);
  await expect.poll(() => incidents.shownOf(taken.id)?.version, { timeout: 10_000 }).toBe(2);
  const { ack: _, ...untaken } = taken;
  setup.answers['ack-alert'] = (input) => {
    asked.push(input);
    return untaken;
  };
  const back = await press('Take back ack');
  await back.waitFor(({ text }) => text === '### ◌ Not acked any more\nLink cluster-a → cluster-b is down');
  expect(asked).toEqual([
    { incident: 'a1b2c3d4e5-k1', by, forMs: 3_600_000 },
    { incident: 'a1b2c3d4e5-k1', by, undo: true },
  ]);
});

test('a silence asks for how long and why, and says what it covers', async () => {
  const { setup, press } = await alerted();
  const asked = answering(setup, 'silence-alert', { silence: SILENCE, matches: ['link-down|link:cluster-a>cluster-b'] });
  const form = await press('Silence…');
  expect(form.modal).toMatchObject({ custom_id: 'mw1|silence|a1b2c3d4e5-k1', title: 'Silence this alert' });
  const reply = await form.submitModal({ length: ['4h'], reason: ' moving gw-b ' });
  await reply.waitFor(({ text }) => text.includes('Silenced'));
  expect([reply.ephemeral, reply.text]).toEqual([
    true,
    [
      '### ● Silenced until <t:1795525200:f>',
      '`link-down|link:cluster-a>*` · <@100000000000000007>: moving gw-b',
      'Covers 1: `link-down|link:cluster-a>cluster-b`',
      'What ends is told all the same. Sooner over with `/mesh unsilence s7k2`.',
    ].join('\n'),
  ]);
  const by = setup.people.lena.user.id;
  expect(asked).toEqual([{ match: incident().root, forMs: 14_400_000, reason: 'moving gw-b', by }]);
});

test('nothing is silenced without a reason', async () => {
  const { setup, press } = await alerted();
  const asked = answering(setup, 'silence-alert', undefined);
  const form = await (await press('Silence…')).submitModal({ length: ['4h'], reason: ' ' });
  const options = { match: 'link-down|*', duration: '1h', reason: ' ' };
  const command = await setup.d.slash('mesh silence', { user: setup.people.lena, options });
  for (const { text } of [form, command])
    expect(text.split('\n').slice(1)).toEqual(['Nothing was silenced: it needs a reason', 'Next: Say why, for those who wonder tomorrow.']);
  expect(asked).toEqual([]);
});

test('the way that an alert is about is measured layer by layer, and shown while it is', async () => {
  const { setup, press } = await alerted();
  const asked: unknown[] = [];
  const done = gate<LinkProbe>();
  setup.answers['probe-link'] = (input, { progress }) => {
    asked.push(input);
    progress(
      [
        '● Tailscale: runs on gw-a',
        '▲ Ping: no answer at any layer',
        '◌ Packet size: no answer at any layer',
        '· TLS: there is no connection',
        '· Trust: there is no connection',
        'still at it',
      ].join('\n'),
    );
    return done.opened;
  };
  const reply = await press('Diagnose', setup.people.jon);
  await reply.waitFor(({ text }) => text.includes('Measuring'));
  expect(reply.text.split('\n')).toEqual([
    '### ◌ Measuring, layer by layer…',
    '● **Tailscale** runs on gw-a',
    '▲ **Ping** no answer at any layer',
    '◌ **Packet size** not known while Ping fails',
    '· **TLS, Trust** not tried: there is no connection',
    'still at it',
  ]);
  const facts = ['disco, TSMP and ICMP are silent'];
  done.open({
    from: 'cluster-a',
    to: 'cluster-b',
    at: AT,
    layers: [
      { layer: 'tailscale', title: 'Tailscale', outcome: 'ok', says: 'runs on gw-a', facts: [], tookMs: 3 },
      {
        layer: 'ping',
        title: 'Ping',
        outcome: 'failing',
        says: 'no answer at any layer',
        facts,
        hint: CAUSE.hint,
        commands: CAUSE.commands,
      },
      { layer: 'tcp', title: 'TCP', outcome: 'skipped', says: 'the ping fails', facts: [] },
      { layer: 'tls', title: 'TLS', outcome: 'skipped', says: 'the ping fails', facts: [] },
      { layer: 'trust', title: 'Trust', outcome: 'skipped', says: 'nothing was seen', facts: [] },
    ],
  });
  await reply.waitFor(({ text }) => text.includes('fails at'));
  expect([reply.ephemeral, reply.text.split('\n')]).toEqual([
    true,
    [
      '### ▲ cluster-a → cluster-b · fails at Ping · <t:1795521600:R>',
      '● **Tailscale** runs on gw-a · 3 ms',
      '▲ **Ping** no answer at any layer',
      '· **TCP, TLS** not tried: the ping fails',
      '· **Trust** not tried: nothing was seen',
      '-# Ping: disco, TSMP and ICMP are silent',
      'Next: Look whether gw-b runs and is connected to its network.',
      '`tailscale ping gw-b`',
    ],
  ]);
  expect(asked).toEqual([{ from: 'cluster-a', to: 'cluster-b' }]);
});

test('what is no way is looked at with the rest of its cluster', async () => {
  const { setup, incidents, press } = await alerted();
  const api = { kind: 'api', cluster: 'cluster-b' } as const;
  incidents.put({ ...incident(), subject: api, version: 2, turn: 2 });
  await expect.poll(() => incidents.shownOf(incident().id)?.version, { timeout: 10_000 }).toBe(2);
  const asked = answering(setup, 'observe-mesh', meshStatus());
  const reply = await press('Diagnose');
  await reply.waitFor(({ text }) => text.includes('● Mesh healthy'));
  expect(asked).toEqual([{ only: ['cluster-b'] }]);
});

test('commands that confirm the cause are shown whole, and only to whoever asked', async () => {
  const { press } = await alerted();
  const reply = await press('Show commands');
  await reply.waitFor(({ thinking }) => !thinking);
  expect([reply.ephemeral, reply.text]).toEqual([
    true,
    [
      '### ◌ Link cluster-a → cluster-b is down',
      'connect timed out.',
      '- Tailscale on gw-a says it is running',
      '- gw-b answers no ping at any layer',
      'Next: Look whether gw-b runs and is connected to its network.',
      '```\ntailscale ping gw-b\n```',
      '```\ntailscale status\n```',
      '-# silent-peer · a1b2c3d4e5-k1',
    ].join('\n'),
  ]);
});

test('what is open, in hand, quiet and over is one card', async () => {
  const { setup } = await alerted();
  const { d, people } = setup;
  const quiet = incident({
    id: 'q-1',
    severity: 'ticket',
    title: 'Clock of cluster-b is off',
    muted: { why: 'quiet hours', until: undefined, by: undefined },
  });
  const value: ListedAlerts = {
    at: AT,
    total: { open: 12, acked: 1, muted: 1, ended: 1, silences: 1, windows: 1 },
    open: [incident()],
    acked: [acked(incident({ title: 'API of cluster-b is down' }), people.nils.user.id)],
    muted: [quiet],
    ended: [over(incident())],
    silences: [SILENCE],
    windows: [{ id: 'w1', match: 'istiod-serving|*', reason: 'plan k7f3', from: AT, until: AT + 60_000 }],
  };
  const asked = answering(setup, 'list-alerts', value);
  const reply = await d.slash('mesh alerts', { user: people.jon });
  await reply.waitFor(({ text }) => text.includes('alerts are open'));
  expect(reply.text.split('\n')).toEqual([
    '### ▲ 12 alerts are open · 1 acked · 1 quiet',
    '**PAGE · Link cluster-a → cluster-b is down** · <t:1795521600:R>',
    '-# 3 of 4 probes failed: connect timed out · hides 4',
    'and 6 more',
    '**Acked**',
    `PAGE · API of cluster-b is down · <t:1795521600:R> · by <@${people.nils.user.id}>`,
    '**Quiet**',
    'TICKET · Clock of cluster-b is off · <t:1795521600:R> · quiet hours',
    '**Silences**',
    '`link-down|link:cluster-a>*` until <t:1795525200:f> · <@100000000000000007>: moving gw-b · `s7k2`',
    '**Maintenance**',
    '`istiod-serving|*` plan k7f3 · at most until <t:1795521660:f>',
    '**Over**',
    'Link cluster-a → cluster-b was down for 6 min 12 s · <t:1795521972:R>',
  ]);
  expect(asked).toEqual([{ limit: 10 }]);
});

test('an answer of another shape is none', async () => {
  const { setup } = await alerted();
  const { d, people } = setup;
  const total = { open: 1, acked: 0, muted: 0, ended: 0, silences: 0, windows: 0 };
  const lists = { open: [], acked: [], muted: [], ended: [], silences: [], windows: [] };
  for (const kind of Object.keys(lists)) {
    answering(setup, 'list-alerts', { at: AT, total, ...lists, [kind]: [{}] });
    const reply = await d.slash('mesh alerts', { user: people.jon });
    await reply.waitFor(({ text }) => text.includes('The worker gave an answer of another shape'));
    expect(reply.text.split('\n')[0]).toBe('### ▲ The alerts could not be read');
  }
});

test('every command asks for what it names', async () => {
  const { setup } = await alerted();
  const { d, people } = setup;
  const by = people.lena.user.id;
  const asked = [
    answering(setup, 'ack-alert', acked(incident(), by)),
    answering(setup, 'silence-alert', { silence: SILENCE, matches: [] }),
    answering(setup, 'unsilence-alert', SILENCE),
    answering(setup, 'probe-link', { from: 'local', to: 'cluster-b', at: AT, layers: [] }),
  ];
  const ask = async (command: string, options: Record<string, string | number>, says: string): Promise<void> => {
    const reply = await d.slash(`mesh ${command}`, { user: people.lena, options });
    await reply.waitFor(({ text }) => text.includes(says));
  };
  await ask('ack', { incident: 'a1b2c3d4e5-k1', hours: 2 }, 'Acked');
  await ask('silence', { match: 'link-down|*', duration: '7d', reason: 'moving' }, 'It covers nothing that is followed now');
  await ask('unsilence', { id: 's7k2' }, 'Heard again');
  await ask('probe', { from: 'local', to: 'cluster-b' }, 'every layer is well');
  expect(asked).toEqual([
    [{ incident: 'a1b2c3d4e5-k1', by, forMs: 7_200_000 }],
    [{ match: 'link-down|*', forMs: 604_800_000, reason: 'moving', by }],
    [{ id: 's7k2', by }],
    [{ from: 'local', to: 'cluster-b' }],
  ]);
  for (const [command, options] of [
    ['ack', { incident: 'x' }],
    ['silence', { match: '*', duration: '1h', reason: 'x' }],
    ['unsilence', { id: 'x' }],
  ] as const)
    expect((await d.slash(`mesh ${command}`, { user: people.jon, options })).text).toContain('this needs an operator');
});

test('what is typed is completed from what is known', async () => {
  const { setup } = await alerted();
  const { d, people } = setup;
  const type = (command: string, typed: Record<string, string>, user = people.lena) => d.autocomplete(`mesh ${command}`, typed, user);
  expect(await type('ack', { incident: 'link' })).toEqual([{ name: 'page: Link cluster-a → cluster-b is down', value: 'a1b2c3d4e5-k1' }]);
  expect(await type('unsilence', { id: '' })).toEqual([{ name: 'link-down|link:cluster-a>*: moving gw-b', value: 's7k2' }]);
  expect(await type('silence', { match: 'api-down|*' })).toEqual([{ name: 'api-down|*', value: 'api-down|*' }]);
  expect(await type('silence', { match: 'api' })).toEqual([
    { name: 'api', value: 'api' },
    { name: 'api-down|api:cluster-b', value: 'api-down|api:cluster-b' },
  ]);
  expect(await type('probe', { from: '' })).toEqual([
    { name: 'cluster-a', value: 'cluster-a' },
    { name: 'cluster-b', value: 'cluster-b' },
  ]);
  expect(await type('ack', { incident: 'link' }, people.jon)).toEqual([]);
});

test('buttons that name no alert, or one that nobody knows, reach nobody', async () => {
  const { setup, incidents, press } = await alerted();
  const unknown = incident({ id: 'other-1', marker: 'other' });
  incidents.put(unknown);
  await setup.d.waitFor(() => setup.d.posts(setup.d.channel('alerts')).length === 2);
  incidents.forget(incident().id);
  const reply = await press('Show commands');
  await reply.waitFor(({ thinking }) => !thinking);
  expect(reply.text.split('\n')[1]).toBe(
    'This alert is not known any more: it ended more than a day ago, or the memory of the service was lost',
  );
});

test('the presence counts open pages', async () => {
  const { setup } = await alerted();
  await expect.poll(() => setup.d.gateway.presence.activity, { timeout: 10_000 }).toBe('1 page is open');
});
