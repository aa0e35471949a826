import { ActionRowBuilder, ButtonBuilder, ButtonStyle, MessageFlags } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { answering, bot, lab, meshCommand } from './bot.ts';

describe('lab/discord', () => {
  it('carries the real discord.js from login to an edited answer', async () => {
    const d = await lab();
    const client = await bot(d);
    await client.application.commands.set([meshCommand], d.guildId);
    answering(client, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
        new ButtonBuilder().setCustomId('again').setLabel('Re-check').setStyle(ButtonStyle.Secondary),
      );
      await interaction.editReply({ content: `cluster ${interaction.options.getString('cluster')} is well`, components: [row] });
    });
    const reply = await d.slash('mesh status', { user: d.user('lena'), options: { cluster: 'a' } });
    await reply.waitFor((r) => !r.thinking);
    expect(reply.transcript()).toEqual(['defer (ephemeral)', 'edit: cluster a is well\n[Re-check]']);
    expect({ ephemeral: reply.ephemeral, text: reply.text, buttons: reply.buttons }).toEqual({
      ephemeral: true,
      text: 'cluster a is well\n[Re-check]',
      buttons: ['Re-check'],
    });
  });

  it('keeps what the bot posts in a channel, its edits and its deletion', async () => {
    const d = await lab();
    const client = await bot(d);
    const channel = await client.channels.fetch(d.channel('alerts').id);
    if (!channel?.isSendable()) throw new Error('not a channel to post in');
    const message = await channel.send('link down');
    await message.edit('link up');
    expect(d.posts(d.channel('alerts')).map((post) => post.content)).toEqual(['link up']);
    await message.delete();
    expect(d.posts(d.channel('alerts'))).toEqual([]);
  });
});
