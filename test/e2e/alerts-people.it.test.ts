import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cameAndWent, openCard, overCard } from './alert-texts.ts';
import { trouble } from './alert-troubles.ts';
import { watchedAndServed, type Watched } from './watched.ts';

const FAULT = 'gateway-plaintext-cluster-b';
const ROOT = 'gateway-down|gateway:cluster-a>cluster-b';
const PLAIN = trouble(FAULT);
let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({
    unknownAfter: '2h',
    schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off', 'audit-schedules': 'off' },
    alerts: (people) => ({ escalation: { after: '15m', role: people.roles.operator.id } }),
  });
});

beforeEach(() => w.channel.forget());

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

async function broken(): Promise<void> {
  await w.faults.set(FAULT, true);
  await w.channel.tells('PAGE');
  await w.told();
}

async function mended(): Promise<void> {
  await w.faults.set(FAULT, false);
  await w.well();
}

const newest = () => {
  const message = w.channel.messages().at(-1);
  if (message === undefined) throw new Error('nothing was posted');
  return message;
};

describe('people and an alert', () => {
  it('take it with its button until it is over', async () => {
    const { lena } = w.people;
    const by = `<@${lena.user.id}>`;
    await broken();
    const reply = await w.discord.click(newest(), 'Ack 1 h', { user: lena });
    await reply.waitFor(({ text }) => text.includes('Acked'));
    await w.channel.tells('PAGE, acked');
    await w.told();
    await mended();

    expect(w.channel.told()).toEqual([
      `posts ${openCard(PLAIN)}`,
      `edits ${openCard({ ...PLAIN, mark: 'PAGE, acked', also: [`Acked by ${by} <time> · asked again <time>`] })}`,
      `edits ${overCard({ ...PLAIN, because: `${PLAIN.because}. Acked by ${by} after <time>` })}`,
    ]);
    expect(w.channel.thread()).toEqual([`Acked by ${by} for <time>`, 'Over after <time>']);
  });

  it('silence it with its form: its end is told, and nothing new until the silence is ended', async () => {
    const { lena } = w.people;
    const by = `<@${lena.user.id}>`;
    await broken();
    const form = await w.discord.click(newest(), 'Silence…', { user: lena });
    const reply = await form.submitModal({ length: ['4h'], reason: 'moving gw-b' });
    await reply.waitFor(({ text }) => text.includes('Silenced'));
    await w.channel.tells('quiet');
    await w.told();
    await mended();
    const quiet = 'Quiet until <time>, silenced: moving gw-b. Its end is told all the same.';
    expect(w.channel.told()).toEqual([
      `posts ${openCard(PLAIN)}`,
      `edits ${openCard({ ...PLAIN, mark: 'PAGE, quiet', also: [quiet] })}`,
      `edits ${overCard(PLAIN)}`,
    ]);
    expect(w.channel.thread()).toEqual([`Silenced by ${by} for <time>: moving gw-b`, 'Over after <time>']);

    w.channel.forget();
    await w.faults.set(FAULT, true);
    await expect.poll(async () => (await w.state()).subjects[ROOT]?.state, { timeout: 10_000 }).toBe('firing');
    await w.told();
    expect(w.channel.told()).toEqual([]);

    const [silence] = (await w.state()).silences;
    const ended = await w.discord.slash('mesh unsilence', { user: lena, options: { id: silence?.id ?? '' } });
    await ended.waitFor(({ thinking }) => !thinking);
    await w.channel.tells('PAGE');
    await w.told();
    await mended();
    expect(w.channel.told()).toEqual(cameAndWent(PLAIN));
    expect(w.channel.thread()).toEqual([
      `Silenced by ${by} for <time>: moving gw-b`,
      'No longer silenced: told now, <time> after it began',
      'Over after <time>',
    ]);
  });

  it('who do not come are called, once', async () => {
    await broken();
    w.clock.advance(16 * 60_000);
    await expect.poll(() => w.channel.thread(), { timeout: 10_000 }).toHaveLength(1);
    // What is measured from now on gives nobody a reason to call again.
    await w.measuredAgain();
    await w.measuredAgain();
    await w.told();
    await mended();

    expect(w.channel.thread()).toEqual([`Nobody acked this page within 15 min · <@&${w.people.roles.operator.id}>`, 'Over after <time>']);
    expect(w.channel.told()).toEqual([`posts ${openCard(PLAIN)}`, `edits ${openCard(PLAIN)}`, `edits ${overCard(PLAIN)}`]);
  });

  it('try the way of an alert from the terminal', async () => {
    expect(await w.cli('alerts', 'test')).toBe('Fired; `meshwarden alerts test --end` ends it (0)');
    await w.channel.tells('trial');
    expect(await w.cli('alerts', 'test', '--end')).toBe('The trial is over; the channel says so in a moment (0)');
    await w.channel.tells('over since');
    await w.well();

    expect(w.channel.told()).toEqual([
      'posts ### ▲ TICKET · This is a trial: test · <time>\nSeen by one probe: cli:lena tries whether alerts arrive.',
      'edits ### ● This was a trial: test for <time> · over since <time>\nCause seen: cli:lena tries whether alerts arrive.',
    ]);
  });
});
