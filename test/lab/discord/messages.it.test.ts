import {
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ContainerBuilder,
  EmbedBuilder,
  FileBuilder,
  MediaGalleryBuilder,
  MessageFlags,
  SectionBuilder,
  SeparatorBuilder,
  TextDisplayBuilder,
  type TextChannel,
} from 'discord.js';
import { describe, expect, it } from 'vitest';
import { bot, lab, postable } from './bot.ts';

const HOUR = 3_600_000;
/** The header of a PNG of 3 by 2 pixels. */
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.from([0, 0, 0, 3, 0, 0, 0, 2])]);

async function alerts() {
  const d = await lab();
  const client = await bot(d);
  const channel = await postable(client, d.channel('alerts'));
  return { d, client, channel, where: d.channel('alerts') };
}

describe('lab/discord: messages', () => {
  it('gives Components V2 back numbered, with defaults and resolved media', async () => {
    const { d, channel, where } = await alerts();
    const card = new ContainerBuilder()
      .addTextDisplayComponents(new TextDisplayBuilder().setContent('**healthy**'))
      .addSeparatorComponents(new SeparatorBuilder())
      .addSectionComponents(
        new SectionBuilder()
          .addTextDisplayComponents(new TextDisplayBuilder().setContent('cluster-a'))
          .setButtonAccessory(new ButtonBuilder().setCustomId('details').setLabel('Details').setStyle(ButtonStyle.Secondary)),
      )
      .addMediaGalleryComponents(new MediaGalleryBuilder().addItems((item) => item.setURL('attachment://line.png')))
      .addFileComponents(new FileBuilder().setURL('attachment://report.json'));
    const files = [
      new AttachmentBuilder(PNG, { name: 'line.png', description: 'a line' }),
      new AttachmentBuilder(Buffer.from('{}'), { name: 'report.json' }),
    ];
    const sent = await channel.send({ flags: MessageFlags.IsComponentsV2, components: [card], files });
    const [post] = d.posts(where);
    const [png, json] = post?.attachments ?? [];
    expect(post?.components).toEqual([
      {
        type: 17,
        id: 1,
        accent_color: null,
        spoiler: false,
        components: [
          { type: 10, id: 2, content: '**healthy**' },
          { type: 14, id: 3, divider: true, spacing: 1 },
          {
            type: 9,
            id: 4,
            components: [{ type: 10, id: 5, content: 'cluster-a' }],
            accessory: { type: 2, id: 6, custom_id: 'details', label: 'Details', style: 2 },
          },
          {
            type: 12,
            id: 7,
            items: [
              {
                description: null,
                spoiler: false,
                media: {
                  id: expect.any(String),
                  url: png?.url,
                  proxy_url: png?.url,
                  width: 3,
                  height: 2,
                  content_type: 'image/png',
                  attachment_id: png?.id,
                },
              },
            ],
          },
          {
            type: 13,
            id: 8,
            name: 'report.json',
            size: 2,
            spoiler: false,
            file: {
              id: expect.any(String),
              url: json?.url,
              proxy_url: json?.url,
              width: null,
              height: null,
              content_type: 'application/json; charset=utf-8',
              attachment_id: json?.id,
            },
          },
        ],
      },
    ]);
    expect(sent.attachments.map((file) => [file.name, file.size, file.description])).toEqual([
      ['line.png', PNG.length, 'a line'],
      ['report.json', 2, null],
    ]);
    const served = await fetch(png?.url ?? '');
    expect([served.headers.get('content-type'), Buffer.from(await served.arrayBuffer())]).toEqual(['image/png', PNG]);
  });

  it('turns a message into Components V2 only when its content goes', async () => {
    const { d, channel, where } = await alerts();
    const message = await channel.send('plain');
    const card = { flags: MessageFlags.IsComponentsV2, components: [new TextDisplayBuilder().setContent('card')] } as const;
    await expect(message.edit(card)).rejects.toMatchObject({ code: 50_035 });
    expect(d.takeProblems()).toHaveLength(1);
    await message.edit({ ...card, content: null });
    expect(d.posts(where).map((post) => [post.content, post.flags, post.components])).toEqual([
      ['', MessageFlags.IsComponentsV2, [{ type: 10, id: 1, content: 'card' }]],
    ]);
  });

  it('keeps the attachments that an edit names and drops the others', async () => {
    const { d, channel, where } = await alerts();
    const files = ['a.txt', 'b.txt'].map((name) => new AttachmentBuilder(Buffer.from(name), { name }));
    const message = await channel.send({ content: 'files', files });
    await message.edit('still both');
    expect(d.files(firstOf(d.posts(where))).map((file) => file.bytes.toString())).toEqual(['a.txt', 'b.txt']);
    await message.edit({ attachments: [...message.attachments.values()].slice(1) });
    expect(d.files(firstOf(d.posts(where))).map((file) => file.bytes.toString())).toEqual(['b.txt']);
  });

  it('opens one thread per message, takes posts in it, archives it and refuses edits inside until it opens again', async () => {
    const { d, channel, where } = await alerts();
    const message = await channel.send('link down');
    const thread = await message.startThread({ name: 'link down', autoArchiveDuration: 1440 });
    await expect(message.startThread({ name: 'again' })).rejects.toMatchObject({ code: 160_004 });
    const inside = await thread.send('3 of 4 probes failed');
    await thread.setArchived(true);
    await expect(inside.edit('x')).rejects.toMatchObject({ code: 50_083 });
    expect(d.threads(where).map((one) => [one.name, one.thread?.archived, d.posts(one).map((post) => post.content)])).toEqual([
      ['link down', true, ['3 of 4 probes failed']],
    ]);
    await thread.send('it opens by itself');
    expect(d.threads(where)[0]?.thread?.archived).toBe(false);
  });

  it('opens a thread without a message', async () => {
    const { d, channel, where } = await alerts();
    await (channel as TextChannel).threads.create({ name: 'rotation' });
    expect(d.threads(where).map((one) => one.name)).toEqual(['rotation']);
  });

  it('posts once for one nonce that is enforced', async () => {
    const { d, channel, where } = await alerts();
    const [one, two] = [
      await channel.send({ content: 'x', nonce: '7', enforceNonce: true }),
      await channel.send({ content: 'x', nonce: '7', enforceNonce: true }),
    ];
    expect([d.posts(where).length, one.id === two.id]).toEqual([1, true]);
  });

  it('answers 30046 to the sixth edit of a message that is older than an hour', async () => {
    const { d, channel } = await alerts();
    const message = await channel.send('0');
    for (const text of ['1', '2', '3', '4', '5', '6', '7']) await message.edit(text);
    d.clock.advance(HOUR);
    for (const text of ['8', '9', '10', '11', '12']) await message.edit(text);
    const edit = fetch(`${d.api}/v10/channels/${channel.id}/messages/${message.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bot ${d.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: '13' }),
    });
    const answer = await edit;
    expect([answer.status, answer.headers.get('retry-after') !== null, await answer.json()]).toEqual([
      429,
      true,
      {
        code: 30_046,
        message: 'Maximum number of edits to messages older than 1 hour reached. Try again later.',
        retry_after: 60,
        global: false,
      },
    ]);
  });

  it('calls only those whom allowed_mentions lets it call', async () => {
    const { d, channel, where } = await alerts();
    const [lena, onCall] = [d.user('lena'), d.role('on-call')];
    const content = `<@${lena.user.id}> <@&${onCall.id}> @everyone`;
    await channel.send(content);
    await channel.send({ content, allowedMentions: { roles: [onCall.id] } });
    expect(d.posts(where).map((post) => [post.mentions.map((user) => user.username), post.mention_roles, post.mention_everyone])).toEqual([
      [[], [], false],
      [[], [onCall.id], false],
    ]);
  });

  it('turns embeds into what Discord gives back', async () => {
    const { d, channel, where } = await alerts();
    await channel.send({ embeds: [new EmbedBuilder().setTitle('Certificates').addFields({ name: 'root', value: '9 y' })] });
    expect(d.posts(where)[0]?.embeds).toEqual([
      { type: 'rich', title: 'Certificates', fields: [{ name: 'root', value: '9 y', inline: false }] },
    ]);
  });

  it.for([
    ['SendMessages', 403, 50_013],
    ['ViewChannel', 403, 50_001],
  ] as const)('refuses posts where the bot lacks %s', async ([right, status, code]) => {
    const { d, channel, where } = await alerts();
    d.removePermission(where, right);
    await expect(channel.send('x')).rejects.toMatchObject({ status, code });
  });

  it('refuses embeds and files where the bot may not post them, and posts in a channel that is gone', async () => {
    const { d, channel, where } = await alerts();
    d.removePermission(where, 'EmbedLinks');
    await expect(channel.send({ embeds: [{ title: 'x' }] })).rejects.toMatchObject({ code: 50_013 });
    d.removeChannel(where);
    await expect(channel.send('x')).rejects.toMatchObject({ status: 404, code: 10_003 });
  });

  it('lets a role and an overwrite decide what a person sees', async () => {
    const { d } = await alerts();
    const secret = d.addChannel('secret');
    secret.overwrites.push({ id: d.guildId, type: 0, allow: 0n, deny: 1024n });
    const operator = d.role('operator');
    secret.overwrites.push({ id: operator.id, type: 0, allow: 1024n, deny: 0n });
    await expect(d.slash('mesh', { user: d.user('jon'), channel: secret })).rejects.toThrow('@jon does not see #secret');
    await expect(d.slash('mesh', { user: d.user('lena', operator), channel: secret })).rejects.toThrow('No command /mesh is registered');
  });
});

function firstOf<T>(posts: readonly T[]): T {
  const [first] = posts;
  if (first === undefined) throw new Error('nothing was posted');
  return first;
}
