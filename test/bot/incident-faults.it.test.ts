import { expect, test } from 'vitest';
import type { RestFault } from '../../lab/discord/faults.ts';
import { messageText } from '../../lab/discord/text.ts';
import type { Incident } from '../../src/alerts/model.ts';
import type { Bot } from '../../src/bot/bot.ts';
import { readIncidentButton } from '../../src/bot/incidents/ref.ts';
import { walk } from '../../lab/discord/components.ts';
import { incident, later, over } from './incident-samples.ts';
import { allShown, posted, watched, type Watching } from './incidents.ts';

const ROUTES = [
  'POST /channels/{channel_id}/messages',
  'PATCH /channels/{channel_id}/messages/{message_id}',
  'POST /channels/{channel_id}/messages/{message_id}/threads',
  'PATCH /channels/{channel_id}',
  'GET /channels/{channel_id}/messages',
];
const KINDS: readonly Partial<RestFault>[] = [
  { status: 500 },
  { status: 502, processed: true },
  { reset: 'fin' },
  { reset: 'fin', processed: true },
  { reset: 'mid-body', processed: true },
  { status: 429, retryAfter: 0.1 },
];
const INCIDENTS = 6;
const STEPS = 40;

/** The same numbers for the same seed. https://github.com/cprosche/mulberry32 */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The incidents whose buttons a message carries. */
function openIds(setup: Watching): readonly string[] {
  return posted(setup).flatMap((message) => {
    const ids = walk(message.components).flatMap(({ custom_id }) => readIncidentButton(custom_id ?? '')?.id ?? []);
    return [...new Set(ids)];
  });
}

/** What the thread of each incident says, without the time of day. */
function told(setup: Watching, { id }: Incident): readonly string[] {
  const message = setup.incidents.shownOf(id)?.message ?? '';
  const thread = setup.d.world.channels.get(message);
  const lines = thread === undefined ? [] : setup.d.posts(thread).flatMap(({ content }) => content.split('\n'));
  return lines.map((line) => line.replace(/^<t:\d+:T> /, ''));
}

/** The bot has looked at the board again, so that what comes next meets it at work. */
async function looked({ incidents }: Watching): Promise<void> {
  const before = incidents.looks();
  await expect.poll(() => incidents.looks() > before, { timeout: 5_000, interval: 5 }).toBe(true);
}

test.each([1, 16, 22, 31])(
  'whatever fails and whenever the bot is restarted, everything is told once and in order (seed %i)',
  async (seed) => {
    const setup = await watched();
    const { d, incidents } = setup;
    const below = numbers(seed);
    const states: Incident[] = Array.from({ length: INCIDENTS }, (_, at) =>
      incident({ id: `i${at}-1`, marker: `i${at}`, title: `i${at}` }),
    );
    const begun = new Set<number>();
    let bot: Bot = await setup.startBot();

    const change = (): void => {
      const at = below(INCIDENTS);
      const before = states[at];
      if (before?.endedAt !== undefined || before === undefined) return;
      const isEnd = begun.has(at) && below(5) === 0;
      const next = isEnd ? over(before) : begun.has(at) ? later(before, `line ${before.version}`) : before;
      begun.add(at);
      states[at] = next;
      incidents.put(next);
    };
    const fail = (): void => {
      const route = ROUTES[below(ROUTES.length)] ?? '*';
      d.fault({ route, times: 1 + below(2), ...KINDS[below(KINDS.length)] });
    };
    const restart = async (): Promise<void> => {
      await bot.stop();
      d.clock.advance(10_000);
      bot = await setup.startBot();
    };
    for (let step = 0; step < STEPS; step += 1) {
      const what = below(11);
      if (what < 6) change();
      else if (what < 9) fail();
      else if (what === 9) incidents.loseNotes(1 + below(2));
      else await restart();
      if (below(2) === 0) await looked(setup);
    }
    d.clearFaults();
    await allShown(setup, 30_000);
    const shown = states.filter((_, at) => begun.has(at));
    const open = shown.filter(({ endedAt }) => endedAt === undefined).map(({ id }) => id);
    expect(openIds(setup).toSorted()).toEqual(open.toSorted());
    expect(posted(setup).filter((message) => message.content !== '')).toEqual([]);
    expect(posted(setup)).toHaveLength(shown.length);
    for (const one of shown) {
      const message = posted(setup).find(({ id }) => id === incidents.shownOf(one.id)?.message);
      const isFirst = message !== undefined && messageText(message).includes('Told only now');
      expect([one.id, told(setup, one)]).toEqual([one.id, isFirst ? [] : one.history.slice(1).map(({ says }) => says)]);
    }
  },
);
