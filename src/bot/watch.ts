import { Events, Routes, Status, type Client } from 'discord.js';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Secret } from '../core/secret.ts';
import { discordError } from './discord-error.ts';

/** How often the connection is looked at, and after how many looks without a sign of life it counts as dead: 90 seconds. */
const LOOK_EVERY_MS = 10_000;
const SILENT_LOOKS = 9;
/** discord.js forgets the token a moment after the answer that told it to. */
const TOKEN_GONE_MS = 100;
/** A connection that fails is tried again twice a second: the first failure is told, then one in so many. */
const TOLD_EVERY = 120;

export interface WatchOptions {
  readonly client: Client;
  readonly token: Secret;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface Watch {
  /** Resolves with why the bot has to end: what discord.js does not come back from by itself. */
  readonly ended: Promise<OperatorError>;
  /** Discord answered 401 to a call. One may be a slip of Discord's; if it says so again the token is not good any more. */
  suspectToken(): void;
}

/** Follows the connection: passing troubles are logged, lasting ones end the bot. */
export function watchConnection(options: WatchOptions): Watch {
  const { client, signal } = options;
  const log = options.log.child({ component: 'discord' });
  const { promise: ended, resolve: end } = Promise.withResolvers<OperatorError>();
  logEvents(client, log);
  client.on(Events.ShardDisconnect, ({ code }) => end(closedError(code)));
  client.once(Events.ClientReady, () => watchHeartbeats(options, end));
  let checking = false;

  async function checkToken(): Promise<void> {
    try {
      await options.clock.sleep(TOKEN_GONE_MS, signal);
      client.rest.setToken(options.token.reveal());
      await client.rest.get(Routes.user());
      log.warn({}, 'Discord refused the token once and takes it again');
    } catch (error) {
      const failure = discordError(error);
      if (failure.reason === 'unauthorized') end(tokenError());
      else if (!signal.aborted) log.info({ reason: failure.reason, why: failure.message }, 'the token could not be tried');
    } finally {
      checking = false;
    }
  }

  return {
    ended,
    suspectToken() {
      if (checking || signal.aborted || !client.isReady()) return;
      checking = true;
      void checkToken();
    },
  };
}

function logEvents(client: Client, log: Logger): void {
  let failures = 0;
  client.on(Events.Error, (error) => log.warn({ why: error.message }, 'discord.js reported an error'));
  client.on(Events.Warn, (why) => log.warn({ why }, 'discord.js warned'));
  client.on(Events.ShardError, (error) => log.debug({ why: error.message }, 'the connection to Discord failed; trying again'));
  client.on(Events.ShardReconnecting, () => {
    if (failures % TOLD_EVERY === 0) log.info({ failures }, 'reconnecting to Discord');
    failures += 1;
  });
  client.on(Events.ShardResume, (_shard, replayed) => {
    failures = 0;
    log.info({ replayed }, 'back on Discord');
  });
  client.on(Events.ShardReady, () => {
    failures = 0;
  });
  client.on(Events.GuildUnavailable, (guild) => log.warn({ guild: guild.id }, 'Discord says that the server is unavailable'));
  client.rest.on('rateLimited', ({ route, timeToReset }) => log.info({ route, waitMs: timeToReset }, 'Discord asked to go slower'));
}

/** Counts looks instead of time: a clock that jumps, or a machine that slept, is no silence of Discord's. */
function watchHeartbeats({ client, clock, signal }: WatchOptions, end: (why: OperatorError) => void): void {
  let silent = 0;
  let last = -1;
  const look = (): void => {
    if (signal.aborted) return;
    const shard = client.ws.shards.first();
    const acked = shard?.lastPingTimestamp ?? -1;
    silent = shard?.status === Status.Ready && acked !== last ? 0 : silent + 1;
    last = acked;
    if (silent >= SILENT_LOOKS) end(silentError());
    else clock.after(LOOK_EVERY_MS, look);
  };
  clock.after(LOOK_EVERY_MS, look);
}

function silentError(): OperatorError {
  return new OperatorError({
    reason: 'timeout',
    what: 'Discord is silent',
    why: `no heartbeat was answered for ${(LOOK_EVERY_MS * SILENT_LOOKS) / 1_000} s`,
  });
}

const NEW_TOKEN = 'Make a new token in the Discord developer portal and put it where the configuration names it.';

/** Discord does not know the token, or not any more. */
export function tokenError(): OperatorError {
  return new OperatorError({ reason: 'unauthorized', what: 'Discord refuses the token', next: NEW_TOKEN });
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const CLOSE_CODES: Readonly<Record<number, string>> = {
  4010: 'the shard is invalid',
  4011: 'sharding is required',
  4012: 'the version of its API is not served any more',
  4013: 'the intents are invalid',
  4014: 'the intents are not allowed',
};

function closedError(code: number): OperatorError {
  if (code === 4004) return tokenError();
  const why = CLOSE_CODES[code] ?? `close code ${code}`;
  return new OperatorError({ reason: 'protocol', what: 'Discord closed the connection for good', why, next: 'Run `meshwarden doctor`.' });
}
