import {
  Client,
  GatewayIntentBits,
  SlashCommandBuilder,
  type ClientOptions,
  type GuildTextBasedChannel,
  type Interaction,
} from 'discord.js';
import { onTestFinished } from 'vitest';
import { createLabClock, type LabClock } from '../../../lab/clock.ts';
import { startLabDiscord, type LabDiscord, type LabDiscordOptions } from '../../../lab/discord/index.ts';

/** For `expect.poll`: how long a bot may take before the test is given up. */
export const WAIT = { timeout: 10_000 };

/** A double for one test. Its problems fail the test. */
export async function lab(options: Partial<LabDiscordOptions> = {}): Promise<LabDiscord & { readonly clock: LabClock }> {
  const clock = createLabClock();
  const d = await startLabDiscord({ clock, ...options });
  onTestFinished(() => d.stop());
  return Object.assign(d, { clock });
}

/** The real discord.js, logged in and ready. Ends before the double does. */
export async function bot(d: LabDiscord, options: Partial<ClientOptions> = {}): Promise<Client<true>> {
  const client = newClient(d, options);
  const ready = new Promise<Client<true>>((resolve) => client.once('clientReady', resolve));
  await client.login(d.token);
  return ready;
}

export function newClient(d: LabDiscord, options: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    allowedMentions: { parse: [] },
    enforceNonce: true,
    waitGuildTimeout: 2000,
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
    ...options,
    rest: { api: d.api, globalRequestsPerSecond: 1e6, ...options.rest },
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** Answers interactions as `answer` says. A rejection ends up in the client's `error` event, which fails the test. */
export function answering(client: Client, answer: (interaction: Interaction) => Promise<unknown>): void {
  client.on('interactionCreate', (interaction) => {
    answer(interaction).catch((error: unknown) => client.emit('error', error instanceof Error ? error : new Error(String(error))));
  });
}

/** `/mesh status [cluster]` and `/mesh certs kind:<root|intermediate>`. */
export const meshCommand = new SlashCommandBuilder()
  .setName('mesh')
  .setDescription('The mesh')
  .addSubcommand((sub) =>
    sub
      .setName('status')
      .setDescription('How it is')
      .addStringOption((option) => option.setName('cluster').setDescription('Which').setAutocomplete(true)),
  )
  .addSubcommand((sub) =>
    sub
      .setName('certs')
      .setDescription('What expires when')
      .addStringOption((option) =>
        option
          .setName('kind')
          .setDescription('Which')
          .setRequired(true)
          .addChoices({ name: 'Root', value: 'root' }, { name: 'Intermediate', value: 'intermediate' }),
      ),
  )
  .toJSON();

/** What the bot posts to, fetched through its client. */
export async function postable(client: Client, channel: { readonly id: string }): Promise<GuildTextBasedChannel> {
  const found = await client.channels.fetch(channel.id);
  if (found === null || !found.isTextBased() || found.isDMBased()) throw new Error(`${channel.id} is no channel of a guild`);
  return found;
}
