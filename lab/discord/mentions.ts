import type { APIUser } from 'discord-api-types/v10';
import { walk } from './components.ts';
import type { MessagePayload } from './payload.ts';
import type { World } from './world.ts';

interface Mentions {
  readonly mentions: APIUser[];
  readonly mention_roles: string[];
  readonly mention_everyone: boolean;
}

interface Allowed {
  readonly parse?: readonly string[];
  readonly users?: readonly string[];
  readonly roles?: readonly string[];
}

/**
 * Whom a message calls: what its text names, limited by `allowed_mentions`. Without that, a post calls everybody it names and an answer
 * to an interaction only users. https://docs.discord.com/developers/resources/message#allowed-mentions-object
 */
export function mentionsOf(world: World, payload: MessagePayload, isInteraction: boolean): Mentions {
  const text = [payload.content ?? '', ...walk(payload.components).map((node) => node.content ?? '')].join('\n');
  const allowed: Allowed = payload.allowed_mentions ?? { parse: isInteraction ? ['users'] : ['users', 'roles', 'everyone'] };
  const parse: readonly string[] = allowed.parse ?? [];
  const may = (kind: 'users' | 'roles', id: string): boolean => parse.includes(kind) || allowed[kind]?.includes(id) === true;
  const users = ids(text, /<@!?(\d{17,20})>/g).filter((id) => may('users', id));
  const roles = ids(text, /<@&(\d{17,20})>/g).filter((id) => may('roles', id) && world.roles.has(id));
  return {
    mentions: users.flatMap((id) => world.members.get(id)?.user ?? []),
    mention_roles: roles,
    mention_everyone: parse.includes('everyone') && /@(everyone|here)\b/.test(text),
  };
}

function ids(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap((match) => match[1] ?? []))];
}
