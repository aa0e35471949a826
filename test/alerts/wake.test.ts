import { describe, expect, it } from 'vitest';
import { MAX_HISTORY } from '../../src/alerts/incident.ts';
import { HOUR, MINUTE } from '../../src/core/duration.ts';
import { Watch } from './scene.ts';

const LINK = 'Link cluster-a → cluster-b';
const escalation = { after: 15 * MINUTE, role: '42' };

/** A link that is down and known to be. */
function down(overrides: ConstructorParameters<typeof Watch>[0] = {}): Watch {
  const watch = new Watch({ rules: { 'link-down': { remindEvery: 0 } }, ...overrides }).run({ link: '---' });
  watch.channel();
  return watch;
}

function ack(watch: Watch, by = 'lena', forMs?: number): Watch {
  return watch.send({ kind: 'ack', incident: watch.incident().id, by, forMs });
}

describe('an ack', () => {
  it('is told, and mentions who gave it again and again while it fails', () => {
    const watch = ack(down());
    expect(watch.incident().ack).toEqual({ by: 'lena', at: watch.now, nagAt: watch.now + 4 * HOUR });
    watch.keep(9 * HOUR, { link: '-' });
    expect(watch.channel()).toEqual([
      `9 s edit page firing · ${LINK} is down`,
      '  Acked by lena',
      `4 h edit page firing · ${LINK} is down`,
      '  lena acked this 4 h ago, and it still fails @person',
      `8 h edit page firing · ${LINK} is down`,
      '  lena acked this 8 h ago, and it still fails @person',
    ]);
  });

  it('for a while is nagged about after that while', () => {
    const watch = ack(down(), 'lena', HOUR);
    watch.channel();
    watch.keep(2 * HOUR, { link: '-' });
    expect(watch.channel()).toEqual([`1 h edit page firing · ${LINK} is down`, '  lena acked this 1 h ago, and it still fails @person']);
  });

  it('is not nagged about where nobody wants that', () => {
    const watch = ack(down({ nagAfter: 0 }));
    watch.channel();
    watch.keep(30 * HOUR, { link: '-' }, HOUR);
    expect(watch.channel()).toEqual([]);
  });

  it('is nagged about once, however long nobody looked', () => {
    const watch = ack(down());
    watch.channel();
    watch.pass(40 * HOUR);
    expect(watch.channel()).toEqual([`40 h edit page firing · ${LINK} is down`, '  lena acked this 40 h ago, and it still fails @person']);
  });

  it('ends with the trouble: what comes back is not acked', () => {
    const watch = ack(down()).run({ link: '++---' });
    expect(watch.incident().ack).toBeUndefined();
    expect(Object.values(watch.state.incidents).find(({ state }) => state === 'over')?.ack?.by).toBe('lena');
  });

  it('passes to whoever gives it last, and is taken back', () => {
    const watch = ack(ack(down()), 'jon', HOUR);
    watch.send({ kind: 'unack', incident: watch.incident().id, by: 'mara' });
    expect(watch.channel()).toEqual([
      `9 s edit page firing · ${LINK} is down`,
      '  Acked by lena',
      `9 s edit page firing · ${LINK} is down`,
      '  Acked by jon for 1 h',
      `9 s edit page firing · ${LINK} is down`,
      '  Ack taken back by mara',
    ]);
    expect(watch.incident().ack).toBeUndefined();
  });

  it('of what is over changes nothing', () => {
    const watch = down();
    const { id } = watch.incident();
    watch.run({ link: '++' });
    const before = watch.state;
    expect(watch.send({ kind: 'ack', incident: id, by: 'lena', forMs: undefined }).state).toBe(before);
  });
});

describe('escalation', () => {
  it('mentions the role once where nobody acks a page', () => {
    const watch = down({ escalation }).keep(5 * HOUR, { link: '-' });
    expect(watch.channel()).toEqual([`15 min 9 s edit page firing · ${LINK} is down`, '  Nobody acked this page within 15 min @role']);
  });

  it('waits for no ticket, and for no page that somebody acked', () => {
    const watch = new Watch({ escalation }).run({ clock: '---', link: '---' });
    watch.send({ kind: 'ack', incident: watch.open().find(({ rule }) => rule === 'link-down')?.id ?? '', by: 'lena', forMs: undefined });
    watch.channel();
    watch.keep(HOUR, { clock: '-', link: '-' });
    expect(watch.channel()).toEqual([]);
  });

  it('is for nobody where no role is given', () => {
    expect(
      down()
        .keep(5 * HOUR, { link: '-' })
        .channel(),
    ).toEqual([]);
  });

  it('is not for what is silenced, and waits from when it was told', () => {
    const watch = new Watch({ escalation });
    watch.send({ kind: 'silence', silence: { id: 's', match: '*', by: 'jon', reason: '', from: watch.now, until: watch.now + HOUR } });
    watch.run({ link: '---' }).keep(HOUR, { link: '-' });
    expect(watch.channel()).toHaveLength(4);
    watch.keep(14 * MINUTE, { link: '-' });
    expect(watch.channel()).toEqual([]);
    watch.keep(2 * MINUTE, { link: '-' });
    expect(watch.channel()).toEqual([`1 h 15 min edit page firing · ${LINK} is down`, '  Nobody acked this page within 15 min @role']);
  });
});

describe('a reminder', () => {
  it('says it again while it lasts, and wakes nobody', () => {
    const watch = down({ rules: {} }).keep(9 * HOUR, { link: '-' });
    expect(watch.channel()).toEqual([
      `4 h edit page firing · ${LINK} is down`,
      '  Still failing after 4 h',
      `8 h edit page firing · ${LINK} is down`,
      '  Still failing after 8 h',
    ]);
  });

  it('never comes for an info', () => {
    const watch = new Watch().run({ canary: '-' });
    watch.channel();
    expect(watch.keep(72 * HOUR, { canary: '-' }, 10 * MINUTE).channel()).toEqual([]);
  });
});

describe('the history', () => {
  it('only grows, has an end, and keeps room for what wakes somebody', () => {
    const watch = down({ escalation });
    for (let at = 0; at < 120; at += 1) ack(watch, `p${at}`);
    expect(watch.incident().history.at(-1)?.says).toBe('More is not noted here until it is over');
    const { version } = watch.incident();
    expect(ack(watch, 'jon').incident().version).toBe(version + 1);
    const { length } = watch.incident().history;
    watch.keep(9 * HOUR, { link: '-' }, 10 * MINUTE);
    expect(
      watch
        .incident()
        .history.slice(length)
        .map(({ wakes }) => wakes),
    ).toEqual(['person', 'person']);
    watch.run({ link: '++' });
    const [incident] = Object.values(watch.state.incidents);
    expect([incident?.history.at(-1)?.says, (incident?.history.length ?? 0) <= MAX_HISTORY]).toEqual(['Over after 9 h', true]);
  });

  it('ends with the end even where it is full', () => {
    const watch = ack(down(), 'lena', MINUTE);
    for (let at = 0; at < 150; at += 1) ack(watch, 'lena', MINUTE).keep(2 * MINUTE, { link: '-' });
    expect(watch.incident().history).toHaveLength(MAX_HISTORY - 1);
    watch.run({ link: '++' });
    const [incident] = Object.values(watch.state.incidents);
    expect([incident?.history.length, incident?.history.at(-1)?.says]).toEqual([MAX_HISTORY, 'Over after 5 h']);
  });
});
