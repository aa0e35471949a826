import type { APIApplicationCommand } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import { refusals } from '../refusal.ts';
import { NO_CONTENT, ok, param, type RestRequest, type Route } from '../rest.ts';
import { checkCommand, checkCommandSet, type CommandPayload } from '../rules/command.ts';
import { applicationFor, guildFor } from './access.ts';

const GLOBAL = '/applications/{application_id}/commands';
const GUILD = '/applications/{application_id}/guilds/{guild_id}/commands';

/** The bot's commands, global and of the guild. */
export const commandRoutes: readonly Route[] = [...routesAt(GLOBAL, false), ...routesAt(GUILD, true)];

function routesAt(path: string, ofGuild: boolean): Route[] {
  const guard = (core: Core, request: RestRequest): string | undefined => {
    applicationFor(core, request);
    if (!ofGuild) return undefined;
    guildFor(core, request);
    return core.world.guild.id;
  };
  const one = `${path}/{command_id}`;
  const find = (core: Core, request: RestRequest): APIApplicationCommand => {
    const guild = guard(core, request);
    const found = core.world.commands.get(param(request, 'command_id'));
    if (found === undefined || found.guild_id !== guild) throw refusals.unknownCommand();
    return found;
  };
  return [
    { method: 'GET', path, auth: 'bot', handle: (core, request) => ok(commandsOf(core, guard(core, request))) },
    {
      method: 'PUT',
      path,
      auth: 'bot',
      handle: (core, request) => {
        const guild = guard(core, request);
        const wanted = request.body as CommandPayload[];
        checkCommandSet(wanted);
        const before = commandsOf(core, guild);
        for (const old of before) core.world.commands.delete(old.id);
        for (const command of wanted) put(core, command, guild, before);
        return ok(commandsOf(core, guild));
      },
    },
    {
      method: 'POST',
      path,
      auth: 'bot',
      handle: (core, request) => {
        const guild = guard(core, request);
        checkCommand(request.body as CommandPayload);
        return { status: 201, body: put(core, request.body as CommandPayload, guild, commandsOf(core, guild)) };
      },
    },
    { method: 'GET', path: one, auth: 'bot', handle: (core, request) => ok(find(core, request)) },
    {
      method: 'PATCH',
      path: one,
      auth: 'bot',
      handle: (core, request) => {
        const changed = { ...(find(core, request) as CommandPayload), ...(request.body as Partial<CommandPayload>) };
        checkCommand(changed);
        return ok(put(core, changed, guard(core, request), [find(core, request)]));
      },
    },
    {
      method: 'DELETE',
      path: one,
      auth: 'bot',
      handle: (core, request) => {
        core.world.commands.delete(find(core, request).id);
        core.world.changed();
        return NO_CONTENT;
      },
    },
  ];
}

function commandsOf(core: Core, guild: string | undefined): APIApplicationCommand[] {
  return [...core.world.commands.values()].filter((command) => command.guild_id === guild);
}

/** Stores it under the id of the command that has its name already, else under a new one. */
function put(
  core: Core,
  given: CommandPayload,
  guild: string | undefined,
  before: readonly APIApplicationCommand[],
): APIApplicationCommand {
  const { world } = core;
  const id = before.find((old) => old.name === given.name)?.id ?? world.nextId();
  const { default_member_permissions: needed, ...rest } = given;
  const command = {
    nsfw: false,
    integration_types: [0],
    contexts: null,
    description: '',
    ...(withoutDefaults(rest) as object),
    id,
    application_id: world.applicationId,
    version: world.nextId(),
    type: given.type ?? 1,
    default_member_permissions: needed === undefined || needed === null ? null : String(needed),
    ...(guild === undefined ? {} : { guild_id: guild }),
  } as unknown as APIApplicationCommand;
  world.commands.set(id, command);
  world.changed();
  return command;
}

/** Discord gives back neither what is false nor what is null: `required: false` comes back as nothing. */
function withoutDefaults(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(withoutDefaults);
  if (typeof given !== 'object' || given === null) return given;
  const kept = Object.entries(given).filter(([, value]) => value !== false && value !== null && value !== undefined);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutDefaults(value)]));
}
