import { once } from 'node:events';
import { GatewayIntentBits, PresenceUpdateStatus, type Client } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { answering, bot, lab, meshCommand, newClient, WAIT } from './bot.ts';

async function online(options: Parameters<typeof lab>[0] = {}) {
  const d = await lab(options);
  const client = await bot(d);
  await client.application.commands.set([meshCommand], d.guildId);
  answering(client, async (i) => i.isChatInputCommand() && i.reply('here'));
  const lena = d.user('lena');
  const says = async (): Promise<string> => (await d.slash('mesh status', { user: lena })).text;
  return { d, client, says };
}

/** What the bot said since, without heartbeats. */
function said(d: Awaited<ReturnType<typeof lab>>): string[] {
  return d.gatewayLog.filter((entry) => entry.from === 'bot' && entry.what !== 'HEARTBEAT').map((entry) => entry.what);
}

async function shard(client: Client, event: string): Promise<void> {
  await once(client as never, event);
}

describe('lab/discord: the gateway, and what discord.js makes of its faults', () => {
  it('says who and where the bot is, and shows its presence', async () => {
    const { d, client } = await online();
    expect([client.user.id, [...client.guilds.cache.keys()], client.channels.cache.map((one) => one.id)]).toEqual([
      d.applicationId,
      [d.guildId],
      [d.channel('mesh').id, d.channel('alerts').id],
    ]);
    client.user.setPresence({ status: PresenceUpdateStatus.Idle, activities: [{ name: '2 alerts' }] });
    await d.waitFor(() => d.gateway.presence.status === 'idle');
    expect(d.gateway.presence).toEqual({ status: 'idle', activity: '2 alerts' });
  });

  it.for([1006, 4000, 4009])('after a close with %i the session is resumed, and what was sent meanwhile is answered', async (code) => {
    const { d, client, says } = await online();
    const resumed = shard(client, 'shardResume');
    d.gateway.close(code);
    const meanwhile = says();
    await resumed;
    expect(await meanwhile).toBe('here');
    expect(said(d).filter((what) => !what.startsWith('closed'))).toEqual(['IDENTIFY', 'RESUME']);
  });

  it('a wish to reconnect (op 7) is followed by a resume', async () => {
    const { d, client, says } = await online();
    const resumed = shard(client, 'shardResume');
    d.gateway.reconnect();
    await resumed;
    expect([said(d), await says()]).toEqual([['IDENTIFY', 'closed 4200', 'RESUME'], 'here']);
  });

  it.for([
    [true, ['IDENTIFY', 'RESUME']],
    [false, ['IDENTIFY', 'closed 1000', 'IDENTIFY']],
  ] as const)('an invalid session (op 9, resumable %s) ends in the right call', async ([resumable, calls]) => {
    const { d, client, says } = await online();
    const back = Promise.race([shard(client, 'shardResume'), shard(client, 'shardReady')]);
    d.gateway.invalidate(resumable);
    await back;
    expect([said(d).filter((what) => !resumable || !what.startsWith('closed')), await says()]).toEqual([calls, 'here']);
  });

  it('a refused resume is followed by a new session', async () => {
    const { d, client, says } = await online();
    d.gateway.faults.resumes = false;
    const back = shard(client, 'shardReady');
    d.gateway.close(4000);
    await back;
    expect([said(d).filter((what) => !what.startsWith('closed')), await says()]).toEqual([['IDENTIFY', 'RESUME', 'IDENTIFY'], 'here']);
  });

  it('unanswered heartbeats are noticed and the session is resumed', async () => {
    const { d, client, says } = await online({ heartbeatMs: 100 });
    const resumed = shard(client, 'shardResume');
    d.gateway.stopAcks();
    await expect.poll(() => said(d), WAIT).toContain('closed 4200');
    d.gateway.heal();
    await resumed;
    expect(await says()).toBe('here');
  });

  it('a gateway that answers 503 is tried until it lets the bot in', async () => {
    const { d, client, says } = await online();
    d.gateway.refuse('503');
    const failed = shard(client, 'shardError');
    const resumed = shard(client, 'shardResume');
    d.gateway.close(4000);
    await failed;
    d.gateway.refuse(undefined);
    await resumed;
    expect(await says()).toBe('here');
  });

  it('a frozen connection leaves the person without an answer', async () => {
    const { d, says } = await online({ ackMs: 50 });
    d.gateway.freeze();
    await expect(says()).rejects.toThrow('The application did not respond');
    d.gateway.heal();
  });

  it('a wrong token and a privileged intent are refused at login', async () => {
    const d = await lab();
    await expect(newClient(d).login('wrong.token.x')).rejects.toThrow('An invalid token was provided');
    const privileged = newClient(d, { intents: [GatewayIntentBits.Guilds, GatewayIntentBits.MessageContent] });
    await expect(privileged.login(d.token)).rejects.toThrow('Used disallowed intents');
  });

  it('a token that is revoked ends the connection for good, though the client calls itself ready', async () => {
    const { d, client } = await online();
    const fatal = once(client as never, 'shardDisconnect');
    d.revokeToken();
    const [event] = (await fatal) as [{ readonly code: number }];
    expect([event.code, client.isReady(), d.gateway.online]).toEqual([4004, true, false]);
    await expect(client.rest.get('/users/@me')).rejects.toMatchObject({ status: 401 });
  });

  it('counts the sessions that are left for today', async () => {
    const { d, client } = await online();
    expect(await client.rest.get('/gateway/bot')).toMatchObject({ session_start_limit: { total: 1000, remaining: 999 } });
    d.gateway.startsLeft = 0;
    await expect(newClient(d).login(d.token)).rejects.toThrow('Not enough sessions remaining');
  });

  it('a guild that is gone for a while comes back', async () => {
    const { d, client, says } = await online();
    const gone = once(client as never, 'guildUnavailable');
    const comesBack = d.guildOutage();
    await gone;
    const back = once(client as never, 'guildAvailable');
    comesBack();
    await back;
    expect(await says()).toBe('here');
  });

  it.for([
    ['a frame that is not JSON', '{', 4002],
    ['a call before IDENTIFY', { op: 3, d: {} }, 4003],
    ['a call of no known kind before IDENTIFY', { op: 42 }, 4003],
    ['a wrong token', { op: 2, d: { token: 'wrong', intents: 1 } }, 4004],
    ['an intent that does not exist', { op: 2, d: { token: 'good', intents: 1 << 30 } }, 4013],
    ['a privileged intent', { op: 2, d: { token: 'good', intents: 2 } }, 4014],
    ['a RESUME with a wrong token', { op: 6, d: { token: 'wrong', session_id: 'x', seq: 1 } }, 4004],
  ] as const)('closes for %s', async ([, frame, code]) => {
    const d = await lab();
    const { socket, said } = await raw(d);
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame).replace('"good"', JSON.stringify(d.token));
    socket.send(text);
    await expect.poll(() => said.at(-1), WAIT).toBe(`close ${code}`);
    d.takeProblems();
  });

  it('closes for a second IDENTIFY, an unknown call and a RESUME from the future', async () => {
    const d = await lab();
    const identify = JSON.stringify({ op: 2, d: { token: d.token, intents: 1 } });
    for (const [call, code] of [
      [identify, 4005],
      [JSON.stringify({ op: 42 }), 4001],
    ] as const) {
      const { socket, said } = await raw(d);
      socket.send(identify);
      await expect.poll(() => said, WAIT).toContain('GUILD_CREATE');
      socket.send(call);
      await expect.poll(() => said.at(-1), WAIT).toBe(`close ${code}`);
    }
    const { socket, said, ready } = await raw(d);
    socket.send(identify);
    await expect.poll(() => said, WAIT).toContain('GUILD_CREATE');
    d.gateway.close(4000);
    const next = await raw(d, '/gateway/resume');
    next.socket.send(JSON.stringify({ op: 6, d: { token: d.token, session_id: ready()?.session_id, seq: 99 } }));
    await expect.poll(() => next.said.at(-1), WAIT).toBe('close 4007');
  });

  it('gives no READY when it is withheld, and an invalid session to every IDENTIFY when that is wanted', async () => {
    const d = await lab();
    const identify = JSON.stringify({ op: 2, d: { token: d.token, intents: 1 } });
    d.gateway.withholdReady();
    const waiting = await raw(d);
    waiting.socket.send(identify);
    waiting.socket.send(JSON.stringify({ op: 1, d: null }));
    await expect.poll(() => waiting.said, WAIT).toEqual(['op 10', 'op 11']);
    d.gateway.heal();
    d.gateway.faults.invalidateIdentify = true;
    const invalid = await raw(d);
    invalid.socket.send(identify);
    await expect.poll(() => invalid.said, WAIT).toEqual(['op 10', 'op 9']);
  });

  it('keeps its HELLO to itself when that is wanted', async () => {
    const d = await lab();
    d.gateway.faults.hello = false;
    const socket = new WebSocket(`${d.url.replace('http', 'ws')}/gateway`);
    await once(socket as never, 'open');
    d.gateway.close(4000);
    await once(socket as never, 'close');
    await expect
      .poll(() => d.gatewayLog, WAIT)
      .toEqual([
        { from: 'discord', what: 'close 4000' },
        { from: 'bot', what: 'closed 4000' },
      ]);
  });

  it('resets new connections when that is wanted', async () => {
    const d = await lab();
    d.gateway.refuse('reset');
    const socket = new WebSocket(`${d.url.replace('http', 'ws')}/gateway`);
    const [event] = (await once(socket as never, 'close')) as [{ readonly code: number }];
    expect(event.code).toBe(1006);
  });

  it('reports a RESUME at the address for IDENTIFY', async () => {
    const d = await lab();
    const { socket } = await raw(d);
    socket.send(JSON.stringify({ op: 6, d: { token: d.token, session_id: 'x', seq: 1 } }));
    await expect.poll(() => d.problems(), WAIT).toEqual(['RESUME came to /gateway; it belongs to /gateway/resume']);
    d.takeProblems();
  });
});

/** A connection without a library: what it was told, as event names and operations. */
async function raw(d: Awaited<ReturnType<typeof lab>>, path = '/gateway') {
  const socket = new WebSocket(`${d.url.replace('http', 'ws')}${path}`);
  const said: string[] = [];
  let ready: { readonly session_id: string } | undefined;
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(String(data)) as { op: number; t: string | null; d: { session_id: string } };
    said.push(frame.t ?? `op ${frame.op}`);
    if (frame.t === 'READY') ready = frame.d;
  });
  socket.addEventListener('close', ({ code }) => said.push(`close ${code}`));
  await expect.poll(() => said, WAIT).toEqual(['op 10']);
  return { socket, said, ready: () => ready };
}
