/** Who is in the demo's Discord, and what the product is told of them. */
import type { LabDiscord } from '../discord/index.ts';
import type { DiscordSection } from '../scene/config.ts';

export type DemoPeople = ReturnType<typeof invite>;

/** One person of each kind that the product tells apart. */
export function invite(discord: LabDiscord) {
  const viewer = discord.role('mesh-viewer');
  const operator = discord.role('mesh-operator');
  discord.addChannel('audit', 'Who did what');
  return {
    roles: { viewer, operator },
    mara: discord.user('mara', operator),
    nora: discord.user('nora', operator),
    lena: discord.user('lena', operator),
    jon: discord.user('jon', viewer),
    stranger: discord.user('stranger'),
  };
}

/** The section `discord` of the product's configuration: mara and nora are admins. */
export function discordSection(discord: LabDiscord, people: DemoPeople, tokenFile: string): DiscordSection {
  return {
    tokenFile,
    guild: discord.guildId,
    channels: { alerts: discord.channel('alerts').id, audit: discord.channel('audit').id },
    viewer: { roles: [people.roles.viewer.id] },
    operator: { roles: [people.roles.operator.id] },
    admins: [people.mara.user.id, people.nora.user.id],
    api: discord.api,
  };
}
