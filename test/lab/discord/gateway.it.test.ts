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

  it('a frame that is not JSON closes the connection with 4002', async () => {
    const d = await lab();
    const socket = new WebSocket(`${d.url.replace('http', 'ws')}/gateway`);
    await once(socket as never, 'open');
    socket.send('{');
    const [event] = (await once(socket as never, 'close')) as [{ readonly code: number }];
    expect(event.code).toBe(4002);
  });

  it('reports a RESUME at the address for IDENTIFY', async () => {
    const d = await lab();
    const socket = new WebSocket(`${d.url.replace('http', 'ws')}/gateway`);
    await once(socket as never, 'open');
    socket.send(JSON.stringify({ op: 6, d: { token: d.token, session_id: 'x', seq: 1 } }));
    await expect.poll(() => d.takeProblems(), WAIT).toEqual(['RESUME came to /gateway; it belongs to /gateway/resume']);
  });
});
