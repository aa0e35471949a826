import { expect, test } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { REST, Routes } from 'discord.js';
import { sampleView, steps } from './change-samples.ts';
import { setUp, startAll, type Setup } from './product.ts';
import { finding } from './samples.ts';

/** A message of the bot's that a change is shown in. */
async function place({ d }: Setup): Promise<{ readonly channel: string; readonly message: string }> {
  const rest = new REST({ api: d.api }).setToken(d.token);
  const { id: channel } = d.channel('mesh');
  const { id: message } = (await rest.post(Routes.channelMessages(channel), {
    body: { flags: 32_768, components: [{ type: 10, content: 'a plan' }] },
  })) as APIMessage;
  return { channel, message };
}

async function shown({ board }: Setup): Promise<void> {
  await expect.poll(() => board.due(), { timeout: 15_000 }).toEqual([]);
}
const edits = ({ d }: Setup): number => d.transcript.filter((line) => line.includes('edits')).length;

function threadLines({ d }: Setup): readonly string[] {
  return d.threads(d.channel('mesh')).flatMap((thread) => d.posts(thread).flatMap(({ content }) => content.split('\n')));
}

test('neither a restart nor a second bot says anything twice', async () => {
  const setup = await setUp({ faster: 20 });
  const shownIn = await place(setup);
  const first = await setup.startBot();
  await setup.board.put(sampleView({ shownIn, deadline: undefined }));
  await shown(setup);
  await first.stop();
  await setup.startBot();
  await setup.startBot();
  await setup.board.put(sampleView({ shownIn, deadline: undefined, steps: steps(3) }));
  await shown(setup);
  expect(threadLines(setup)).toEqual([
    'Begun by <@100000000000000007>',
    '✓ back up cacerts in cluster-b',
    '✓ new certificate from cert-manager',
    '✓ write cacerts, nudge 2 istiods',
  ]);
  expect(setup.d.threads(setup.d.channel('mesh'))).toHaveLength(1);
});

test('an outage of Discord keeps no view from being shown', async () => {
  const setup = await startAll({ faster: 20 });
  const shownIn = await place(setup);
  setup.d.fault({ route: 'PATCH /channels/{channel_id}/messages/{message_id}', status: 503, times: 8 });
  await setup.board.put(sampleView({ shownIn }));
  await shown(setup);
  expect(JSON.stringify(setup.d.posts(setup.d.channel('mesh')))).toContain('istiod-1 new');
});

test('of an old message only changes of state are edited; the waits go to the thread', async () => {
  const setup = await startAll({ faster: 20 });
  const { d, board, clock } = setup;
  const shownIn = await place(setup);
  await board.put(sampleView({ shownIn, deadline: undefined }));
  await shown(setup);
  d.clock.advance(2 * 3_600_000);
  const before = edits(setup);
  for (const says of ['1 of 9', '2 of 9', '3 of 9']) {
    await board.put(sampleView({ shownIn, deadline: undefined, says, at: clock.now() }));
    await shown(setup);
  }
  await board.put(sampleView({ shownIn, says: 'waits for the leaves', deadline: undefined, until: 1_795_600_000_000 }));
  await shown(setup);
  expect(edits(setup)).toBe(before);
  expect(threadLines(setup).at(-1)).toBe('… waits for the leaves · until <t:1795600000:f>');
  await board.put(sampleView({ shownIn, state: 'paused', deadline: undefined }));
  await shown(setup);
  expect(edits(setup)).toBe(before + 1);
});

test('a message that is gone, or a thread that may not be started, stops nothing', async () => {
  const setup = await startAll({ faster: 20 });
  const { d, board } = setup;
  const shownIn = await place(setup);
  await board.put(sampleView({ id: 'gone', shownIn: { ...shownIn, message: '100000000000000099' } }));
  await board.put(sampleView({ shownIn }));
  await shown(setup);
  d.removePermission(d.channel('mesh'), 'SendMessagesInThreads');
  await board.put(sampleView({ shownIn, state: 'stuck', findings: [finding()] }));
  await shown(setup);
  expect(JSON.stringify(d.posts(d.channel('mesh')))).toContain('The gateway of cluster-b has no ready pod');
  expect(setup.logs.filter((line) => line.includes('could not be shown')).length).toBeGreaterThan(0);
});
