import { Events, type Client } from 'discord.js';
import { withDeadline } from '../core/abort.ts';
import type { OperatorError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { takeUpReplies } from './answers.ts';
import { createClient, type DiscordClient } from './client.ts';
import { COMMANDS } from './commands/index.ts';
import { startChangeWatcher } from './changes.ts';
import { BUTTONS } from './components/index.ts';
import type { BotContext } from './context.ts';
import { discordError } from './discord-error.ts';
import { dispatch } from './dispatch.ts';
import { MODALS } from './modals/index.ts';
import { startIncidentWatcher } from './incidents/watcher.ts';
import { startNotifier } from './notifier.ts';
import { startPresence } from './presence.ts';
import { registerCommands } from './register.ts';
import { tokenError, watchConnection } from './watch.ts';

const LOGIN_DEADLINE_MS = 30_000;
const DESTROY_DEADLINE_MS = 2_000;

export interface BotOptions {
  readonly token: Secret;
  readonly api: string;
  readonly context: BotContext;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

export interface Bot {
  /** Resolves when the bot has to be started anew, with why. */
  readonly ended: Promise<OperatorError>;
  stop(): Promise<void>;
}

/**
 * Logs in, registers the commands, finishes what an earlier run had promised, and answers from then on.
 * @throws OperatorError when Discord refuses the token or cannot be reached; nothing is left running then.
 */
export async function startBot({ token, api, context, signal }: BotOptions): Promise<Bot> {
  const { clock, log } = context;
  const stopping = new AbortController();
  const discord = createClient({ api, onUnauthorized: () => watch.suspectToken() });
  const { client } = discord;
  const watch = watchConnection({ client, token, clock, log, signal: stopping.signal });
  try {
    await withDeadline(clock, LOGIN_DEADLINE_MS, 'Cannot log in to Discord', () => login(client, token, context), signal);
  } catch (error) {
    stopping.abort();
    await leave(discord, context);
    throw loginError(error);
  }
  const notifier = startNotifier(client, context, stopping.signal);
  const watcher = startChangeWatcher(client, context, stopping.signal);
  const incidents = startIncidentWatcher(client, context, stopping.signal);
  const asking = {
    client,
    context,
    signal: stopping.signal,
    commands: COMMANDS,
    buttons: BUTTONS,
    modals: MODALS,
    undelivered: () => notifier.failure(),
    unshown: () => incidents.failure(),
  };
  client.on(Events.InteractionCreate, (interaction) => void dispatch(interaction, asking));
  startPresence(client, context, stopping.signal);
  void takeUpReplies(client, context, stopping.signal);
  log.info({ component: 'bot', user: client.user?.tag, guild: context.access.guild }, 'the bot is ready');
  return {
    ended: watch.ended,
    async stop() {
      stopping.abort();
      await Promise.all([notifier.stopped, watcher.stopped, incidents.stopped]);
      await leave(discord, context);
    },
  };
}

async function login(client: Client, token: Secret, { access }: BotContext): Promise<void> {
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
  await client.login(token.reveal());
  await ready;
  await registerCommands(client.rest, client.application?.id ?? '', access.guild);
}

function loginError(error: unknown): OperatorError {
  const why = error instanceof Error ? error.message : String(error);
  return /invalid token|Authentication failed|\b401\b/i.test(why) ? tokenError() : discordError(error);
}

/** Ends the client for good. discord.js may hang here while it reconnects, so it gets two seconds. */
async function leave(discord: DiscordClient, { clock, log }: BotContext): Promise<void> {
  discord.seal();
  try {
    await withDeadline(clock, DESTROY_DEADLINE_MS, 'Leaving Discord', () => discord.client.destroy());
  } catch (error) {
    log.debug({ component: 'bot', err: error }, 'Discord was left without a goodbye');
  }
}
