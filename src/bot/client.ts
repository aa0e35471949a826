import { Client, GatewayIntentBits, Options } from 'discord.js';

export interface ClientOptions {
  /** Base address of Discord's API, without a version. */
  readonly api: string;
}

/** How many users and members are kept in memory. */
const KEPT_PEOPLE = 200;

/** discord.js as an operations bot needs it: guild events only, small caches, no mention by accident, no second copy of a message. */
export function createClient({ api }: ClientOptions): Client {
  return new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api, timeout: 5_000, handlerSweepInterval: 60_000, invalidRequestWarningInterval: 100 },
    enforceNonce: true,
    allowedMentions: { parse: [] },
    waitGuildTimeout: 2_000,
    failIfNotExists: false,
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 50,
      UserManager: { maxSize: KEPT_PEOPLE, keepOverLimit: (user) => user.id === user.client.user.id },
      GuildMemberManager: { maxSize: KEPT_PEOPLE, keepOverLimit: (member) => member.id === member.client.user.id },
      PresenceManager: 0,
      ReactionManager: 0,
      VoiceStateManager: 0,
    }),
  });
}
