/** Discord as far as the product uses it: REST, gateway, people who act, and the routes of the page. */
import { PermissionFlagsBits, type APIApplicationCommandOptionChoice, type APIMessage } from 'discord-api-types/v10';
import { systemRandom, type Random } from '../../src/core/random.ts';
import type { LabClock } from '../clock.ts';
import type { Core } from './core.ts';
import type { FaultRegistry } from './fault-registry.ts';
import { Faults, type ActiveFault, type RestFault } from './faults.ts';
import type { GatewayEntry } from './gateway-log.ts';
import { Gateway } from './gateway.ts';
import { Interactions } from './interaction.ts';
import { servePage } from './page-routes.ts';
import { sendCommand, typeOption } from './people/command.ts';
import type { GivenOption } from './people/options.ts';
import type { PermissionName } from './permissions.ts';
import { clickOn, Reply, selectIn } from './reply.ts';
import { serveRest, type RequestEntry } from './rest-server.ts';
import { listen } from './server.ts';
import { serveFile, servePageFile } from './static-files.ts';
import { Transcript } from './transcript.ts';
import { until } from './until.ts';
import { addChannel, addMember, addRole, createWorld, type Channel, type Member, type Role, type StoredFile } from './world.ts';

export interface LabDiscordOptions {
  readonly clock: LabClock;
  readonly random?: Random;
  /** Within how many milliseconds the bot must acknowledge. */
  readonly ackMs?: number;
  /** How long an interaction's token is good, in milliseconds of the lab's clock. */
  readonly tokenMs?: number;
  readonly heartbeatMs?: number;
  /** Where to listen: 127.0.0.1 and a free port unless told. */
  readonly host?: string;
  readonly port?: number;
  /** The page's built files, served at `/`. */
  readonly pageDir?: string;
  readonly faults?: FaultRegistry;
}

export interface Doing {
  readonly user: Member;
  /** `mesh` unless told. */
  readonly channel?: Channel;
  readonly options?: Readonly<Record<string, GivenOption['value']>>;
}

export type LabDiscord = Awaited<ReturnType<typeof startLabDiscord>>;

const NO_FAULTS: FaultRegistry = {
  list: () => [],
  set: (id) => Promise.reject(new Error(`There is no fault ${id}`)),
};

/** Starts it with a guild, the channels `mesh` and `alerts`, and nobody in it but the bot. */
export async function startLabDiscord(options: LabDiscordOptions) {
  const random = options.random ?? systemRandom;
  const world = createWorld(options.clock);
  const problems: string[] = [];
  const requests: RequestEntry[] = [];
  let token = `lab.${random.id(6)}.${random.id(38)}`;
  let origin = '';
  const accepts = (given: string): boolean => given === token;
  const problem = (text: string): void => void problems.push(text);
  const gateway = new Gateway({ world, heartbeatMs: options.heartbeatMs ?? 41_250, accepts, origin: () => origin, problem });
  const core: Core = {
    world,
    gateway,
    interactions: new Interactions(world, random, { ackMs: options.ackMs ?? 3000, tokenMs: options.tokenMs ?? 900_000 }),
    transcript: new Transcript(world),
    faults: new Faults(),
    get origin() {
      return origin;
    },
    problem,
  };
  const rest = { accepts, requests, clock: options.clock };
  const server = await listen(
    async (message, response) => {
      const { pathname } = new URL(message.url ?? '/', 'http://lab');
      if (pathname.startsWith('/api/')) await serveRest(core, rest, message, response);
      else if (pathname.startsWith('/lab/')) await servePage(core, options.faults ?? NO_FAULTS, message, response);
      else if (pathname.startsWith('/cdn/')) serveFile(world, pathname, response);
      else await servePageFile(options.pageDir, pathname, response);
    },
    {
      host: options.host ?? '127.0.0.1',
      port: options.port ?? 0,
      upgrade: (message, socket, head) => gateway.upgrade(message, socket, head),
      onError: (error) => problem(`The double failed: ${error instanceof Error ? error.stack : String(error)}`),
    },
  );
  origin = `http://127.0.0.1:${server.port}`;
  addChannel(world, 'mesh', 'The state of the mesh and its commands');
  addChannel(world, 'alerts', 'What needs somebody');

  function channel(name: string): Channel {
    const found = [...world.channels.values()].find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no channel #${name}`);
    return found;
  }

  return {
    url: origin,
    api: `${origin}/api`,
    /** The bot's token. It changes when it is revoked; this is the one it had at the start. */
    token,
    applicationId: world.applicationId,
    guildId: world.guild.id,
    world,
    gateway,
    requests,
    gatewayLog: gateway.log as readonly GatewayEntry[],
    /** Both sides as plain lines. */
    transcript: core.transcript,
    channel,
    addChannel: (name: string, topic = ''): Channel => addChannel(world, name, topic),
    role: (name: string, ...permissions: readonly PermissionName[]): Role =>
      addRole(
        world,
        name,
        permissions.reduce((all, one) => all | PermissionFlagsBits[one], 0n),
      ),
    user: (name: string, ...roles: readonly Role[]): Member => addMember(world, name, roles),

    /** A person sends `mesh status`; resolves with what the bot did within its time. */
    async slash(command: string, doing: Doing): Promise<Reply> {
      return new Reply(core, await sendCommand(core, slashAct(command, doing)));
    },
    /** A person types; `options` holds what stands there, the last one has the cursor. */
    autocomplete: (
      command: string,
      typed: Readonly<Record<string, string>>,
      user: Member,
    ): Promise<readonly APIApplicationCommandOptionChoice<string | number>[]> =>
      typeOption(core, { ...slashAct(command, { user, options: typed }), focused: Object.keys(typed).at(-1) ?? '' }),
    /** Presses a button of any message, by its label or custom id. */
    click: (message: APIMessage, label: string, by: { readonly user: Member }): Promise<Reply> => clickOn(core, message, label, by.user),
    select: (message: APIMessage, name: string, values: readonly string[], by: { readonly user: Member }): Promise<Reply> =>
      selectIn(core, message, { name, values }, by.user),

    /** What everybody can read in a channel, oldest first. */
    posts: (where: Channel): APIMessage[] =>
      [...where.messages.values()].filter((one) => one.ephemeralFor === undefined).map((one) => one.message),
    threads: (where: Channel): Channel[] => [...world.channels.values()].filter((one) => one.thread?.parentId === where.id),
    files: (message: APIMessage): StoredFile[] =>
      message.attachments.flatMap((attachment) => world.files.get(new URL(attachment.url).pathname.slice('/cdn'.length)) ?? []),
    /** Resolves when it holds, looking again at every change of the world. */
    waitFor: (holds: () => boolean, withinMs = 10_000): Promise<void> =>
      until(world, holds, { withinMs, seen: () => core.transcript.lines.slice(-10).join('\n') }),
    /** Resolves when the bot is connected and ready. */
    online: (withinMs = 10_000): Promise<void> => until(world, () => gateway.online, { withinMs, seen: () => 'the bot is not connected' }),

    fault: (fault: RestFault): ActiveFault => core.faults.add(fault),
    clearFaults: (): void => core.faults.clear(),
    /** Nothing can be posted from now on; ended by `end()`. */
    mute: (how: 'refuse' | 'hang' = 'refuse'): ActiveFault =>
      core.faults.add({ route: '*', ...(how === 'hang' ? { hang: true } : { status: 503, body: 'upstream connect error' }) }),
    /** The token that the bot has is no longer good; the new one. */
    revokeToken(): string {
      token = `lab.${random.id(6)}.${random.id(38)}`;
      gateway.close(4004, 'Authentication failed.');
      return token;
    },
    /** Takes a right from the bot in a channel. */
    removePermission(where: Channel, name: PermissionName): void {
      const bit = PermissionFlagsBits[name];
      const own = where.overwrites.find((overwrite) => overwrite.id === world.bot.user.id);
      if (own === undefined) where.overwrites.push({ id: world.bot.user.id, type: 1, allow: 0n, deny: bit });
      else own.deny |= bit;
      world.changed();
    },
    removeChannel(where: Channel): void {
      world.channels.delete(where.id);
      world.changed();
      gateway.dispatch('CHANNEL_DELETE', { id: where.id, type: where.type, guild_id: world.guild.id, name: where.name });
    },
    /** Ends an interaction's token now. */
    expire(reply: Reply): void {
      reply.interaction.expired = true;
    },
    /** What the bot sent that Discord refuses, and what the double itself did wrong. */
    problems: (): readonly string[] => [...problems],
    /** The problems so far, which are forgotten: for tests that cause them on purpose. */
    takeProblems: (): string[] => problems.splice(0),
    /** Stops listening. Rejects when there were problems. */
    async stop(): Promise<void> {
      gateway.stop();
      await server.stop();
      if (problems.length > 0) throw new Error(`${problems.length} problem(s) with Discord:\n${problems.join('\n')}`);
    },
  };

  function slashAct(command: string, doing: Doing): Parameters<typeof sendCommand>[1] {
    const given = Object.entries(doing.options ?? {}).map(([name, value]) => ({ name, value }));
    const where = doing.channel ?? channel('mesh');
    return { user: doing.user.user.id, channel: where.id, path: command.trim().replace(/^\//, '').split(/\s+/), options: given };
  }
}
