import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/alerts/model.ts';
import { toMessage, toText, type Card } from '../../src/bot/card.ts';
import { readIncidentButton } from '../../src/bot/incidents/ref.ts';
import { incidentCard } from '../../src/bot/render/incident.ts';
import { acked, CAUSE, incident, later, over } from './incident-samples.ts';
import { AT } from './samples.ts';

const LENA = '100000000000000007';
const AGO = '<t:1795521600:R>';
const BEGAN = '<t:1795521600:T>';
const FOOTER = 'link-down · a1b2c3d4e5-k1';
const EVIDENCE = '3 of 4 probes failed: connect timed out.';
const SEEN = '-# Tailscale on gw-a says it is running · gw-b answers no ping at any layer';
const SINCE = `-# Since ${BEGAN} · cluster-b → cluster-a: not measured`;
const MEANS = 'Requests from cluster-a to what runs only in cluster-b fail. Inside each cluster all goes on.';
const HIDES = 'Hides 4: gateway of cluster-b from cluster-a, API of cluster-b, public path cluster-a → cluster-b, canary of cluster-b';
const NEXT = ['Next: Look whether gw-b runs and is connected to its network.', '`tailscale ping gw-b`'];
const button = (label: string, name: string, more: object = {}): object => ({
  label,
  customId: `mw1|${name}|a1b2c3d4e5-k1|a1b2c3d4e5`,
  ...more,
});
const BUTTONS = [
  button('Diagnose', 'diagnose', { style: 'primary' }),
  button('Ack 1 h', 'ack'),
  button('Silence…', 'silence'),
  button('Show commands', 'showcommands'),
];

describe('an alert that is open', () => {
  it('says what is so, since when, how sure, what it hides, and what to do', () => {
    expect(incidentCard(incident())).toEqual({
      tone: 'bad',
      title: `PAGE · Link cluster-a → cluster-b is down · ${AGO}`,
      body: [EVIDENCE, SEEN, SINCE, MEANS, HIDES, ...NEXT],
      footer: FOOTER,
      buttons: BUTTONS,
      rest: 'the thread',
    });
  });

  it('says who has it in hand, and lets that be taken back', () => {
    expect(incidentCard(acked(incident(), LENA))).toEqual({
      tone: 'bad',
      title: `PAGE, acked · Link cluster-a → cluster-b is down · ${AGO}`,
      body: [EVIDENCE, `Acked by <@${LENA}> <t:1795521649:R> · asked again <t:1795525249:R>`, SEEN, SINCE, MEANS, HIDES, ...NEXT],
      footer: FOOTER,
      buttons: [BUTTONS[0], button('Take back ack', 'unack'), BUTTONS[2], BUTTONS[3]],
      rest: 'the thread',
    });
  });

  it('promises no question to whoever is not asked again', () => {
    const card = incidentCard(incident({ ack: { by: LENA, at: AT, nagAt: 0 } }));
    expect(card.body[1]).toBe(`Acked by <@${LENA}> ${AGO}`);
  });

  it('repeats no fact that the cause names already, and shows two others', () => {
    const facts = ['disco is silent', 'TSMP is silent', 'ICMP is silent', 'the key is good'];
    const card = incidentCard(incident({ cause: { ...CAUSE, says: 'gw-b is away: disco is silent', facts } }));
    expect(card.body.slice(0, 2)).toEqual(['3 of 4 probes failed: gw-b is away: disco is silent.', '-# TSMP is silent · ICMP is silent']);
  });

  it('says why it is quiet, and until when', () => {
    const muted = incident({ muted: { why: `silenced: moving gw-b (${LENA})`, until: AT + 3_600_000, by: LENA }, severity: 'ticket' });
    const { tone, title, body } = incidentCard(muted);
    expect({ tone, title, second: body[1] }).toEqual({
      tone: 'unknown',
      title: `TICKET, quiet · Link cluster-a → cluster-b is down · ${AGO}`,
      second: `Quiet until <t:1795525200:f>, silenced: moving gw-b (<@${LENA}>). Its end is told all the same.`,
    });
  });

  it('says that nothing is known where nothing is', () => {
    const { cause: _, ...rest } = incident();
    const unknown: Incident = {
      ...rest,
      about: 'unknown',
      state: 'unknown',
      severity: 'ticket',
      title: 'Link cluster-a → cluster-b is not measured',
      evidence: 'no probe had a result',
      hides: [],
      context: [],
    };
    expect(incidentCard(unknown)).toEqual({
      tone: 'unknown',
      title: `TICKET · Link cluster-a → cluster-b is not measured · ${AGO}`,
      body: [
        'No probe had a result.',
        `-# Since ${BEGAN}`,
        'It may work or not: nothing is known of it.',
        'Next: Press Diagnose, which looks again and says what is missing.',
      ],
      footer: FOOTER,
      buttons: BUTTONS.slice(0, 3),
      rest: 'the thread',
    });
  });

  it.each<[Incident['state'], Partial<Incident>, string, string]>([
    [
      'flapping',
      { title: 'Link a keeps failing and coming back' },
      `PAGE · Link a keeps failing and coming back · ${AGO}`,
      `It comes and goes, and is told again when it is calm. ${EVIDENCE}`,
    ],
    [
      'resolving',
      {},
      `PAGE · Link cluster-a → cluster-b is down · ${AGO}`,
      `Well when last looked at, and watched until that is sure. Before: ${EVIDENCE}`,
    ],
    ['firing', { severity: 'info' }, `INFO · Link cluster-a → cluster-b is down · ${AGO}`, EVIDENCE],
  ])('says so where it is %s', (state, more, title, first) => {
    const card = incidentCard(incident({ state, ...more }));
    expect([card.title, card.body[0]]).toEqual([title, first]);
  });

  it('says that it is told late, and only the first time', () => {
    const at = AT + 9_000 + 120_000;
    const last = '-# Told late: it was to be told at <t:1795521609:f>. The bot, Discord or Redis was away, or much came at once.';
    expect([
      incidentCard(incident(), at).body.at(-1),
      incidentCard(incident(), at - 1).body.at(-1),
      incidentCard(incident()).body.at(-1),
    ]).toEqual([last, NEXT[1], NEXT[1]]);
  });

  it('shows names from elsewhere as they are, and counts what does not fit', () => {
    const odd = incident({ title: 'Link *a* → @everyone is down', hides: Array.from({ length: 9 }, (_, at) => `s${at}`), hidMost: 9 });
    const card = incidentCard(odd);
    expect([card.title, card.body[4]]).toEqual([
      `PAGE · Link \\*a\\* → @\u200Beveryone is down · ${AGO}`,
      'Hides 9: s0, s1, s2, s3, s4, s5 and 3 more',
    ]);
  });
});

describe('an alert that is over', () => {
  it('says how long it lasted, what was seen and who had it in hand', () => {
    expect(incidentCard(over(acked(incident(), LENA)))).toEqual({
      tone: 'good',
      title: 'Link cluster-a → cluster-b was down for 6 min 12 s · over since <t:1795521972:T>',
      body: [`Cause seen: connect timed out. Acked by <@${LENA}> after 40 s.`, '4 hidden subjects are healthy again.'],
      footer: `${FOOTER} · began <t:1795521600:f>`,
      rest: 'the thread',
    });
  });

  it('says what of that which it hid still fails', () => {
    const { body } = incidentCard({ ...over(incident()), hides: ['canary of cluster-b'] });
    expect(body).toEqual(['Cause seen: connect timed out.', 'Of what it hid, still not well: canary of cluster-b']);
  });

  it('tells the whole of what came and went while nothing could be posted', () => {
    const { body } = incidentCard(over(incident({ hidMost: 1 })), AT + 600_000);
    expect(body).toEqual([
      'Cause seen: connect timed out.',
      'The hidden subject is healthy again.',
      'Told only now: it came and went before anything could be posted.',
      '-# <t:1795521609:T> Link cluster-a → cluster-b is down: connect timed out',
      '-# <t:1795521669:T> Over after 6 min 12 s; the 4 that it hid are healthy again',
    ]);
  });

  it('names the alert that explains it', () => {
    const merged = later(incident(), 'Explained by another alert: The API of cluster-b is down', {
      state: 'merged',
      title: 'Link cluster-a → cluster-b was down',
      endedAt: AT + 60_000,
    });
    expect(incidentCard(merged)).toEqual({
      tone: 'unknown',
      title: 'Link cluster-a → cluster-b was down · goes on elsewhere',
      body: ['Explained by another alert: The API of cluster-b is down.'],
      footer: `${FOOTER} · began <t:1795521600:f>`,
    });
  });
});

describe('what Discord takes', () => {
  const huge = incident({
    id: 'a'.repeat(36),
    marker: 'b'.repeat(36),
    title: 'x'.repeat(300),
    cause: { ...CAUSE, says: 'y'.repeat(2_000), facts: ['z'.repeat(3_000)], hint: 'h'.repeat(2_000) },
  });

  it('is never exceeded, neither as a card nor as text', () => {
    const text = JSON.stringify(toMessage(incidentCard(huge)).components).length;
    expect([text < 6_000, toText(incidentCard(huge)).length <= 2_000]).toEqual([true, true]);
  });

  it('carries the incident and its marker in each button', () => {
    const refs = (card: Card): readonly unknown[] => (card.buttons ?? []).map(({ customId }) => readIncidentButton(customId));
    const ref = { id: 'a1b2c3d4e5-k1', marker: 'a1b2c3d4e5' };
    expect(refs(incidentCard(incident()))).toEqual([ref, ref, ref, ref]);
    expect(refs(incidentCard(over(incident())))).toEqual([]);
  });

  it('is the same as plain text, without buttons', () => {
    expect(toText(incidentCard(incident())).split('\n')).toEqual([
      `### ▲ PAGE · Link cluster-a → cluster-b is down · ${AGO}`,
      EVIDENCE,
      SEEN,
      SINCE,
      MEANS,
      HIDES,
      ...NEXT,
      `-# ${FOOTER}`,
    ]);
  });
});
