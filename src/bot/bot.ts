import { Events, type Client } from 'discord.js';
import { withDeadline } from '../core/abort.ts';
import { OperatorError, toFailure } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { finishAnswer, isAnswerKind } from './answers.ts';
import { createClient } from './client.ts';
import { COMMANDS } from './commands/index.ts';
import { BUTTONS } from './components/index.ts';
import type { BotContext } from './context.ts';
import { dispatch } from './dispatch.ts';
import { discordError, liveMessage } from './live-message.ts';
import { startNotifier, type Notifier } from './notifier.ts';
import { registerCommands } from './register.ts';

const LOGIN_DEADLINE_MS = 30_000;
const DESTROY_DEADLINE_MS = 2_000;

export interface BotOptions {
  readonly token: Secret;
  readonly api: string;
  readonly context: BotContext;
}

export interface Bot {
  /** Resolves when Discord closed the session for good, with why. */
  readonly ended: Promise<OperatorError>;
  stop(): Promise<void>;
}

/**
 * Logs in, registers the commands, finishes what an earlier run had promised, and answers from then on.
 * @throws OperatorError when Discord refuses the token or cannot be reached; nothing is left running then.
 */
export async function startBot({ token, api, context }: BotOptions): Promise<Bot> {
  const client = createClient({ api });
  const stopping = new AbortController();
  const log = context.log.child({ component: 'bot' });
  const ended = watchConnection(client, context);
  const asking = { client, context, signal: stopping.signal, commands: COMMANDS, buttons: BUTTONS };
  client.on(Events.InteractionCreate, (interaction) => {
    // discord.js may come back by itself from a login that failed or a client that was destroyed: that one must not answer.
    if (!stopping.signal.aborted) void dispatch(interaction, asking);
  });
  let notifier: Notifier | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await notifier?.stop();
    await destroy(client, context);
  };
  try {
    const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
    const login = async (): Promise<void> => {
      await client.login(token.reveal());
      await ready;
    };
    await withDeadline(context.clock, LOGIN_DEADLINE_MS, 'Cannot log in to Discord', login);
    await registerCommands(client.rest, client.application?.id ?? '', context.access.guild);
  } catch (error) {
    await stop();
    throw loginError(error);
  }
  notifier = startNotifier(client, context, stopping.signal);
  void takeUpReplies(client, context, stopping.signal);
  log.info({ user: client.user?.tag, guild: context.access.guild }, 'the bot is ready');
  return { ended, stop };
}

/** Messages of an earlier run that still wait for their job: each is edited when its job ends. */
async function takeUpReplies(client: Client, context: BotContext, signal: AbortSignal): Promise<void> {
  try {
    for (const { jobId, kind, channel, message } of await context.replies.all()) {
      if (!isAnswerKind(kind)) continue;
      const live = liveMessage({ client, clock: context.clock, channel, message, signal });
      finishAnswer(live, jobId, { kind, client, context, signal }).catch((error: unknown) => forget(jobId, error, context));
    }
  } catch (error) {
    context.log.warn({ component: 'bot', why: toFailure(error).message }, 'could not see which messages wait for a job');
  }
}

async function forget(jobId: string, error: unknown, { log, replies }: BotContext): Promise<void> {
  const { reason, message } = toFailure(error);
  if (reason === 'cancelled') return;
  log.warn({ component: 'bot', jobId, reason, why: message }, 'an earlier message could not be finished');
  await replies.remove(jobId).catch((second: unknown) => log.debug({ component: 'bot', err: second }, 'it stays listed'));
}

/** Follows the connection: passing troubles are logged, a close that discord.js does not come back from ends the bot. */
function watchConnection(client: Client, { log }: BotContext): Promise<OperatorError> {
  const own = log.child({ component: 'discord' });
  client.on(Events.Error, (error) => own.warn({ why: error.message }, 'discord.js reported an error'));
  client.on(Events.Warn, (why) => own.warn({ why }, 'discord.js warned'));
  client.on(Events.ShardError, (error) => own.debug({ why: error.message }, 'the connection to Discord failed; trying again'));
  client.on(Events.ShardReconnecting, () => own.info({}, 'reconnecting to Discord'));
  client.on(Events.ShardResume, (_shard, replayed) => own.info({ replayed }, 'back on Discord'));
  client.on(Events.GuildUnavailable, (guild) => own.warn({ guild: guild.id }, 'Discord says that the server is unavailable'));
  client.rest.on('rateLimited', ({ route, timeToReset }) => own.info({ route, waitMs: timeToReset }, 'Discord asked to go slower'));
  return new Promise((resolve) => {
    client.on(Events.ShardDisconnect, ({ code }) => resolve(closedError(code)));
  });
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const CLOSE_CODES: Readonly<Record<number, string>> = {
  4004: 'it does not accept the token any more',
  4010: 'the shard is invalid',
  4011: 'sharding is required',
  4013: 'the intents are invalid',
  4014: 'the intents are not allowed',
};

function closedError(code: number): OperatorError {
  return new OperatorError({
    reason: code === 4004 ? 'unauthorized' : 'protocol',
    what: 'Discord closed the connection for good',
    why: CLOSE_CODES[code] ?? `close code ${code}`,
    next:
      code === 4004
        ? 'Make a new token in the Discord developer portal and put it where the configuration names it.'
        : 'Run `meshwarden doctor`.',
  });
}

function loginError(error: unknown): OperatorError {
  const why = error instanceof Error ? error.message : String(error);
  if (!/invalid token|Authentication failed|401/i.test(why)) return discordError(error);
  return new OperatorError({
    reason: 'unauthorized',
    what: 'Discord refuses the token',
    next: 'Make a new token in the Discord developer portal and put it where the configuration names it.',
  });
}

/** Ends the client. discord.js may hang here while it reconnects, so it gets two seconds. */
async function destroy(client: Client, { clock, log }: BotContext): Promise<void> {
  try {
    await withDeadline(clock, DESTROY_DEADLINE_MS, 'Leaving Discord', () => client.destroy());
  } catch (error) {
    log.debug({ component: 'bot', err: error }, 'Discord was left without a goodbye');
  }
}
