import { ComponentType, MessageType, type APIMessage, type APIUser, type InteractionType } from 'discord-api-types/v10';
import type { MessageView, PersonView } from '../../lab/page/contract.ts';

/** Noon and a bit, so that the same day holds every "today" of the tests. */
export const now = Date.UTC(2026, 10, 24, 14, 2, 5);

export const ids = {
  guild: '100000000000000001',
  bot: '100000000000000002',
  lena: '100000000000000012',
  onCall: '100000000000000021',
  mesh: '100000000000000101',
  formats: '100000000000000102',
  answers: '100000000000000103',
  alerts: '100000000000000104',
  incident: '100000000000000105',
};

export const people = [
  { id: '100000000000000011', name: 'viktor', role: 'viewer' },
  { id: ids.lena, name: 'lena', role: 'operator' },
  { id: '100000000000000013', name: 'mara', role: 'admin' },
  { id: '100000000000000014', name: 'sam', role: 'stranger' },
] as const satisfies readonly PersonView[];

export const bot: APIUser = { id: ids.bot, username: 'meshwarden', global_name: null, discriminator: '0', avatar: null, bot: true };

export function user(person: PersonView): APIUser {
  return { id: person.id, username: person.name, global_name: null, discriminator: '0', avatar: null };
}

export function minutesAgo(minutes: number): number {
  return now - minutes * 60_000;
}

export interface Written extends Partial<Omit<APIMessage, 'id' | 'channel_id' | 'timestamp'>> {
  readonly id: string;
  readonly channel: string;
  readonly at: number;
  /** The command that it answers, asked by this person. */
  readonly asked?: { readonly by: PersonView; readonly name: string };
  readonly view?: Omit<MessageView, 'message'>;
}

/** A message of the bot, unless another author is given. */
export function write(written: Written): MessageView {
  const { id, channel, at, asked, view, ...rest } = written;
  const message: APIMessage = {
    id,
    channel_id: channel,
    author: bot,
    content: '',
    timestamp: new Date(at).toISOString(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    type: asked === undefined ? MessageType.Default : MessageType.ChatInputCommand,
    ...(asked === undefined ? {} : interaction(id, asked)),
    ...rest,
  };
  return { message, ...view };
}

function interaction(id: string, asked: NonNullable<Written['asked']>): Pick<APIMessage, 'interaction' | 'interaction_metadata'> {
  const type = 2 satisfies InteractionType.ApplicationCommand;
  return {
    interaction: { id, type, name: asked.name, user: user(asked.by) },
    interaction_metadata: { id, type, user: user(asked.by), authorizing_integration_owners: {} },
  };
}

export function text(content: string): { type: ComponentType.TextDisplay; content: string } {
  return { type: ComponentType.TextDisplay, content };
}
