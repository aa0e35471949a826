import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  TextInputBuilder,
  TextInputStyle,
  type Interaction,
} from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPageFiles, servePage, type PageFiles } from '../../lab/page/serve.ts';
import { answering, bot, lab, meshCommand } from '../lab/discord/bot.ts';
import { launchBrowser, type Browser } from './browser.ts';
import { openView } from './view.ts';

let browser: Browser;
let files: PageFiles;

beforeAll(async () => {
  [browser, files] = await Promise.all([launchBrowser(), createPageFiles()]);
});

afterAll(async () => browser.close());

const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
  new ButtonBuilder().setCustomId('why').setLabel('Silence…').setStyle(ButtonStyle.Secondary),
);

const form = new ModalBuilder()
  .setCustomId('form')
  .setTitle('Silence')
  .addLabelComponents(
    new LabelBuilder()
      .setLabel('Reason')
      .setTextInputComponent(new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Short)),
  );

async function answer(interaction: Interaction): Promise<unknown> {
  if (interaction.isAutocomplete()) return interaction.respond([{ name: 'cluster-b (compute)', value: 'b' }]);
  if (interaction.isButton()) return interaction.showModal(form);
  if (interaction.isModalSubmit())
    return interaction.reply({ content: `Silent: ${interaction.fields.getTextInputValue('reason')}`, flags: MessageFlags.Ephemeral });
  if (!interaction.isChatInputCommand() || interaction.options.getSubcommand() === 'certs') return undefined;
  await interaction.deferReply();
  return interaction.editReply({ content: `${interaction.options.getString('cluster')} is **well**`, components: [row] });
}

describe('the page on the double with the real discord.js behind it', () => {
  it('carries a command with autocomplete, a button, a form and an answer that never comes', async () => {
    const d = await lab({ ackMs: 1500, page: (request, response) => servePage(files, request, response) });
    d.user('lena');
    const client = await bot(d);
    await client.application.commands.set([meshCommand], d.guildId);
    answering(client, answer);
    const view = await openView(browser, `${d.url}/`);
    await view.press('/');
    await view.type('mesh status cluster:');
    await view.shows('.suggestions', 'cluster-b (compute)');
    await view.press('Enter', 'Enter');
    await view.shows('.messages', 'b is well');
    await view.click('button', 'Silence…');
    await view.shows('dialog', 'Reason');
    await view.tab.locator('dialog input').fill('planned work');
    await view.press('Enter');
    await view.shows('.ephemeral', 'Silent: planned work');
    expect(await view.lines('.ephemeral .markdown')).toEqual(['Silent: planned work']);
    await view.press('/');
    await view.type('mesh certs');
    await view.press('Enter', 'Enter', 'Enter');
    await view.shows('.message .failure', 'The application did not respond');
    expect(view.problems.splice(0)).toEqual(['Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)']);
    await view.close();
  });
});
