import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  LabelBuilder,
  InteractionType,
  MessageFlags,
  ModalBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { describe, expect, it } from 'vitest';
import type { FaultView, WorldView } from '../../../lab/page/contract.ts';
import type { FaultRegistry } from '../../../lab/discord/index.ts';
import { answering, bot, lab, meshCommand, postable } from './bot.ts';

function registry(): FaultRegistry {
  const fault = { id: 'mute', title: 'Mute Discord', explain: 'Nothing can be posted.', group: 'Discord', kind: 'toggle' as const };
  let on = false;
  return {
    list: () => [{ ...fault, on }],
    set: async (_id, wanted) => {
      if (!wanted) throw new Error('nobody can mend it');
      on = wanted;
    },
  };
}

async function page() {
  const d = await lab({ faults: registry(), page: servePage });
  const client = await bot(d, { presence: { status: 'idle', activities: [{ name: '2 alerts' }] } });
  await client.application.commands.set([meshCommand], d.guildId);
  const lena = d.user('lena', d.role('operator'));
  const post = async (path: string, body: unknown): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${d.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
  const state = async (): Promise<WorldView> => (await fetch(`${d.url}/lab/state`)).json() as Promise<WorldView>;
  const acting = { user: lena.user.id, channel: d.channel('mesh').id };
  return { d, client, lena, post, state, acting };
}

const button = new ActionRowBuilder<ButtonBuilder>().addComponents(
  new ButtonBuilder().setCustomId('silence').setLabel('Silence').setStyle(ButtonStyle.Secondary),
);
const modal = new ModalBuilder()
  .setCustomId('why')
  .setTitle('Why')
  .addLabelComponents(
    new LabelBuilder()
      .setLabel('Reason')
      .setTextInputComponent(new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Short)),
  );

describe('lab/discord: the routes of the page', () => {
  it('shows the whole world', async () => {
    const { d, state, lena, client } = await page();
    const channel = await client.channels.fetch(d.channel('alerts').id);
    if (channel?.isSendable()) await (await channel.send('link down')).startThread({ name: 'incident' });
    const [posted] = d.posts(d.channel('alerts'));
    const world = await state();
    expect(world).toEqual({
      revision: d.world.revision,
      clock: { now: expect.any(Number), offsetMs: 0 },
      guild: { id: d.guildId, name: 'Mesh lab' },
      people: [{ id: lena.user.id, name: 'lena', role: 'operator' }],
      roles: [
        { id: d.world.bot.roles[0], name: 'meshwarden' },
        { id: lena.roles[0], name: 'operator' },
      ],
      bot: { id: d.applicationId, name: 'meshwarden', online: true, status: '2 alerts' },
      channels: [
        { id: d.channel('mesh').id, name: 'mesh', topic: 'The state of the mesh and its commands', messages: [] },
        {
          id: d.channel('alerts').id,
          name: 'alerts',
          topic: 'What needs somebody',
          messages: [{ message: { ...posted, flags: MessageFlags.HasThread } }],
        },
        {
          id: posted?.id,
          name: 'incident',
          topic: '',
          archived: false,
          parent: { channel: d.channel('alerts').id, message: posted?.id },
          messages: [],
        },
      ],
      commands: [...d.world.commands.values()],
    });
  });

  it('lets a person go from a command over a button and a modal to an answer only they see', async () => {
    const { d, client, lena, post, state, acting } = await page();
    answering(client, async (i) => {
      if (i.isChatInputCommand()) await i.reply({ content: 'x', components: [button] });
      else if (i.isButton()) await i.showModal(modal);
      else if (i.isModalSubmit()) await i.reply({ content: i.fields.getTextInputValue('reason'), flags: MessageFlags.Ephemeral });
    });
    const sent = await post('/lab/slash', { ...acting, path: ['mesh', 'status'], options: [] });
    expect(sent).toEqual({ status: 200, body: { interaction: expect.any(String) } });
    const [message] = d.posts(d.channel('mesh'));
    const { interaction: asked } = sent.body as { interaction: string };
    expect(message?.interaction).toEqual({ id: asked, type: InteractionType.ApplicationCommand, name: 'mesh status', user: lena.user });
    const pressed = await post('/lab/component', { ...acting, message: message?.id, customId: 'silence' });
    expect(pressed).toMatchObject({ status: 200, body: { modal: { custom_id: 'why', title: 'Why' } } });
    const { interaction } = pressed.body as { interaction: string };
    const fields = [{ customId: 'reason', value: 'maintenance' }];
    expect((await post('/lab/modal', { ...acting, interaction, customId: 'why', fields })).status).toBe(200);
    const views = (await state()).channels[0]?.messages.map((view) => [view.message.content, view.ephemeralFor]);
    expect(views).toEqual([
      ['x', undefined],
      ['maintenance', lena.user.id],
    ]);
  });

  it('gives the choices while a person types', async () => {
    const { client, post, acting } = await page();
    answering(client, async (i) => i.isAutocomplete() && i.respond([{ name: 'cluster-a', value: 'a' }]));
    const typed = { ...acting, path: ['mesh', 'status'], options: [{ name: 'cluster', value: 'a' }], focused: 'cluster' };
    expect(await post('/lab/autocomplete', typed)).toEqual({ status: 200, body: { choices: [{ name: 'cluster-a', value: 'a' }] } });
  });

  it('refuses in the words of the client, and what it cannot read', async () => {
    const { post, acting } = await page();
    expect(await post('/lab/slash', { ...acting, path: ['mesh', 'dance'], options: [] })).toEqual({
      status: 422,
      body: { error: '/mesh dance is not registered: no "dance" there' },
    });
    expect((await post('/lab/slash', { path: [] })).status).toBe(400);
    expect(await post('/lab/nothing', {})).toEqual({ status: 404, body: { error: 'Nothing is at /lab/nothing' } });
  });

  it('says that the bot did not answer', async () => {
    const d = await lab({ ackMs: 20 });
    const client = await bot(d);
    await client.application.commands.set([meshCommand], d.guildId);
    const body = { user: d.user('lena').user.id, channel: d.channel('mesh').id, path: ['mesh', 'status'], options: [] };
    const answer = await fetch(`${d.url}/lab/slash`, { method: 'POST', body: JSON.stringify(body) });
    expect([answer.status, await answer.json()]).toEqual([422, { error: 'The application did not respond' }]);
  });

  it('shows faults and sets them', async () => {
    const { d, post } = await page();
    const list = async (): Promise<FaultView[]> => (await fetch(`${d.url}/lab/faults`)).json() as Promise<FaultView[]>;
    expect((await list()).map((fault) => fault.on)).toEqual([false]);
    expect((await post('/lab/faults/mute', { on: true })).body).toEqual([expect.objectContaining({ id: 'mute', on: true })]);
  });

  it('tells every change, with its revision', async () => {
    const { d } = await page();
    const stream = await fetch(`${d.url}/lab/events`);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = (await reader?.read())?.value ?? '';
    expect(heard).toMatch(/^event: changed\ndata: \d+\n\n/);
    d.addChannel('new');
    const last = `event: changed\ndata: ${d.world.revision}\n\n`;
    while (!heard.includes(last)) heard += (await reader?.read())?.value ?? '';
    expect(heard.endsWith(last)).toBe(true);
    await reader?.cancel();
  });

  it('tells the person why a fault cannot be made', async () => {
    const { post } = await page();
    expect(await post('/lab/faults/gone', { on: true })).toEqual({ status: 422, body: { error: 'There is no fault gone' } });
    expect(await post('/lab/faults/mute', { on: false })).toEqual({ status: 422, body: { error: 'nobody can mend it' } });
  });

  it('leaves the rest to the page, and has nothing where the page has nothing', async () => {
    const { d } = await page();
    const answers = await Promise.all(['/', '/gone.js', '/cdn/gone'].map((path) => fetch(`${d.url}${path}`)));
    expect(await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]))).toEqual([
      [200, 'the page'],
      [404, 'Not found\n'],
      [404, 'Not found\n'],
    ]);
  });

  it('addresses attachments so that a browser on another machine finds them', async () => {
    const { d, client, state } = await page();
    const channel = await postable(client, d.channel('mesh'));
    await channel.send({ files: [{ attachment: Buffer.from('x'), name: 'x.txt' }] });
    const url = (await state()).channels[0]?.messages[0]?.message.attachments[0]?.url;
    expect(url).toMatch(/^\/cdn\/attachments\/\d+\/\d+\/x\.txt$/);
    expect(await (await fetch(new URL(url ?? '', d.url))).text()).toBe('x');
  });
});

function servePage(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.url !== '/') return false;
  response.end('the page');
  return true;
}
