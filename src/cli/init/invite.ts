/** What the bot does in its channels, as Discord names and numbers it: https://discord.com/developers/docs/topics/permissions */
export const BOT_PERMISSIONS = [
  { name: 'View Channel', bit: 1n << 10n },
  { name: 'Send Messages', bit: 1n << 11n },
  { name: 'Embed Links', bit: 1n << 14n },
  { name: 'Attach Files', bit: 1n << 15n },
  { name: 'Read Message History', bit: 1n << 16n },
  { name: 'Create Public Threads', bit: 1n << 35n },
  { name: 'Send Messages in Threads', bit: 1n << 38n },
] as const;

/** The address under which an admin of a guild invites the bot. */
export function inviteUrl(application: string): string {
  const permissions = BOT_PERMISSIONS.reduce((all, { bit }) => all | bit, 0n);
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=bot%20applications.commands&permissions=${permissions}`;
}

/** The application that a bot token belongs to: the first part of a token is its id in base64. Undefined where the token has another form. */
export function applicationOf(token: string): string | undefined {
  const id = Buffer.from(token.split('.')[0] ?? '', 'base64').toString('latin1');
  return /^\d{17,20}$/.test(id) ? id : undefined;
}
