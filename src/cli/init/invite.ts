/** What the bot does in its channels, as Discord numbers permissions: https://discord.com/developers/docs/topics/permissions */
const PERMISSIONS: readonly bigint[] = [
  1n << 10n, // View Channel
  1n << 11n, // Send Messages
  1n << 14n, // Embed Links
  1n << 15n, // Attach Files
  1n << 16n, // Read Message History
  1n << 35n, // Create Public Threads
  1n << 38n, // Send Messages in Threads
];

/** The address under which an admin of a guild invites the bot. */
export function inviteUrl(application: string): string {
  const permissions = PERMISSIONS.reduce((all, one) => all | one, 0n);
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=bot%20applications.commands&permissions=${permissions}`;
}

/** The application that a bot token belongs to: the first part of a token is its id in base64. Undefined where the token has another form. */
export function applicationOf(token: string): string | undefined {
  const id = Buffer.from(token.split('.')[0] ?? '', 'base64').toString('latin1');
  return /^\d{17,20}$/.test(id) ? id : undefined;
}
