import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { startLabDiscord, type LabDiscord } from '../../lab/discord/index.ts';
import { remember, secretsIn } from '../../lab/pki/keys.ts';
import { Secret } from '../../src/core/secret.ts';
import type { DiscordSetup } from '../../src/mesh/setup.ts';
import { tryDiscord } from '../../src/bot/doctor.ts';
import { registerWithToken } from '../../src/bot/register-once.ts';

const STRANGER = '100000000000000001';

describe('src/bot/doctor.ts', () => {
  const clock = createLabClock();
  const { signal } = new AbortController();
  let discord: LabDiscord;
  beforeAll(async () => {
    discord = await startLabDiscord({ clock });
    remember(discord.token);
  });
  afterAll(() => discord.stop());

  async function attempt(
    changes: { readonly token?: string; readonly guild?: string; readonly people?: readonly string[] } = {},
  ): Promise<DiscordSetup> {
    const { token = discord.token, guild = discord.guildId, people = [] } = changes;
    const setup = await tryDiscord({ token: new Secret(token), api: discord.api, guild, people, clock, signal });
    const text = JSON.stringify(setup, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(secretsIn(text)).toEqual([]);
    return setup;
  }

  it('sees its place in the guild without changing anything', async () => {
    const before = discord.requests.length;
    const onCall = discord.role('on-call');
    onCall.mentionable = true;
    const mara = discord.user('mara', discord.role('viewer'));
    const setup = await attempt({ people: [mara.user.id, STRANGER] });
    const { world } = discord;
    expect(setup).toEqual({
      application: { ok: true, value: { id: discord.applicationId, botId: world.bot.user.id, name: world.bot.user.username, flags: 0 } },
      startsLeft: { ok: true, value: 1000 },
      guild: {
        ok: true,
        value: {
          name: world.guild.name,
          ownerId: world.guild.ownerId,
          roles: new Map([...world.roles.values()].map(({ id, permissions }) => [id, permissions])),
          mentionable: new Set([onCall.id]),
          botRoles: [...world.bot.roles],
          channels: ['mesh', 'alerts'].map((name) => ({ id: discord.channel(name).id, name, type: 0, overwrites: [] })),
        },
      },
      strangers: { ok: true, value: [STRANGER] },
      commandsKnown: { ok: true, value: false },
    });
    expect([...new Set(discord.requests.slice(before).map(({ method }) => method))]).toEqual(['GET']);
  });

  it('knows when the commands are registered', async () => {
    await registerWithToken({ token: new Secret(discord.token), api: discord.api, guild: discord.guildId, clock });
    expect((await attempt()).commandsKnown).toEqual({ ok: true, value: true });
  });

  it('sees what a channel takes from the bot', async () => {
    const channel = discord.channel('mesh');
    discord.removePermission(channel, 'EmbedLinks');
    const { guild } = await attempt();
    expect(guild?.ok === true && guild.value?.channels.find(({ id }) => id === channel.id)?.overwrites).toEqual([
      { id: discord.world.bot.user.id, allow: 0n, deny: 1n << 14n },
    ]);
  });

  it('sees that a channel is gone', async () => {
    const channel = discord.addChannel('audit');
    discord.removeChannel(channel);
    const { guild } = await attempt();
    expect(guild?.ok === true && guild.value?.channels.map(({ name }) => name)).toEqual(['mesh', 'alerts']);
  });

  it('sees that it is not in a guild', async () => {
    const { guild, strangers, commandsKnown } = await attempt({ guild: STRANGER });
    expect([guild, strangers, commandsKnown]).toEqual([{ ok: true, value: null }, undefined, undefined]);
  });

  it('says that the token is refused, and asks nothing more', async () => {
    const before = discord.requests.length;
    const old = discord.token;
    remember(discord.revokeToken());
    expect(await attempt({ token: old })).toEqual({
      application: {
        ok: false,
        failure: {
          reason: 'unauthorized',
          message: 'Discord refuses: it does not accept the token',
          next: 'Reset the token (Discord Developer Portal, your application, Bot, Reset Token) and put the new one into the file of the token.',
        },
      },
      startsLeft: undefined,
      guild: undefined,
      strangers: undefined,
      commandsKnown: undefined,
    });
    expect(discord.requests.length - before).toBe(1);
  });

  it('says that Discord fails', async () => {
    const muted = discord.mute();
    const { application } = await attempt();
    muted.end();
    expect(application).toEqual({
      ok: false,
      failure: { reason: 'serverError', message: 'Discord fails: HTTP 503', next: 'Try again later.' },
    });
  });
});
