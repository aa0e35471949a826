import {
  Client,
  DefaultRestOptions,
  GatewayIntentBits,
  Options,
  SimpleShardingStrategy,
  type RESTOptions,
  type WebSocketOptions,
} from 'discord.js';

export interface ClientOptions {
  /** Base address of Discord's API, without a version. */
  readonly api: string;
  /** Told when Discord answered 401 to a call that carried the bot's token. discord.js forgets the token then. */
  readonly onUnauthorized: () => void;
}

export interface DiscordClient {
  readonly client: Client;
  /**
   * From now on it opens no connection any more. discord.js goes on connecting after a login that failed, and after it was destroyed while it
   * reconnected; such a leftover would answer beside the bot that follows it.
   */
  seal(): void;
}

/** How many users and members are kept in memory. */
const KEPT_PEOPLE = 200;
/** A call that Discord wants to have later than this fails instead of waiting: whoever made it decides. 30046 asks for a minute. */
const LONGEST_WAIT_MS = 5_000;
/** Calls whose path holds a token of their own. */
const OTHER_TOKEN = /\/(?:webhooks|interactions)\//;

/** discord.js as an operations bot needs it: guild events only, small caches, no mention by accident, no second copy of a message. */
export function createClient({ api, onUnauthorized }: ClientOptions): DiscordClient {
  let sealed = false;
  const makeRequest: RESTOptions['makeRequest'] = async (url, init) => {
    const response = await DefaultRestOptions.makeRequest(url, init);
    if (response.status === 401 && !OTHER_TOKEN.test(url)) onUnauthorized();
    return response;
  };
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: {
      api,
      makeRequest,
      timeout: 5_000,
      handlerSweepInterval: 60_000,
      invalidRequestWarningInterval: 100,
      // After a 429 the first is the bucket's own time, which says nothing of a limit like 30046.
      rejectOnRateLimit: ({ timeToReset, retryAfter }) => Math.max(timeToReset, retryAfter) > LONGEST_WAIT_MS,
    },
    ws: { buildStrategy: (manager) => gated(manager, () => sealed) },
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
  const seal = (): void => {
    sealed = true;
  };
  return { client, seal };
}

/** A shard asks for its session before it connects: once sealed it waits for that for ever. */
function gated(manager: Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0], isSealed: () => boolean): SimpleShardingStrategy {
  const { options } = manager;
  const retrieve = options.retrieveSessionInfo.bind(options);
  options.retrieveSessionInfo = (shard) => (isSealed() ? new Promise(() => undefined) : retrieve(shard));
  return new SimpleShardingStrategy(manager);
}
