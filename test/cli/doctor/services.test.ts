import { describe, expect, it } from 'vitest';
import { judgeConfig, faultyConfig } from '../../../src/cli/doctor/config.ts';
import { judgeDiscord } from '../../../src/cli/doctor/discord.ts';
import { judgeRedis } from '../../../src/cli/doctor/redis.ts';
import type { Finding } from '../../../src/cli/doctor/result.ts';
import type { Config, DiscordConfig } from '../../../src/config/config.ts';
import type { DiscordGuild, DiscordSetup, PermissionOverwrite, RedisServerFacts } from '../../../src/mesh/setup.ts';
import { BOT, CHANNEL, CONFIG, DISCORD, FOUND_GUILD, GUILD, NEEDED, PERSON, ROLE, seen, SERVER, unseen } from './setups.ts';

type Row = readonly [string, string, string];

function rows(findings: readonly Finding[]): readonly Row[] {
  return findings.map(({ check, state, text }) => [check, state, text]);
}

function problems(findings: readonly Finding[]): readonly Row[] {
  return rows(findings.filter(({ state }) => state !== 'ok'));
}

const BOT_CONFIG = CONFIG.discord as DiscordConfig;

describe('the configuration', () => {
  it('that is well', () => {
    expect(
      rows(
        judgeConfig(CONFIG, [
          { path: '/kube/a', mode: 0o600 },
          { path: '/kube/b', mode: undefined },
        ]),
      ),
    ).toEqual([
      ['config-loads', 'ok', '/etc/meshwarden/meshwarden.yaml · 2 clusters'],
      ['config-people', 'ok', 'viewers and admins are named'],
      ['config-schedules', 'ok', 'every schedule is on'],
      ['config-file-modes', 'ok', 'files with secrets are closed to others'],
    ]);
  });

  it.each([
    [{ viewer: { roles: [], users: [] }, admins: [] }, ['Nobody may use the bot: it has no viewer, operator or admin']],
    [{ viewer: { roles: [], users: [] } }, ['Nobody but admins may look: there is no viewer']],
    [{ admins: [] }, ['Nobody is admin']],
  ] satisfies readonly [Partial<DiscordConfig>, readonly string[]][])('that names nobody: %o', (changes, texts) => {
    const config: Config = { ...CONFIG, discord: { ...BOT_CONFIG, ...changes } };
    expect(problems(judgeConfig(config, []))).toEqual(texts.map((text) => ['config-people', 'warning', text]));
  });

  it('with a schedule that is off', () => {
    const config: Config = { ...CONFIG, schedules: { ...CONFIG.schedules, 'observe-mesh': 'off' } };
    expect(problems(judgeConfig(config, []))).toEqual([['config-schedules', 'warning', 'Turned off: observe-mesh']]);
  });

  it('with files that others can read prints how to close them', () => {
    const files = [
      { path: '/kube/a', mode: 0o644 },
      { path: '/token', mode: 0o600 },
    ];
    expect(judgeConfig(CONFIG, files).filter(({ state }) => state !== 'ok')).toEqual([
      {
        check: 'config-file-modes',
        state: 'warning',
        text: 'Other users of this machine can read a file with secrets',
        next: 'Close them:',
        paste: ['chmod 600 /kube/a'],
      },
    ]);
  });

  it('with faults tells all of them', () => {
    expect(faultyConfig('2 faults in x.yaml\n  1:2 a: expected b\n  3:4 c: expected d', undefined)).toEqual({
      check: 'config-loads',
      state: 'failed',
      text: '2 faults in x.yaml',
      paste: ['1:2 a: expected b', '3:4 c: expected d'],
    });
  });
});

describe('Redis', () => {
  const told = (changes: Partial<RedisServerFacts>): readonly Row[] => problems(judgeRedis(seen([{ ...SERVER, ...changes }])));

  it('that is well', () => {
    expect(rows(judgeRedis(seen([SERVER])))).toEqual([
      ['redis-reachable', 'ok', 'redis:6379 answers in 2 ms'],
      ['redis-version', 'ok', 'version 7.0.15'],
      ['redis-eviction', 'ok', 'keeps everything (noeviction)'],
      ['redis-persistence', 'ok', 'writes to disk (appendonly)'],
      ['redis-role', 'ok', 'takes writes (master)'],
      ['redis-clock', 'ok', 'its clock and ours agree'],
    ]);
  });

  it.each([
    [
      { evictionPolicy: 'allkeys-lru' },
      ['redis-eviction', 'failed', 'It throws data away when its memory is full (maxmemory-policy allkeys-lru): jobs can be lost'],
    ],
    [{ appendOnly: false }, ['redis-persistence', 'warning', 'It keeps nothing on disk']],
    [
      { appendOnly: false, saves: undefined },
      ['redis-persistence', 'untried', 'persistence not looked at: it does not let us ask for its settings'],
    ],
    [{ role: 'slave' }, ['redis-role', 'failed', 'It is a replica, which takes no writes']],
    [{ version: '6.0.16' }, ['redis-version', 'failed', 'Version 6.0.16 is too old']],
    [{ version: '' }, ['redis-version', 'untried', 'version not compared: it tells none']],
    [
      { memoryLimit: 1_000, memoryUsed: 800 },
      ['redis-memory', 'warning', '80 % of its memory is used; when it is full, no job can be added'],
    ],
    [{ clockAheadMs: 100_000 }, ['redis-clock', 'failed', 'Its clock is 1 min 40 s ahead of ours']],
  ] satisfies readonly [Partial<RedisServerFacts>, Row][])('that is not: %o', (changes, row) => {
    expect(told(changes)).toEqual([row]);
  });

  it.each([[{ appendOnly: false, saves: '3600 1' }], [{ version: '6.2.0' }], [{ memoryLimit: 1_000, memoryUsed: 799 }]])(
    'that is well enough: %o',
    (changes) => {
      expect(told(changes)).toEqual([]);
    },
  );

  it('that does not let us in', () => {
    expect(rows(judgeRedis(unseen('Redis cannot be used: it asks for a password')))).toEqual([
      ['redis-reachable', 'failed', 'Redis cannot be used: it asks for a password'],
      ['redis-eviction', 'untried', 'nothing else tried: Redis does not let us in'],
    ]);
    expect(rows(judgeRedis(seen([])))).toEqual([['redis-reachable', 'failed', 'The Redis Cluster has no master']]);
  });
});

describe('Discord', () => {
  const told = (changes: Partial<DiscordSetup>, config = BOT_CONFIG): readonly Row[] =>
    problems(judgeDiscord({ ...DISCORD, ...changes }, config));
  const inGuild = (changes: Partial<DiscordGuild>): readonly Row[] => told({ guild: seen({ ...FOUND_GUILD, ...changes }) });
  const overwritten = (...overwrites: readonly PermissionOverwrite[]): readonly Row[] =>
    inGuild({ botRoles: [ROLE], channels: [{ id: CHANNEL, name: 'alerts', type: 0, overwrites }] });

  it('that is well', () => {
    expect(rows(judgeDiscord(DISCORD, BOT_CONFIG))).toEqual([
      ['discord-token', 'ok', 'the token is good: meshwarden, application 42'],
      ['discord-intents', 'ok', 'no privileged intents, and none is needed'],
      ['discord-guild', 'ok', 'the bot is a member of Home'],
      ['discord-channels', 'ok', 'alerts go to #alerts'],
      ['discord-permissions', 'ok', 'all permissions in #alerts'],
      ['discord-roles', 'ok', 'the roles of viewers and operators are there'],
      ['discord-people', 'ok', 'everybody who is named is a member'],
      ['discord-commands', 'ok', 'the commands are registered'],
      ['discord-starts', 'ok', '990 starts left today'],
    ]);
  });

  it('that refuses the token is not tried further', () => {
    const nothing = { startsLeft: undefined, guild: undefined, strangers: undefined, commandsKnown: undefined };
    expect(told({ application: unseen('Discord refuses: it does not accept the token'), ...nothing })).toEqual([
      ['discord-token', 'failed', 'Discord refuses: it does not accept the token'],
      ['discord-guild', 'untried', 'nothing else tried: Discord does not know us'],
    ]);
  });

  it('whose guild the bot is not in gets the address of the invitation', () => {
    const guild = judgeDiscord({ ...DISCORD, guild: seen(null) }, BOT_CONFIG).find(({ state }) => state === 'failed');
    expect(guild).toEqual({
      check: 'discord-guild',
      state: 'failed',
      text: `The bot is no member of guild ${GUILD}`,
      next: 'Correct discord.guild, or invite the bot:',
      paste: ['https://discord.com/oauth2/authorize?client_id=42&scope=bot%20applications.commands&permissions=309237763072'],
    });
  });

  it('whose guild cannot be seen', () => {
    expect(told({ guild: unseen('Discord fails: HTTP 503') })).toEqual([
      ['discord-guild', 'untried', `guild ${GUILD} not looked at: Discord fails: HTTP 503`],
    ]);
  });

  it('whose channel is missing, or is a voice channel', () => {
    expect(inGuild({ channels: [] })).toEqual([['discord-channels', 'failed', `The guild has no channel ${CHANNEL} for alerts`]]);
    expect(inGuild({ channels: [{ id: CHANNEL, name: 'talk', type: 2, overwrites: [] }] })).toEqual([
      ['discord-channels', 'failed', '#talk is no text channel'],
    ]);
  });

  it.each([
    ['everyone is denied', [{ id: GUILD, allow: 0n, deny: 1n << 14n }], ['Missing in #alerts: Embed Links']],
    [
      'a role gives back what everyone is denied',
      [
        { id: GUILD, allow: 0n, deny: 1n << 14n },
        { id: ROLE, allow: 1n << 14n, deny: 0n },
      ],
      [],
    ],
    [
      'the bot itself is denied',
      [
        { id: ROLE, allow: NEEDED, deny: 0n },
        { id: BOT, allow: 0n, deny: (1n << 35n) | (1n << 38n) },
      ],
      ['Missing in #alerts: Create Public Threads, Send Messages in Threads'],
    ],
    ['the channel cannot be seen', [{ id: BOT, allow: 0n, deny: 1n << 10n }], ['Missing in #alerts: View Channel']],
    ['another role is denied', [{ id: PERSON, allow: 0n, deny: NEEDED }], []],
  ])('where %s', (_, overwrites, texts) => {
    expect(overwritten(...overwrites)).toEqual(texts.map((text) => ['discord-permissions', 'failed', text]));
  });

  it('where the bot is administrator', () => {
    expect(
      inGuild({
        roles: new Map([
          [GUILD, 0n],
          [ROLE, 8n],
        ]),
        botRoles: [ROLE],
      }),
    ).toEqual([['discord-permissions', 'warning', 'The bot is administrator of the guild, which is more than it needs']]);
  });

  it.each([
    [
      { application: seen({ id: '42', botId: BOT, name: 'm', flags: 1 << 19 }) },
      ['discord-intents', 'warning', 'The application has privileged intents, which meshwarden does not use'],
    ],
    [{ startsLeft: seen(99) }, ['discord-starts', 'warning', 'Only 99 starts left today: something starts the bot again and again']],
    [{ startsLeft: unseen('503') }, ['discord-starts', 'untried', 'starts left today not looked at: 503']],
    [{ strangers: seen([PERSON]) }, ['discord-people', 'warning', `Not in the guild: ${PERSON}`]],
    [{ strangers: unseen('503') }, ['discord-people', 'warning', 'Whether the named people are members is not known: 503']],
    [{ commandsKnown: unseen('503') }, ['discord-commands', 'untried', 'commands not looked at: 503']],
  ] satisfies readonly [Partial<DiscordSetup>, Row][])('that is not quite well: %o', (changes, row) => {
    expect(told(changes)).toEqual([row]);
  });

  it('that does not know a role', () => {
    expect(told({}, { ...BOT_CONFIG, operator: { roles: ['100000000000000009'], users: [] } })).toEqual([
      ['discord-roles', 'failed', 'The guild has no role 100000000000000009'],
    ]);
  });

  it('that does not know the commands yet', () => {
    expect(
      rows(judgeDiscord({ ...DISCORD, commandsKnown: seen(false) }, BOT_CONFIG)).find(([check]) => check === 'discord-commands'),
    ).toEqual(['discord-commands', 'ok', 'the commands are not registered yet, or not as they are now: the bot does so when it starts']);
  });
});
