import { describe, expect, it } from 'vitest';
import { answering, bot, lab, meshCommand, postable, WAIT } from './bot.ts';

const POST = 'POST /channels/{channel_id}/messages';

/** A client and its channel. */
async function alerts(rest: object = {}, more: object = {}) {
  const d = await lab();
  const client = await bot(d, { rest, ...more });
  const channel = await postable(client, d.channel('alerts'));
  const count = (): number => d.requests.filter((request) => request.route === POST).length;
  return { d, client, channel, where: d.channel('alerts'), count };
}

describe('lab/discord: REST faults, and what discord.js makes of them', () => {
  it('one 500 is retried', async () => {
    const { d, channel, where, count } = await alerts();
    d.fault({ route: POST, status: 500, times: 1 });
    await channel.send('x');
    expect([count(), d.posts(where).length]).toEqual([2, 1]);
  });

  it('a lasting 503 is tried four times, then an error without code', async () => {
    const { d, channel, count } = await alerts();
    const fault = d.fault({ route: POST, status: 503 });
    await expect(channel.send('x')).rejects.toMatchObject({ name: 'HTTPError', status: 503 });
    expect(count()).toBe(4);
    fault.end();
    await channel.send('x');
    expect(count()).toBe(5);
  });

  it('a page of a proxy is an error, too', async () => {
    const { d, channel } = await alerts();
    d.fault({ route: POST, status: 502, html: true });
    await expect(channel.send('x')).rejects.toMatchObject({ name: 'HTTPError', status: 502 });
  });

  it.for([
    ['twice without', false, 2],
    ['once with', true, 1],
  ] as const)('a 502 after the post took effect posts %s an enforced nonce', async ([, enforceNonce, copies]) => {
    const { d, channel, where } = await alerts({}, { enforceNonce });
    d.fault({ route: POST, status: 502, processed: true, times: 1 });
    await channel.send('x');
    expect(d.posts(where)).toHaveLength(copies);
  });

  it('a 502 after an acknowledgement took effect ends in 40060', async () => {
    const { d, client } = await alerts();
    const codes: unknown[] = [];
    await client.application.commands.set([meshCommand], d.guildId);
    answering(client, async (i) => i.isChatInputCommand() && i.deferReply().catch((error: { code: unknown }) => codes.push(error.code)));
    d.fault({ route: 'POST /interactions/{interaction_id}/{interaction_token}/callback', status: 502, processed: true, times: 1 });
    const reply = await d.slash('mesh status', { user: d.user('lena') });
    await expect.poll(() => codes, WAIT).toEqual([40_060]);
    expect(reply.transcript()).toEqual(['defer']);
  });

  it('an acknowledgement that is slowed beyond its time is refused, and the person is told', async () => {
    const d = await lab({ ackMs: 50 });
    const client = await bot(d);
    const codes: unknown[] = [];
    await client.application.commands.set([meshCommand], d.guildId);
    answering(client, async (i) => i.isChatInputCommand() && i.deferReply().catch((error: { code: unknown }) => codes.push(error.code)));
    d.fault({ route: 'POST /interactions/{interaction_id}/{interaction_token}/callback', delayMs: 150, times: 1 });
    await expect(d.slash('mesh status', { user: d.user('lena') })).rejects.toThrow('The application did not respond');
    await expect.poll(() => codes, WAIT).toEqual([10_062]);
  });

  it('a fault can carry an answer of its own', async () => {
    const { d, channel } = await alerts();
    d.fault({ route: POST, status: 403, body: { code: 50_013, message: 'Missing Permissions' }, headers: { 'x-from': 'lab' } });
    await expect(channel.send('x')).rejects.toMatchObject({ status: 403, code: 50_013, message: 'Missing Permissions' });
    d.clearFaults();
    await channel.send('y');
  });

  it.for([
    ['fin', 1, 'other side closed'],
    ['rst', 4, 'ECONNRESET'],
    ['mid-body', 1, 'other side closed'],
  ] as const)('a connection ended by %s is tried %i times', async ([reset, tries, says]) => {
    const { d, channel, count } = await alerts();
    d.fault({ route: POST, reset });
    await expect(channel.send('x')).rejects.toThrow(says);
    expect(count()).toBe(tries);
  });

  it('no answer is an abort after four times the timeout', async () => {
    const { d, channel, count } = await alerts({ timeout: 100 });
    d.mute('hang');
    await expect(channel.send('x')).rejects.toMatchObject({ name: 'AbortError' });
    expect(count()).toBe(4);
  });

  it('a muted Discord refuses everything until it is heard again', async () => {
    const { d, channel, where } = await alerts();
    const muted = d.mute();
    await expect(channel.send('x')).rejects.toMatchObject({ status: 503 });
    muted.end();
    await channel.send('y');
    expect(d.posts(where).map((post) => post.content)).toEqual(['y']);
  });

  it('a 429 is waited for', async () => {
    const { d, channel, where } = await alerts();
    d.fault({ route: POST, status: 429, retryAfter: 0.2, times: 1 });
    await channel.send('x');
    expect([d.requests.filter((request) => request.route === POST).map((request) => request.status), d.posts(where).length]).toEqual([
      [429, 200],
      1,
    ]);
  });

  it('a global 429 stops posts, but not the answers to interactions', async () => {
    const { d, client, channel } = await alerts();
    await client.application.commands.set([meshCommand], d.guildId);
    answering(client, async (i) => i.isChatInputCommand() && i.reply('here'));
    d.fault({ route: POST, status: 429, retryAfter: 0.5, global: true, times: 1 });
    const order: string[] = [];
    const posting = channel.send('x').then(() => order.push('post'));
    await expect.poll(() => d.requests.at(-1)?.status, WAIT).toBe(429);
    await d.slash('mesh status', { user: d.user('lena') }).then(() => order.push('answer'));
    await posting;
    expect(order).toEqual(['answer', 'post']);
  });

  it('a bucket that announces itself is never overrun', async () => {
    const { d, channel, where } = await alerts();
    d.fault({ route: POST, rate: { limit: 2, perMs: 200 } });
    await channel.send('0');
    await Promise.all(['1', '2', '3', '4'].map((text) => channel.send(text)));
    expect(d.posts(where).map((post) => post.content)).toEqual(['0', '1', '2', '3', '4']);
    expect(d.requests.filter((request) => request.status === 429)).toEqual([]);
  });

  it('beyond its limit a bucket answers 429 with the time to wait', async () => {
    const { d, where } = await alerts();
    d.fault({ route: POST, rate: { limit: 0, perMs: 60_000 } });
    const answer = await fetch(`${d.api}/v10/channels/${where.id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${d.token}` },
    });
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('x-ratelimit-remaining')]).toEqual([429, '60', '0']);
  });

  it('one 401 takes the token from the client, though its gateway goes on', async () => {
    const { d, client, channel } = await alerts();
    d.fault({ route: POST, status: 401, times: 1 });
    await expect(channel.send('x')).rejects.toMatchObject({ status: 401 });
    await expect(channel.send('x')).rejects.toThrow('Expected token to be set');
    expect([client.isReady(), d.gateway.online]).toEqual([true, true]);
    client.rest.setToken(d.token);
    await channel.send('x');
  });

  it('every answer carries the headers of its bucket', async () => {
    const { d } = await alerts();
    const answer = await fetch(`${d.api}/v10/users/@me`, { headers: { authorization: `Bot ${d.token}` } });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([
      'x-ratelimit-bucket',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'x-ratelimit-reset-after',
    ]);
  });
});
