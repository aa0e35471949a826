import { describe, expect, it } from 'vitest';
import { startLabDiscord } from '../../../lab/discord/index.ts';
import { createLabClock } from '../../../lab/clock.ts';
import { lab } from './bot.ts';

const long = (length: number): string => 'x'.repeat(length);
const button = (about: object = {}): object => ({ type: 2, style: 2, label: 'B', custom_id: 'b', ...about });
const row = (...components: object[]): object => ({ type: 1, components });
const text = (content: string): object => ({ type: 10, content });
const option = (about: object): object => ({ type: 3, name: 'o', description: 'd', ...about });
const command = (about: object = {}): object => ({ name: 'mesh', description: 'd', ...about });
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const V2 = 32_768;

type Case = readonly [name: string, body: object, at: string];

/** The place of every fault, such as `content` or `components.0.type`. */
function places(errors: unknown, at: string[] = []): string[] {
  if (typeof errors !== 'object' || errors === null) return [];
  return Object.entries(errors).flatMap(([key, value]) => (key === '_errors' ? [at.join('.')] : places(value, [...at, key])));
}

async function call(
  d: Awaited<ReturnType<typeof lab>>,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${d.api}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${d.token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

const messages: readonly Case[] = [
  ['content over 2000 characters', { content: long(2001) }, 'content'],
  ['a nonce over 25 characters', { content: 'x', nonce: long(26) }, 'nonce'],
  ['more than 10 embeds', { embeds: times(11, () => ({ title: 't' })) }, 'embeds'],
  ['an embed title over 256', { embeds: [{ title: long(257) }] }, 'embeds.0.title'],
  ['an embed description over 4096', { embeds: [{ description: long(4097) }] }, 'embeds.0.description'],
  ['an embed field without a name', { embeds: [{ fields: [{ name: '', value: 'v' }] }] }, 'embeds.0.fields.0.name'],
  ['an embed field value over 1024', { embeds: [{ fields: [{ name: 'n', value: long(1025) }] }] }, 'embeds.0.fields.0.value'],
  ['26 embed fields', { embeds: [{ fields: times(26, () => ({ name: 'n', value: 'v' })) }] }, 'embeds.0.fields'],
  ['embeds over 6000 characters together', { embeds: times(2, () => ({ description: long(3001) })) }, 'embeds'],
  ['six rows', { content: 'x', components: times(6, (i) => row(button({ custom_id: `b${i}` }))) }, 'components'],
  [
    'six buttons in a row',
    { content: 'x', components: [row(...times(6, (i) => button({ custom_id: `b${i}` })))] },
    'components.0.components',
  ],
  ['a row without buttons', { content: 'x', components: [row()] }, 'components.0.components'],
  [
    'a button without custom id',
    { content: 'x', components: [row(button({ custom_id: undefined }))] },
    'components.0.components.0.custom_id',
  ],
  ['a custom id over 100', { content: 'x', components: [row(button({ custom_id: long(101) }))] }, 'components.0.components.0.custom_id'],
  ['a custom id twice', { content: 'x', components: [row(button(), button())] }, 'components.0.components.1.custom_id'],
  ['a label over 80', { content: 'x', components: [row(button({ label: long(81) }))] }, 'components.0.components.0.label'],
  [
    'a button without label and emoji',
    { content: 'x', components: [row(button({ label: undefined }))] },
    'components.0.components.0.label',
  ],
  ['a link without url', { content: 'x', components: [row({ type: 2, style: 5, label: 'l' })] }, 'components.0.components.0.url'],
  [
    'a link with custom id',
    { content: 'x', components: [row(button({ style: 5, url: 'https://a.b' }))] },
    'components.0.components.0.custom_id',
  ],
  [
    'a select without options',
    { content: 'x', components: [row({ type: 3, custom_id: 's', options: [] })] },
    'components.0.components.0.options',
  ],
  [
    'a select option twice',
    { content: 'x', components: [row({ type: 3, custom_id: 's', options: times(2, () => ({ label: 'l', value: 'v' })) })] },
    'components.0.components.0.options.1.value',
  ],
  [
    'a select that wants more than it offers',
    { content: 'x', components: [row({ type: 3, custom_id: 's', max_values: 2, options: [{ label: 'l', value: 'v' }] })] },
    'components.0.components.0.max_values',
  ],
  [
    'a select beside a button',
    { content: 'x', components: [row(button(), { type: 3, custom_id: 's', options: [{ label: 'l', value: 'v' }] })] },
    'components.0.components',
  ],
  ['a text display without the flag', { content: 'x', components: [text('t')] }, 'components.0.type'],
  ['content beside Components V2', { flags: V2, content: 'x', components: [text('t')] }, 'content'],
  ['embeds beside Components V2', { flags: V2, embeds: [{ title: 't' }], components: [text('t')] }, 'embeds'],
  ['41 components', { flags: V2, components: times(41, () => text('t')) }, 'components'],
  ['4001 characters of text displays', { flags: V2, components: [text(long(4000)), text('t')] }, 'components'],
  ['an empty text display', { flags: V2, components: [text('')] }, 'components.0.content'],
  [
    'media that was not uploaded',
    { flags: V2, components: [{ type: 12, items: [{ media: { url: 'attachment://a.png' } }] }] },
    'components.0.media',
  ],
  ['an attachment that was not uploaded', { content: 'x', attachments: [{ id: 0, filename: 'a.txt' }] }, 'attachments.0.id'],
  ['a component of no known type', { content: 'x', components: [row({ type: 99 })] }, 'components.0.components.0'],
];

const commands: readonly Case[] = [
  ['a name with a capital', command({ name: 'Mesh' }), '0.name'],
  ['a name with a space', command({ name: 'me sh' }), '0.name'],
  ['a name over 32', command({ name: long(33) }), '0.name'],
  ['no description', command({ description: '' }), '0.description'],
  ['a description over 100', command({ description: long(101) }), '0.description'],
  ['26 options', command({ options: times(26, (i) => option({ name: `o${i}` })) }), '0.options'],
  ['an option name twice', command({ options: [option({}), option({})] }), '0.options.1.name'],
  ['a required option after an optional one', command({ options: [option({}), option({ name: 'p', required: true })] }), '0.options.1'],
  ['a subcommand beside an option', command({ options: [option({}), { type: 1, name: 's', description: 'd' }] }), '0.options'],
  ['26 choices', command({ options: [option({ choices: times(26, (i) => ({ name: `c${i}`, value: `${i}` })) })] }), '0.options.0.choices'],
  [
    'choices and autocompletion',
    command({ options: [option({ autocomplete: true, choices: [{ name: 'c', value: 'c' }] })] }),
    '0.options.0.autocomplete',
  ],
  [
    'more than 8000 characters',
    command({
      options: times(25, (i) => option({ name: `o${i}`, choices: times(25, (k) => ({ name: `${long(10)}${k}`, value: `${k}` })) })),
    }),
    '0',
  ],
];

describe('lab/discord: what Discord refuses', () => {
  it.for(messages)('a message with %s', async ([, body, at]) => {
    const d = await lab();
    const where = d.channel('mesh');
    const answer = await call(d, 'POST', `/channels/${where.id}/messages`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 50_035, message: 'Invalid Form Body' } });
    expect(places((answer.body as { errors: unknown }).errors)).toEqual([at]);
    expect(d.posts(where)).toEqual([]);
    expect(d.takeProblems()).toHaveLength(1);
  });

  it.for(commands)('a command with %s', async ([, body, at]) => {
    const d = await lab();
    const answer = await call(d, 'PUT', `/applications/${d.applicationId}/guilds/${d.guildId}/commands`, [body]);
    expect(answer).toMatchObject({ status: 400, body: { code: 50_035, message: 'Invalid Form Body' } });
    expect(places((answer.body as { errors: unknown }).errors)).toEqual([at]);
    expect([...d.world.commands.values()]).toEqual([]);
    expect(d.takeProblems()).toHaveLength(1);
  });

  it.for([
    ['nothing in it', {}],
    ['only blanks', { content: ' \n' }],
  ] as const)('a message with %s', async ([, body]) => {
    const d = await lab();
    expect(await call(d, 'POST', `/channels/${d.channel('mesh').id}/messages`, body)).toEqual({
      status: 400,
      body: { code: 50_006, message: 'Cannot send an empty message' },
    });
    expect(d.takeProblems()).toHaveLength(1);
  });

  it('a body that is not JSON, a wrong token, and a call that it does not have', async () => {
    const d = await lab();
    expect(await call(d, 'POST', `/channels/${d.channel('mesh').id}/messages`, '{')).toMatchObject({ status: 400, body: { code: 50_109 } });
    const refused = await fetch(`${d.api}/v10/users/@me`, { headers: { authorization: 'Bot wrong' } });
    expect([refused.status, await refused.json()]).toEqual([401, { code: 0, message: '401: Unauthorized' }]);
    expect(await call(d, 'PUT', '/nowhere', {})).toEqual({ status: 404, body: { code: 0, message: '404: Not Found' } });
    expect(d.takeProblems()).toEqual([expect.stringContaining('50109'), 'The double has no route PUT /nowhere']);
  });

  it('reports a misspelt field, which Discord itself passes over', async () => {
    const d = await lab();
    await call(d, 'POST', `/channels/${d.channel('mesh').id}/messages`, { content: 'x', embed: {} });
    expect(d.takeProblems()).toEqual(['POST /channels/{channel_id}/messages does not know the field embed']);
  });

  it('fails the one who stops it when there were problems', async () => {
    const d = await startLabDiscord({ clock: createLabClock() });
    await fetch(`${d.api}/v10/nowhere`);
    await expect(d.stop()).rejects.toThrow('1 problem(s) with Discord:\nThe double has no route GET /nowhere');
  });
});
