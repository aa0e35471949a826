import { ApplicationCommandOptionType, type ChatInputCommandInteraction } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { routes } from '../../../lab/discord/routes/index.ts';
import { answering, bot, lab, meshCommand, postable } from './bot.ts';

type Call = readonly [method: string, path: string, body: unknown, status: number];

describe('lab/discord: routes', () => {
  it('answers every one of them as Discord describes it', async () => {
    const d = await lab();
    const lena = d.user('lena');
    const call = async ([method, path, body, status]: Call): Promise<Record<string, string>> => {
      const headers = { authorization: `Bot ${d.token}`, 'content-type': 'application/json' };
      const answer = await fetch(`${d.api}/v10${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await answer.text();
      expect([method, path, answer.status, status === 204 || text !== '']).toEqual([method, path, status, true]);
      return (text === '' ? {} : JSON.parse(text)) as Record<string, string>;
    };
    const [mesh, global] = [`/channels/${d.channel('mesh').id}`, `/applications/${d.applicationId}/commands`];
    const guild = `/applications/${d.applicationId}/guilds/${d.guildId}/commands`;
    for (const commands of [global, guild]) {
      await call(['PUT', commands, [meshCommand], 200]);
      await call(['GET', commands, undefined, 200]);
      const { id } = await call(['POST', commands, { name: 'ping', description: 'd' }, 201]);
      await call(['GET', `${commands}/${id}`, undefined, 200]);
      await call(['PATCH', `${commands}/${id}`, { description: 'e' }, 200]);
      await call(['DELETE', `${commands}/${id}`, undefined, 204]);
      await call(['GET', `${commands}/${id}`, undefined, 404]);
    }
    const message = await call(['POST', `${mesh}/messages`, { content: 'x' }, 200]);
    const thread = await call(['POST', `${mesh}/messages/${message['id']}/threads`, { name: 't' }, 201]);
    const hook = d.addWebhook(d.channel('mesh')).slice(d.api.length);
    const calls: Call[] = [
      ['GET', '/gateway/bot', undefined, 200],
      ['GET', '/users/@me', undefined, 200],
      ['GET', '/users/@me/guilds', undefined, 200],
      ['GET', '/applications/@me', undefined, 200],
      ['GET', '/oauth2/applications/@me', undefined, 200],
      ['GET', `/guilds/${d.guildId}`, undefined, 200],
      ['GET', '/guilds/100000000000000000', undefined, 404],
      ['GET', `/guilds/${d.guildId}/roles`, undefined, 200],
      ['GET', `/guilds/${d.guildId}/channels`, undefined, 200],
      ['GET', `/guilds/${d.guildId}/members/${lena.user.id}`, undefined, 200],
      ['GET', `/guilds/${d.guildId}/members/@me`, undefined, 200],
      ['GET', `/guilds/${d.guildId}/members/100000000000000000`, undefined, 404],
      ['GET', mesh, undefined, 200],
      ['POST', `${mesh}/typing`, undefined, 204],
      ['GET', `${mesh}/messages`, undefined, 200],
      ['GET', `${mesh}/messages/${message['id']}`, undefined, 200],
      ['PATCH', `${mesh}/messages/${message['id']}`, { content: 'y' }, 200],
      ['POST', `${mesh}/threads`, { name: 'u', type: 11 }, 201],
      ['GET', `/channels/${thread['id']}`, undefined, 200],
      ['PUT', `/channels/${thread['id']}/thread-members/@me`, undefined, 204],
      ['PATCH', `/channels/${thread['id']}`, { archived: true }, 200],
      ['PATCH', mesh, { name: 'x' }, 403],
      ['DELETE', `${mesh}/messages/${message['id']}`, undefined, 204],
      ['GET', `${mesh}/messages/${message['id']}`, undefined, 404],
      ['POST', '/interactions/100000000000000000/token/callback', { type: 5 }, 404],
      ['GET', hook, undefined, 200],
      ['GET', `${hook}x`, undefined, 401],
      ['GET', `/webhooks/${d.applicationId}/token`, undefined, 404],
      ['POST', `/webhooks/${d.applicationId}/token`, { content: 'x' }, 404],
      ['GET', `/webhooks/${d.applicationId}/token/messages/@original`, undefined, 404],
      ['PATCH', `/webhooks/${d.applicationId}/token/messages/%40original`, { content: 'x' }, 404],
      ['DELETE', `/webhooks/${d.applicationId}/token/messages/@original`, undefined, 404],
    ];
    for (const one of calls) await call(one);
    const asked = new Set(d.requests.map((request) => request.route));
    expect(routes.map((route) => `${route.method} ${route.path}`).filter((route) => !asked.has(route))).toEqual([]);
  });

  it('pages through the messages of a channel', async () => {
    const d = await lab();
    const channel = await postable(await bot(d), d.channel('mesh'));
    const [first, , third] = [await channel.send('1'), await channel.send('2'), await channel.send('3')];
    const page = async (query: object): Promise<string[]> => [...(await channel.messages.fetch(query)).values()].map((one) => one.content);
    expect(await page({ limit: 2 })).toEqual(['3', '2']);
    expect(await page({ before: third.id, limit: 1 })).toEqual(['2']);
    expect(await page({ after: first.id })).toEqual(['3', '2']);
  });

  it('keeps the id of a command whose name stays, and forgets those that are not sent again', async () => {
    const d = await lab();
    const { application } = await bot(d);
    const [before] = [...(await application.commands.set([meshCommand, { name: 'ping', description: 'd' }], d.guildId)).values()];
    const after = [...(await application.commands.set([meshCommand], d.guildId)).values()];
    expect(after.map((command) => [command.id, command.name])).toEqual([[before?.id, 'mesh']]);
  });

  it('hands over the people, roles and channels that options name', async () => {
    const d = await lab();
    const client = await bot(d);
    const { User, Role, Channel, Integer, Boolean } = ApplicationCommandOptionType;
    const options = (
      [
        ['who', User],
        ['role', Role],
        ['where', Channel],
        ['count', Integer],
        ['dry', Boolean],
      ] as const
    ).map(([name, type]) => ({ type, name, description: 'd' }));
    await client.application.commands.set([{ name: 'ask', description: 'd', options: options as never }], d.guildId);
    const seen: ChatInputCommandInteraction[] = [];
    answering(client, async (i) => {
      if (!i.isChatInputCommand()) return;
      seen.push(i);
      await i.reply('x');
    });
    const operator = d.role('operator');
    const lena = d.user('lena', operator);
    const given = { who: lena.user.id, role: operator.id, where: d.channel('alerts').id, count: 3, dry: true };
    await d.slash('ask', { user: lena, options: given });
    const got = seen[0]?.options;
    expect([
      got?.getUser('who')?.username,
      got?.getRole('role')?.name,
      got?.getChannel('where')?.name,
      got?.getInteger('count'),
      got?.getBoolean('dry'),
    ]).toEqual(['lena', 'operator', 'alerts', 3, true]);
    await expect(d.slash('ask', { user: lena, options: { count: 1.5 } })).rejects.toThrow('The option "count" takes a whole number');
  });
});
