import { ComponentType, type APIMessageComponentEmoji, type APISelectMenuComponent } from 'discord-api-types/v10';
import type { SelectOption } from './select.ts';
import type { Scene } from './state.ts';

/** What a select menu offers: its own options, or the guild's people, roles and channels. */
export function selectOptions(menu: APISelectMenuComponent, scene: Scene): readonly SelectOption[] {
  const { bot, people, channels } = scene.world;
  const users = [
    ...people.map((person) => ({ value: person.id, label: person.name, description: person.role })),
    { value: bot.id, label: bot.name, description: 'app' },
  ];
  const roles = scene.roles.map((role) => ({ value: role.id, label: `@${role.name}` }));
  switch (menu.type) {
    case ComponentType.StringSelect:
      return menu.options.map((option) => ({
        value: option.value,
        label: option.label,
        ...(option.description === undefined ? {} : { description: option.description }),
        ...emojiOf(option.emoji),
      }));
    case ComponentType.UserSelect:
      return users;
    case ComponentType.RoleSelect:
      return roles;
    case ComponentType.MentionableSelect:
      return [...users, ...roles];
    default:
      return channels
        .filter((channel) => channel.parent === undefined)
        .map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
  }
}

/** The values it shows before anybody has chosen. */
export function defaultValues(menu: APISelectMenuComponent): readonly string[] {
  if (menu.type === ComponentType.StringSelect)
    return menu.options.filter((option) => option.default === true).map((option) => option.value);
  return (menu.default_values ?? []).map((value) => value.id);
}

/** A custom emoji is a picture on Discord's own host: its name stands for it. */
export function emojiText(emoji: APIMessageComponentEmoji): string {
  return emoji.id === undefined ? (emoji.name ?? '') : `:${emoji.name ?? 'emoji'}:`;
}

function emojiOf(emoji: APIMessageComponentEmoji | undefined): { emoji?: string } {
  return emoji === undefined ? {} : { emoji: emojiText(emoji) };
}
