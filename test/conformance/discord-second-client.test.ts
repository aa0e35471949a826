import { once } from 'node:events';
import { Client, ComponentTypes, ButtonStyles, InteractionTypes, type AnyInteractionGateway } from 'oceanic.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lab, meshCommand } from '../lab/discord/bot.ts';

async function answer(interaction: AnyInteractionGateway): Promise<void> {
  if (interaction.type === InteractionTypes.APPLICATION_COMMAND_AUTOCOMPLETE) await interaction.result([{ name: 'cluster-a', value: 'a' }]);
  else if (interaction.type === InteractionTypes.MESSAGE_COMPONENT) await interaction.editParent({ content: 'again', components: [] });
  else if (interaction.type === InteractionTypes.APPLICATION_COMMAND) {
    await interaction.defer();
    await interaction.editOriginal({
      content: 'healthy',
      components: [
        {
          type: ComponentTypes.ACTION_ROW,
          components: [{ type: ComponentTypes.BUTTON, style: ButtonStyles.SECONDARY, label: 'Re-check', customID: 'again' }],
        },
      ],
      files: [{ name: 'report.txt', contents: Buffer.from('all well') }],
    });
  }
}

describe('lab/discord with a second client library', () => {
  it('runs the main flow of oceanic.js, which shares no code with discord.js', async () => {
    const d = await lab();
    const client = new Client({
      auth: `Bot ${d.token}`,
      rest: { baseURL: `${d.api}/v10` },
      gateway: { intents: ['GUILDS'], autoReconnect: true },
    });
    onTestFinished(() => client.disconnect(false));
    const ready = once(client, 'ready');
    await client.connect();
    await ready;
    const failures: unknown[] = [];
    client.on('interactionCreate', (interaction) => {
      answer(interaction).catch((error: unknown) => failures.push(error));
    });
    await client.application.bulkEditGuildCommands(d.guildId, [meshCommand] as never);
    const lena = d.user('lena');
    expect(await d.autocomplete('mesh status', { cluster: 'c' }, lena)).toEqual([{ name: 'cluster-a', value: 'a' }]);
    const reply = await d.slash('mesh status', { user: lena });
    await reply.waitFor((r) => !r.thinking);
    expect([reply.text, d.files(reply.message).map((file) => file.bytes.toString())]).toEqual([
      'healthy\n[Re-check]\n<report.txt>',
      ['all well'],
    ]);
    expect((await reply.click('Re-check')).transcript()).toEqual(['update: again\n<report.txt>']);
    await client.rest.channels.createMessage(d.channel('alerts').id, { content: 'link down' });
    expect(d.posts(d.channel('alerts')).map((post) => post.content)).toEqual(['link down']);
    const resumed = once(client, 'shardResume');
    d.gateway.reconnect();
    await resumed;
    const after = await d.slash('mesh status', { user: lena });
    await after.waitFor((r) => !r.thinking);
    expect([after.text, failures]).toEqual(['healthy\n[Re-check]\n<report.txt>', []]);
  });
});
