import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
  type ChatInputCommandInteraction,
  type Interaction,
} from 'discord.js';
import { describe, expect, it } from 'vitest';
import { answering, bot, lab, meshCommand, WAIT } from './bot.ts';

const MINUTE = 60_000;

async function withBot(answer: (interaction: Interaction) => Promise<unknown>, options: Parameters<typeof lab>[0] = {}) {
  const d = await lab(options);
  const client = await bot(d);
  await client.application.commands.set([meshCommand], d.guildId);
  answering(client, answer);
  return { d, client, lena: d.user('lena', d.role('operator')) };
}

const buttons = new ActionRowBuilder<ButtonBuilder>().addComponents(
  new ButtonBuilder().setCustomId('again').setLabel('Re-check').setStyle(ButtonStyle.Secondary),
  new ButtonBuilder().setCustomId('never').setLabel('Rotate').setStyle(ButtonStyle.Danger).setDisabled(true),
);

const select = new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(
  new StringSelectMenuBuilder()
    .setCustomId('how-long')
    .setPlaceholder('Duration')
    .addOptions({ label: 'One hour', value: '1h' }, { label: 'Four hours', value: '4h' }),
);

const modal = new ModalBuilder()
  .setCustomId('silence')
  .setTitle('Silence')
  .addLabelComponents(
    new LabelBuilder()
      .setLabel('Reason')
      .setTextInputComponent(new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Short).setMinLength(3)),
  );

describe('lab/discord: interactions', () => {
  it('shows a reply with its buttons and lets the same person press one, which updates the message', async () => {
    const { d, lena } = await withBot(async (i) => {
      if (i.isChatInputCommand()) await i.reply({ content: 'healthy', components: [buttons] });
      else if (i.isButton()) await i.update({ content: 'healthy again', components: [] });
    });
    const reply = await d.slash('mesh status', { user: lena });
    expect(reply.buttons).toEqual(['Re-check', '(Rotate)']);
    const pressed = await reply.click('Re-check');
    expect(pressed.transcript()).toEqual(['update: healthy again']);
    expect(reply.message.id).toBe(pressed.message.id);
    expect(d.posts(d.channel('mesh')).map((post) => post.content)).toEqual(['healthy again']);
  });

  it('refuses to press a disabled or absent button and to pick what a select does not offer', async () => {
    const { d, lena } = await withBot(async (i) => i.isChatInputCommand() && i.reply({ content: 'x', components: [buttons, select] }));
    const reply = await d.slash('mesh status', { user: lena });
    await expect(reply.click('Rotate')).rejects.toThrow('"Rotate" is disabled');
    await expect(reply.click('Gone')).rejects.toThrow('The message has no button "Gone"; it has: Re-check, Rotate');
    await expect(reply.select('Duration', ['9h'])).rejects.toThrow('"Duration" does not offer 9h');
  });

  it('hides an ephemeral answer from everybody else', async () => {
    const { d, lena } = await withBot(
      async (i) => i.isChatInputCommand() && i.reply({ content: 'x', components: [buttons], flags: MessageFlags.Ephemeral }),
    );
    const reply = await d.slash('mesh status', { user: lena });
    await expect(reply.click('Re-check', { user: d.user('jon') })).rejects.toThrow('for this person');
    expect(d.posts(d.channel('mesh'))).toEqual([]);
  });

  it('carries a select, the modal it opens and the deferred answer to that', async () => {
    const { d, lena } = await withBot(async (i) => {
      if (i.isChatInputCommand()) await i.reply({ content: 'how long', components: [select] });
      else if (i.isStringSelectMenu()) await i.showModal(modal);
      else if (i.isModalSubmit()) {
        await i.deferReply();
        await i.editReply(`silenced: ${i.fields.getTextInputValue('reason')}`);
      }
    });
    const opened = await (await d.slash('mesh status', { user: lena })).select('Duration', ['4h']);
    expect(opened.modal?.title).toBe('Silence');
    await expect(opened.submitModal({ reason: 'no' })).rejects.toThrow('The field "reason" must be at least 3 long');
    const sent = await opened.submitModal({ reason: 'maintenance' });
    await sent.waitFor((r) => !r.thinking);
    expect(sent.transcript()).toEqual(['defer', 'edit: silenced: maintenance']);
    expect(d.transcript).toEqual([
      '#mesh @lena: /mesh status',
      '#mesh meshwarden answers\n    how long\n    [Duration ▾]',
      '#mesh @lena: picks "Four hours" in [Duration]',
      'meshwarden opens "Silence"',
      '#mesh @lena: submits "Silence"',
      '#mesh meshwarden edits\n    silenced: maintenance',
    ]);
  });

  it('gives a person the choices that the bot offers while they type', async () => {
    const { d, lena } = await withBot(async (i) => i.isAutocomplete() && i.respond([{ name: `${i.options.getFocused()}!`, value: 'a' }]));
    expect(await d.autocomplete('mesh status', { cluster: 'al' }, lena)).toEqual([{ name: 'al!', value: 'a' }]);
  });

  it('keeps follow-ups apart from the answer, and a deferred update on the message of the button', async () => {
    const { d, lena } = await withBot(async (i) => {
      if (i.isChatInputCommand()) await i.reply({ content: 'first', components: [buttons] });
      else if (i.isButton()) {
        await i.deferUpdate();
        await i.editReply('second');
        await i.followUp({ content: 'audit', flags: MessageFlags.Ephemeral });
      }
    });
    const pressed = await (await d.slash('mesh status', { user: lena })).click('Re-check');
    await pressed.waitFor((r) => r.followups.length === 1);
    expect(pressed.transcript()).toEqual(['defer update', 'edit: second\n[Re-check] [Rotate]', 'follow-up (ephemeral): audit']);
    expect(d.posts(d.channel('mesh')).map((post) => post.content)).toEqual(['second']);
  });

  it('hands back the message of a reply when it is asked for', async () => {
    const ids: (string | undefined)[] = [];
    const { d, lena } = await withBot(async (i) => {
      if (!i.isChatInputCommand()) return;
      const answer = await i.reply({ content: 'x', withResponse: true });
      ids.push(answer.resource?.message?.id, (await i.fetchReply()).id);
    });
    const reply = await d.slash('mesh status', { user: lena });
    await expect.poll(() => ids, WAIT).toEqual([reply.message.id, reply.message.id]);
  });

  it.for([
    ['mesh restart', {}, '/mesh restart is not registered: no "restart" there'],
    ['mash', {}, 'No command /mash is registered'],
    ['mesh', {}, '/mesh needs one of: status, certs'],
    ['mesh status', { colour: 'red' }, 'The command has no option "colour"'],
    ['mesh status', { cluster: 7 }, 'The option "cluster" takes a string'],
    ['mesh certs', {}, 'This option is required: kind'],
    ['mesh certs', { kind: 'leaf' }, 'The option "kind" takes one of: root, intermediate'],
  ] as const)('refuses what Discord would not send: %s %o', async ([command, options, refusal]) => {
    const { d, lena } = await withBot(async () => {});
    await expect(d.slash(command, { user: lena, options })).rejects.toThrow(refusal);
    expect(d.gatewayLog.filter((entry) => entry.what === 'INTERACTION_CREATE')).toEqual([]);
  });

  it('hides a command from people without its permissions, and every command where a person may not use any', async () => {
    const { d, client } = await withBot(async (i) => i.isChatInputCommand() && i.reply('x'));
    await client.application.commands.set([{ ...meshCommand, default_member_permissions: '32' }], d.guildId);
    const admin = d.user('mara', d.role('admin', 'ManageGuild'));
    expect((await d.slash('mesh status', { user: admin })).text).toBe('x');
    await expect(d.slash('mesh status', { user: d.user('jon') })).rejects.toThrow('/mesh is hidden from @jon');
  });

  it('tells the person that nobody answered, and refuses an acknowledgement that comes too late', async () => {
    const late = Promise.withResolvers<void>();
    const codes: unknown[] = [];
    const { d, lena } = await withBot(
      async (i) => {
        await late.promise;
        if (i.isChatInputCommand()) await i.deferReply().catch((error: { code: unknown }) => codes.push(error.code));
        late.resolve();
      },
      { ackMs: 50 },
    );
    await expect(d.slash('mesh status', { user: lena })).rejects.toThrow('The application did not respond');
    late.resolve();
    await expect.poll(() => codes, WAIT).toEqual([10_062]);
  });

  it('refuses a second acknowledgement', async () => {
    const codes: unknown[] = [];
    const { d, client, lena } = await withBot(async (i) => {
      if (!i.isChatInputCommand()) return;
      await i.deferReply();
      await client.rest
        .post(`/interactions/${i.id}/${i.token}/callback`, { body: { type: 5 }, auth: false })
        .catch((error: { code: unknown }) => codes.push(error.code));
    });
    await d.slash('mesh status', { user: lena });
    await expect.poll(() => codes, WAIT).toEqual([40_060]);
  });

  it('ends an interaction after 15 minutes of its clock, or at once', async () => {
    const deferred: ChatInputCommandInteraction[] = [];
    const { d, lena } = await withBot(async (i) => {
      if (!i.isChatInputCommand()) return;
      await i.deferReply();
      deferred.push(i);
    });
    await d.slash('mesh status', { user: lena });
    const toExpire = await d.slash('mesh status', { user: lena });
    await expect.poll(() => deferred.length, WAIT).toBe(2);
    const [first, second] = deferred;
    d.expire(toExpire);
    await expect(second?.editReply('late')).rejects.toMatchObject({ status: 401, code: 50_027 });
    d.clock.advance(14 * MINUTE);
    expect((await first?.editReply('in time'))?.content).toBe('in time');
    d.clock.advance(MINUTE);
    await expect(first?.editReply('late')).rejects.toMatchObject({ status: 401, code: 50_027 });
  });

  const input = (id: string): object => ({ type: 18, label: 'Reason', component: { type: 4, custom_id: id, style: 1 } });

  it.for([
    ['a modal without title', { type: 9, data: { custom_id: 'm', title: '', components: [input('a')] } }],
    ['a modal whose title is over 45', { type: 9, data: { custom_id: 'm', title: 'x'.repeat(46), components: [input('a')] } }],
    ['a modal without fields', { type: 9, data: { custom_id: 'm', title: 't', components: [] } }],
    ['a modal with six fields', { type: 9, data: { custom_id: 'm', title: 't', components: ['a', 'b', 'c', 'd', 'e', 'f'].map(input) } }],
    ['a modal with one custom id twice', { type: 9, data: { custom_id: 'm', title: 't', components: ['a', 'a'].map(input) } }],
    ['choices for a command', { type: 8, data: { choices: [] } }],
    ['an update of no message', { type: 7, data: { content: 'x' } }],
    ['a type that does not exist', { type: 77 }],
    ['an empty reply', { type: 4, data: {} }],
    ['a reply over 2000 characters', { type: 4, data: { content: 'x'.repeat(2001) } }],
  ] as const)('refuses %s, after which a good answer still counts', async ([, body]) => {
    const refused: unknown[] = [];
    const { d, client, lena } = await withBot(async (i) => {
      if (!i.isChatInputCommand()) return;
      const send = client.rest.post(`/interactions/${i.id}/${i.token}/callback`, { body, auth: false });
      await send.catch((error: { status: unknown }) => refused.push(error.status));
      await i.reply('properly');
    });
    expect((await d.slash('mesh status', { user: lena })).transcript()).toEqual(['reply: properly']);
    expect([refused, d.takeProblems().length]).toEqual([[400], 1]);
  });

  it.for([
    ['26 choices', Array.from({ length: 26 }, (_, index) => ({ name: `c${index}`, value: `${index}` }))],
    ['a choice over 100 characters', [{ name: 'x'.repeat(101), value: 'x' }]],
  ] as const)('refuses %s', async ([, choices]) => {
    const refused: unknown[] = [];
    const { d, client, lena } = await withBot(async (i) => {
      if (!i.isAutocomplete()) return;
      const send = client.rest.post(`/interactions/${i.id}/${i.token}/callback`, { body: { type: 8, data: { choices } }, auth: false });
      await send.catch((error: { code: unknown }) => refused.push(error.code));
      await i.respond([]);
    });
    expect(await d.autocomplete('mesh status', { cluster: '' }, lena)).toEqual([]);
    expect([refused, d.takeProblems().length]).toEqual([[50_035], 1]);
  });

  it('deletes an answer, and takes the first follow-up of a deferred one as that answer', async () => {
    const { d, lena } = await withBot(async (i) => {
      if (!i.isChatInputCommand()) return;
      await i.deferReply();
      await i.followUp('the answer itself');
      await i.deleteReply();
    });
    const reply = await d.slash('mesh status', { user: lena });
    await reply.waitFor((r) => r.transcript().includes('delete'));
    expect([reply.transcript(), d.posts(d.channel('mesh'))]).toEqual([['defer', 'edit: the answer itself', 'delete'], []]);
  });

  it('waits for what a test waits for, and says what it saw last when that does not come', async () => {
    const { d, lena } = await withBot(async (i) => i.isChatInputCommand() && i.reply('healthy'));
    const reply = await d.slash('mesh status', { user: lena });
    await expect(reply.waitFor((r) => r.text === 'gone', 20)).rejects.toThrow('Not within 20 ms. Last seen:\nreply: healthy');
  });
});
