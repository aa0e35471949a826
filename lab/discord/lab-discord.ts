import { PermissionFlagsBits, type APIApplicationCommandOptionChoice, type APIMessage } from 'discord-api-types/v10';
import type { Core } from './core.ts';
import type { ActiveFault, RestFault } from './faults.ts';
import type { GatewayEntry } from './gateway-log.ts';
import type { Gateway } from './gateway.ts';
import { sendCommand, typeOption, type SlashAct } from './people/command.ts';
import { guildCreateJson } from './payloads.ts';
import type { GivenOption } from './people/options.ts';
import type { PermissionName } from './permissions.ts';
import { clickOn, Reply, selectIn, type Choice } from './reply.ts';
import type { RequestEntry } from './rest-server.ts';
import type { LabServer } from './server.ts';
import type { Token } from './token.ts';
import { until } from './until.ts';
import {
  addChannel,
  addMember,
  addRole,
  addWebhook,
  channelNamed,
  type Channel,
  type Member,
  type Role,
  type StoredFile,
  type World,
} from './world.ts';

export interface Doing {
  readonly user: Member;
  /** `mesh` unless told. */
  readonly channel?: Channel;
  readonly options?: Readonly<Record<string, GivenOption['value']>>;
}

export interface Parts {
  readonly core: Core;
  readonly server: LabServer;
  readonly token: Token;
  readonly problems: string[];
  readonly requests: RequestEntry[];
}

/** The double as a test or the demo holds it: people who act, faults, and everything that was said. */
export class LabDiscord {
  readonly core: Core;
  readonly world: World;
  readonly gateway: Gateway;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.core = parts.core;
    this.world = parts.core.world;
    this.gateway = parts.core.gateway;
  }

  /** Where the page is. */
  get url(): string {
    return this.core.origin;
  }

  /** For the client's option `rest.api`. */
  get api(): string {
    return `${this.core.origin}/api`;
  }

  /** The bot's token that is good now. */
  get token(): string {
    return this.#parts.token.value;
  }

  get applicationId(): string {
    return this.world.applicationId;
  }

  get guildId(): string {
    return this.world.guild.id;
  }

  /** Every call of the bot, in the order they came. */
  get requests(): readonly RequestEntry[] {
    return this.#parts.requests;
  }

  get gatewayLog(): readonly GatewayEntry[] {
    return this.gateway.log;
  }

  /** Both sides as plain lines. */
  get transcript(): readonly string[] {
    return this.core.transcript.lines;
  }

  /** Writes into the transcript what neither side said, such as a fault. */
  note(text: string): void {
    this.core.transcript.note(text);
  }

  /** The channel of this name. Throws when there is none. */
  channel(name: string): Channel {
    return channelNamed(this.world, name);
  }

  addChannel(name: string, topic = ''): Channel {
    const channel = addChannel(this.world, name, topic);
    this.gateway.channelAdded(channel);
    return channel;
  }

  /** The address of a new webhook of a channel. */
  addWebhook(where: Channel, name = 'fallback'): string {
    const { id, token } = addWebhook(this.world, where, name, `lab-${'w'.repeat(60)}`);
    return `${this.api}/webhooks/${id}/${token}`;
  }

  role(name: string, ...permissions: readonly PermissionName[]): Role {
    const bits = permissions.reduce((all, one) => all | PermissionFlagsBits[one], 0n);
    return addRole(this.world, name, bits);
  }

  user(name: string, ...roles: readonly Role[]): Member {
    return addMember(this.world, name, roles);
  }

  /** A person sends `mesh status`; resolves with what the bot did within its time. */
  async slash(command: string, doing: Doing): Promise<Reply> {
    return new Reply(this.core, await sendCommand(this.core, this.#act(command, doing)));
  }

  /** A person types; `typed` holds what stands there, its last option has the cursor. */
  autocomplete(
    command: string,
    typed: Readonly<Record<string, string>>,
    user: Member,
  ): Promise<readonly APIApplicationCommandOptionChoice[]> {
    const focused = Object.keys(typed).at(-1) ?? '';
    return typeOption(this.core, { ...this.#act(command, { user, options: typed }), focused });
  }

  /** Presses a button of any message, by its label or custom id. */
  click(message: APIMessage, label: string, by: { readonly user: Member }): Promise<Reply> {
    return clickOn(this.core, message, label, by.user);
  }

  select(message: APIMessage, choice: Choice, by: { readonly user: Member }): Promise<Reply> {
    return selectIn(this.core, message, choice, by.user);
  }

  /** What everybody can read in a channel, oldest first. */
  posts(where: Channel): APIMessage[] {
    return [...where.messages.values()].filter((one) => one.ephemeralFor === undefined).map((one) => one.message);
  }

  threads(where: Channel): Channel[] {
    return [...this.world.channels.values()].filter((one) => one.thread?.parentId === where.id);
  }

  /** The bytes of a message's attachments. */
  files(message: APIMessage): StoredFile[] {
    const { files } = this.world;
    return message.attachments.flatMap((attachment) => files.get(new URL(attachment.url).pathname.slice('/cdn'.length)) ?? []);
  }

  /** Resolves when it holds, looking again at every change of the world. */
  waitFor(holds: () => boolean, withinMs = 10_000): Promise<void> {
    return until(this.world, holds, { withinMs, seen: () => this.transcript.slice(-10).join('\n') });
  }

  /** Resolves when the bot is connected and ready. */
  online(withinMs = 10_000): Promise<void> {
    return until(this.world, () => this.gateway.online, { withinMs, seen: () => 'the bot is not connected' });
  }

  fault(fault: RestFault): ActiveFault {
    return this.core.faults.add(fault);
  }

  clearFaults(): void {
    this.core.faults.clear();
  }

  /** Every call fails from now on, with 503 or without an answer; ended by `end()`. */
  mute(how: 'refuse' | 'hang' = 'refuse'): ActiveFault {
    return this.fault({ route: '*', ...(how === 'hang' ? { hang: true } : { status: 503 }) });
  }

  /** The bot's token is no longer good; returns the new one. */
  revokeToken(): string {
    const fresh = this.#parts.token.renew();
    this.gateway.close(4004, 'Authentication failed.');
    return fresh;
  }

  /** Takes a right from the bot in a channel. */
  removePermission(where: Channel, name: PermissionName): void {
    const bit = PermissionFlagsBits[name];
    const { id } = this.world.bot.user;
    const own = where.overwrites.find((overwrite) => overwrite.id === id);
    if (own === undefined) where.overwrites.push({ id, type: 1, allow: 0n, deny: bit });
    else own.deny |= bit;
    this.gateway.channelChanged(where);
  }

  removeChannel(where: Channel): void {
    this.world.channels.delete(where.id);
    this.gateway.channelRemoved(where);
  }

  /** The guild is not to be had for a while, as in an outage of Discord's; returns what brings it back. */
  guildOutage(): () => void {
    this.gateway.dispatch('GUILD_DELETE', { id: this.guildId, unavailable: true });
    return () => this.gateway.dispatch('GUILD_CREATE', guildCreateJson(this.world));
  }

  /** Ends an interaction's token now. */
  expire(reply: Reply): void {
    reply.interaction.expired = true;
  }

  /** What the bot sent that Discord refuses, and what the double itself did wrong. */
  problems(): readonly string[] {
    return [...this.#parts.problems];
  }

  /** The problems so far, which are forgotten: for tests that cause them on purpose. */
  takeProblems(): string[] {
    return this.#parts.problems.splice(0);
  }

  /** Stops listening. Rejects when there were problems. */
  async stop(): Promise<void> {
    this.gateway.stop();
    await this.#parts.server.stop();
    const { problems } = this.#parts;
    if (problems.length > 0) throw new Error(`${problems.length} problem(s) with Discord:\n${problems.join('\n')}`);
  }

  #act(command: string, doing: Doing): SlashAct {
    const options = Object.entries(doing.options ?? {}).map(([name, value]) => ({ name, value }));
    const where = doing.channel ?? this.channel('mesh');
    const path = command.trim().replace(/^\//, '').split(/\s+/);
    return { user: doing.user.user.id, channel: where.id, path, options };
  }
}
