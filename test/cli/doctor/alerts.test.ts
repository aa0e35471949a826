import { describe, expect, it } from 'vitest';
import { judgeAlerts } from '../../../src/cli/doctor/alerts.ts';
import { judgeDiscord, type BotConfig } from '../../../src/cli/doctor/discord.ts';
import type { Finding } from '../../../src/cli/doctor/result.ts';
import type { DiscordGuild } from '../../../src/mesh/setup.ts';
import { BOT, CHANNEL, CONFIG, DISCORD, FOUND_GUILD, GUILD, NEEDED, PERSON, ROLE, seen, unseen, WATCHED } from './setups.ts';

describe('what tells of alerts when the bot is away', () => {
  it.each([
    [{ guild: GUILD, channel: CHANNEL }, 'the fallback webhook is there, and posts in the channel for alerts'],
    [{ guild: GUILD, channel: PERSON }, 'the fallback webhook is there, and posts in another channel than that for alerts'],
  ])('is well: %o', (webhook, text) => {
    expect(judgeAlerts(seen(webhook), WATCHED)).toEqual([
      { check: 'alerts-webhook', state: 'ok', text },
      {
        check: 'alerts-heartbeat',
        state: 'ok',
        text: 'the heartbeat has an address of the right form; it is not asked here, as that would count as a sign of life',
      },
    ]);
  });

  it('is not configured', () => {
    expect(judgeAlerts(undefined, CONFIG)).toEqual([
      { check: 'alerts-webhook', state: 'untried', text: 'no fallback webhook is configured: alerts wait while the bot is away' },
      {
        check: 'alerts-heartbeat',
        state: 'untried',
        text: 'no heartbeat is configured: nobody hears when meshwarden itself, or its machine, is gone',
      },
    ]);
  });

  it('posts in another guild', () => {
    expect(judgeAlerts(seen({ guild: PERSON, channel: CHANNEL }), WATCHED)[0]).toEqual({
      check: 'alerts-webhook',
      state: 'warning',
      text: 'The fallback webhook posts in another guild than the bot',
      next: 'Where that is not meant, make one in the channel for alerts: its settings, Integrations, Webhooks.',
    });
  });

  it('is gone', () => {
    expect(judgeAlerts(unseen('The fallback webhook cannot be used: 404', 'Copy it anew.'), WATCHED)[0]).toEqual({
      check: 'alerts-webhook',
      state: 'failed',
      text: 'The fallback webhook cannot be used: 404',
      next: 'Copy it anew.',
    });
  });
});

describe('whom a page calls', () => {
  if (CONFIG.discord === undefined) throw new Error('the set-up has a bot');
  const config: BotConfig = { ...CONFIG.discord, escalation: { after: 1, role: ROLE } };
  const called = (guild: Partial<DiscordGuild> = {}, escalation = config.escalation): readonly Finding[] =>
    judgeDiscord({ ...DISCORD, guild: seen({ ...FOUND_GUILD, ...guild }) }, { ...config, escalation }).filter(
      ({ check }) => check === 'discord-escalation',
    );
  const well: readonly Finding[] = [{ check: 'discord-escalation', state: 'ok', text: 'the bot may call the role in #alerts' }];
  const not: readonly Finding[] = [
    {
      check: 'discord-escalation',
      state: 'failed',
      text: `The bot may not call role ${ROLE} in #alerts: a page that nobody acknowledges would call nobody`,
      next: "In Server Settings, Roles, let anyone mention the role, or give the bot's role the permission to mention all roles there.",
    },
  ];
  const MENTION = 1n << 17n;
  const channel = { id: CHANNEL, name: 'alerts', type: 0 };

  it.each<readonly [string, Partial<DiscordGuild>, readonly Finding[]]>([
    ['everybody may mention it', { mentionable: new Set([ROLE]) }, well],
    ['nobody may', {}, not],
    ['another role may be mentioned', { mentionable: new Set([PERSON]) }, not],
    [
      'the bot may mention all roles',
      {
        roles: new Map([
          [GUILD, NEEDED | MENTION],
          [ROLE, 0n],
        ]),
      },
      well,
    ],
    ['the bot may so in this channel', { channels: [{ ...channel, overwrites: [{ id: BOT, allow: MENTION, deny: 0n }] }] }, well],
    [
      'the bot may so, but not in this channel',
      {
        roles: new Map([
          [GUILD, NEEDED | MENTION],
          [ROLE, 0n],
        ]),
        channels: [{ ...channel, overwrites: [{ id: BOT, allow: 0n, deny: MENTION }] }],
      },
      not,
    ],
    [
      'the bot is administrator',
      {
        roles: new Map([
          [GUILD, 8n],
          [ROLE, 0n],
        ]),
      },
      well,
    ],
  ])('is called where %s', (_, guild, findings) => {
    expect(called(guild)).toEqual(findings);
  });

  it('is nobody that the guild knows', () => {
    expect(called({}, { after: 1, role: '100000000000000009' })).toEqual([
      {
        check: 'discord-escalation',
        state: 'failed',
        text: 'The guild has no role 100000000000000009',
        next: 'Correct alerts.escalation.role: Server Settings, Roles, Copy Role ID.',
      },
    ]);
  });

  it('is not known without the channel, and not asked where nobody is to be called', () => {
    expect(called({ channels: [] })).toEqual([
      {
        check: 'discord-escalation',
        state: 'untried',
        text: 'whether the bot may call the role not looked at: the channel for alerts is not there',
      },
    ]);
    expect(judgeDiscord(DISCORD, { ...config, escalation: undefined }).filter(({ check }) => check === 'discord-escalation')).toEqual([]);
  });
});

describe('threads of alerts', () => {
  const permissions = (bits: bigint): Finding | undefined => {
    if (CONFIG.discord === undefined) throw new Error('the set-up has a bot');
    const guild = seen({ ...FOUND_GUILD, roles: new Map([[GUILD, bits]]) });
    return judgeDiscord({ ...DISCORD, guild }, CONFIG.discord).find(({ check }) => check === 'discord-permissions');
  };

  it('need no Manage Threads, which is worth a hint', () => {
    const text = 'all permissions in #alerts';
    expect([permissions(NEEDED), permissions(NEEDED | (1n << 34n))]).toEqual([
      {
        check: 'discord-permissions',
        state: 'ok',
        text,
        next: 'Nothing, as a rule. With Manage Threads beside these the bot also goes on in the thread of an alert that somebody locked.',
      },
      { check: 'discord-permissions', state: 'ok', text },
    ]);
  });
});
