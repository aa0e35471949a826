/** Tries the bot's token and its place in the guild, over REST alone: no session, no message, nothing changed. */
import { DiscordAPIError, HTTPError, RESTJSONErrorCodes, REST, Routes } from 'discord.js';
import { z } from 'zod';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError, toFailure, type Reason } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { Observed } from '../mesh/model.ts';
import type { DiscordGuild, DiscordSetup } from '../mesh/setup.ts';
import { COMMANDS } from './commands/index.ts';
import { commandBody, isRegistered } from './register.ts';

const Bits = z.string().transform((text) => BigInt(text));
const Application = z.object({
  id: z.string(),
  name: z.string(),
  flags: z.number().default(0),
  bot: z.object({ id: z.string() }).optional(),
});
const GatewayBot = z.object({ session_start_limit: z.object({ remaining: z.number() }) });
const Guild = z.object({
  name: z.string(),
  owner_id: z.string(),
  roles: z.array(z.object({ id: z.string(), permissions: Bits, mentionable: z.boolean().default(false) })),
});
const Channels = z.array(
  z.object({
    id: z.string(),
    name: z.string().default(''),
    type: z.number(),
    permission_overwrites: z.array(z.object({ id: z.string(), allow: Bits, deny: Bits })).default([]),
  }),
);
const Member = z.object({ roles: z.array(z.string()) });

const DEADLINE_MS = 15_000;

export interface DiscordDoctorOptions {
  readonly token: Secret;
  /** Base address of the API, without a version. */
  readonly api: string;
  readonly guild: string;
  /** Users that the configuration names. */
  readonly people: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Asking extends DiscordDoctorOptions {
  readonly rest: REST;
}

/** Never rejects for what Discord answers. */
export async function tryDiscord(options: DiscordDoctorOptions): Promise<DiscordSetup> {
  const rest = new REST({ api: options.api, timeout: 5_000, retries: 1 }).setToken(options.token.reveal());
  const asking = { ...options, rest };
  const untried = { startsLeft: undefined, guild: undefined, strangers: undefined, commandsKnown: undefined };
  const application = await observe(asking, async () => {
    const { id, name, flags, bot } = Application.parse(await rest.get(Routes.currentApplication()));
    return { id, name, flags, botId: bot?.id ?? id };
  });
  if (!application.ok) return { application, ...untried };
  const { id, botId } = application.value;
  const [startsLeft, guild] = await Promise.all([
    observe(asking, async () => GatewayBot.parse(await rest.get(Routes.gatewayBot())).session_start_limit.remaining),
    observe(asking, () => guildOf(asking, botId)),
  ]);
  if (!guild.ok || guild.value === null) return { application, ...untried, startsLeft, guild };
  const [strangers, commandsKnown] = await Promise.all([
    observe(asking, () => strangersOf(asking)),
    observe(asking, async () => isRegistered(commandBody(COMMANDS), await rest.get(Routes.applicationGuildCommands(id, asking.guild)))),
  ]);
  return { application, startsLeft, guild, strangers, commandsKnown };
}

async function guildOf({ rest, guild }: Asking, botId: string): Promise<DiscordGuild | null> {
  const found = await unless([RESTJSONErrorCodes.UnknownGuild, RESTJSONErrorCodes.MissingAccess], () => rest.get(Routes.guild(guild)));
  if (found === null) return null;
  const [channels, member] = await Promise.all([rest.get(Routes.guildChannels(guild)), rest.get(Routes.guildMember(guild, botId))]);
  const { name, owner_id: ownerId, roles } = Guild.parse(found);
  return {
    name,
    ownerId,
    roles: new Map(roles.map(({ id, permissions }) => [id, permissions])),
    mentionable: new Set(roles.flatMap(({ id, mentionable }) => (mentionable ? [id] : []))),
    botRoles: Member.parse(member).roles,
    channels: Channels.parse(channels).map(({ permission_overwrites: overwrites, ...channel }) => ({ ...channel, overwrites })),
  };
}

async function strangersOf({ rest, guild, people }: Asking): Promise<readonly string[]> {
  const found = await Promise.all(
    people.map((id) =>
      unless([RESTJSONErrorCodes.UnknownMember, RESTJSONErrorCodes.UnknownUser], () => rest.get(Routes.guildMember(guild, id))),
    ),
  );
  return people.filter((_, index) => found[index] === null);
}

/** `null` in place of these refusals. */
async function unless(codes: readonly number[], ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DiscordAPIError && codes.includes(Number(error.code))) return null;
    throw error;
  }
}

async function observe<T>({ clock, signal }: Asking, work: () => Promise<T>): Promise<Observed<T>> {
  try {
    return { ok: true, value: await withDeadline(clock, DEADLINE_MS, 'Discord cannot be asked', work, signal) };
  } catch (error) {
    return { ok: false, failure: toFailure(readable(error)) };
  }
}

const TOKEN =
  'Reset the token (Discord Developer Portal, your application, Bot, Reset Token) and put the new one into the file of the token.';
const REASONS: ReadonlyMap<number, Reason> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'notFound'],
  [429, 'rateLimited'],
]);

function readable(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  if (error instanceof DiscordAPIError) {
    const { status } = error;
    const why = status === 401 ? 'it does not accept the token' : `${status} ${error.code} ${error.message}`;
    const next = status === 401 ? { next: TOKEN } : {};
    return new OperatorError({ reason: REASONS.get(status) ?? 'invalid', what: 'Discord refuses', why, ...next });
  }
  if (error instanceof HTTPError)
    return new OperatorError({ reason: 'serverError', what: 'Discord fails', why: `HTTP ${error.status}`, next: 'Try again later.' });
  if (error instanceof z.ZodError)
    return new OperatorError({
      reason: 'protocol',
      what: 'Discord cannot be understood',
      why: 'the answer has another shape than expected',
    });
  const code = causeCode(error);
  const next = 'Is there a way to the internet from here? If discord.api is set, correct it.';
  return new OperatorError({ reason: 'unreachable', what: 'Discord cannot be reached', why: code, next, cause: error });
}

/** The code of what a fetch failed at; its words may hold the address. */
function causeCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if ('code' in at && typeof at.code === 'string') return at.code;
  return error instanceof Error && error.name === 'AbortError' ? 'it does not answer' : 'no answer';
}
