/** The names behind ids, and which addresses the page may load. */
import type { APIMessage } from 'discord-api-types/v10';
import type { Scene } from './state.ts';

export function userName(scene: Scene, id: string, message?: APIMessage): string {
  if (id === scene.world.bot.id) return scene.world.bot.name;
  const person = scene.world.people.find((each) => each.id === id);
  const mentioned = message?.mentions.find((each) => each.id === id);
  return person?.name ?? mentioned?.global_name ?? mentioned?.username ?? 'unknown-user';
}

export function roleName(scene: Scene, id: string): string {
  return id === scene.world.guild.id ? 'everyone' : (scene.roles.find((role) => role.id === id)?.name ?? 'unknown-role');
}

export function channelName(scene: Scene, id: string): string {
  return scene.world.channels.find((channel) => channel.id === id)?.name ?? 'unknown';
}

/**
 * Where the page itself can load a file from: attachments lie under the lab's own `/cdn/`, whatever host the bot's side knows it by. Undefined for
 * anything else, as nothing may be asked of the outside.
 */
export function localUrl(url: string, message?: APIMessage): string | undefined {
  if (url.startsWith('attachment://')) {
    const file = message?.attachments.find((each) => each.filename === url.slice('attachment://'.length));
    return file === undefined ? undefined : localUrl(file.url);
  }
  if (url.startsWith('data:image/')) return url;
  const path = url.replace(/^https?:\/\/[^/]+/, '');
  return path.startsWith('/cdn/') ? path : undefined;
}

/** `1.2 MB`, with decimal units as Discord's client uses them. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
