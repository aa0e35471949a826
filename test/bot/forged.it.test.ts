import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { Client, REST, Routes } from 'discord.js';
import { expect, test } from 'vitest';
import { startAll, type Setup } from './product.ts';

/** A message of the bot with these custom ids, as an older version or somebody with its token may have left one. */
async function leftover({ d }: Setup, customIds: readonly string[]) {
  const rest = new REST({ api: d.api }).setToken(d.token);
  const channel = d.channel('mesh');
  const components = customIds.map((custom_id, index) => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label: `${index}`,
    custom_id,
  }));
  await rest.post(Routes.channelMessages(channel.id), {
    body: { content: 'old', components: [{ type: ComponentType.ActionRow, components }] },
  });
  const message = d.posts(channel).at(-1);
  if (message === undefined) throw new Error('nothing was posted');
  return message;
}

const EARLIER = '### ◌ Not done\nThis button is of an earlier version of meshwarden. Run `/mesh status` for a fresh card.';

test('buttons of other versions and forged ones get an answer, and nothing is done', async () => {
  const setup = await startAll();
  const { d, people } = setup;
  const message = await leftover(setup, ['mw0|recheck', 'mw1|toString', 'x'.repeat(100), 'mw1', 'mw1|__proto__|a']);
  const before = await setup.context.jobs.counts();
  for (const label of ['0', '1', '2', '3', '4']) {
    const reply = await d.click(message, label, { user: people.mara });
    expect({ ephemeral: reply.ephemeral, text: reply.text }).toEqual({ ephemeral: true, text: EARLIER });
  }
  expect(await setup.context.jobs.counts()).toEqual(before);
});

test('arguments of a button are read as input from outside', async () => {
  const setup = await startAll();
  const { d, people } = setup;
  const message = await leftover(setup, ['mw1|recheck|cluster-x', 'mw1|details|../../etc', 'mw1|details', 'mw1|details|17']);
  const recheck = await d.click(message, '0', { user: people.mara });
  expect(recheck.text).toContain('There is no cluster "cluster-x"');
  for (const label of ['1', '2', '3']) {
    const details = await d.click(message, label, { user: people.mara });
    await details.waitFor(({ text }) => text.includes('The details of this card are no longer kept'));
    expect(details.ephemeral).toBe(true);
  }
  expect(d.posts(d.channel('mesh')).map(({ content }) => content)).toEqual(['old']);
});

test('a menu that meshwarden never made gets an answer', async () => {
  const setup = await startAll();
  const { d, people } = setup;
  const rest = new REST({ api: d.api }).setToken(d.token);
  const menu = { type: ComponentType.StringSelect, custom_id: 'menu', options: [{ label: 'a', value: 'a' }] };
  const body = { content: 'old', components: [{ type: ComponentType.ActionRow, components: [menu] }] };
  await rest.post(Routes.channelMessages(d.channel('mesh').id), { body });
  const [message] = d.posts(d.channel('mesh'));
  if (message === undefined) throw new Error('nothing was posted');
  const reply = await d.select(message, { name: 'menu', values: ['a'] }, { user: people.jon });
  expect({ ephemeral: reply.ephemeral, text: reply.text }).toEqual({
    ephemeral: true,
    text: '### ◌ Not done\nThis is nothing that meshwarden knows. `/mesh help` lists what you can ask.',
  });
});

test('a command of an earlier version gets an answer', async () => {
  const { d, people } = await startAll();
  const rest = new REST({ api: d.api }).setToken(d.token);
  const body = [
    { name: 'mesh', description: 'old', options: [{ type: 1, name: 'reboot', description: 'gone' }] },
    { name: 'other', description: 'old' },
  ];
  await rest.put(Routes.applicationGuildCommands(d.applicationId, d.guildId), { body });
  for (const command of ['mesh reboot', 'other']) {
    const reply = await d.slash(command, { user: people.mara });
    expect({ ephemeral: reply.ephemeral, text: reply.text }).toEqual({
      ephemeral: true,
      text: '### ◌ Not done\nmeshwarden does not know this command any more. `/mesh help` lists what you can ask.',
    });
  }
});

test('in another guild than its own the bot does nothing', async () => {
  const setup = await startAll();
  const { d, people } = setup;
  const elsewhere = { ...setup.context, access: { ...setup.context.access, guild: '100000000000000001' } };
  const { dispatch } = await import('../../src/bot/dispatch.ts');
  const client = new Client({ intents: [] });
  const asking = {
    client,
    context: elsewhere,
    signal: AbortSignal.timeout(60_000),
    commands: [],
    buttons: [],
    modals: [],
    undelivered: () => undefined,
    unshown: () => undefined,
  };
  await client.destroy();
  await setup.bot.stop();
  const second = await import('../lab/discord/bot.ts').then(({ bot }) => bot(d));
  const { COMMANDS } = await import('../../src/bot/commands/index.ts');
  second.on('interactionCreate', (interaction) => void dispatch(interaction, { ...asking, commands: COMMANDS, client: second }));
  const reply = await d.slash('mesh status', { user: people.mara });
  expect({ ephemeral: reply.ephemeral, text: reply.text }).toEqual({
    ephemeral: true,
    text: '### ◌ Not done\nmeshwarden answers only in the server of its configuration.',
  });
  expect(await d.autocomplete('mesh status', { cluster: '' }, people.mara)).toEqual([]);
});
