import { MessageFlags } from 'discord-api-types/v10';
import type { StoredMessage } from '../world.ts';
import type { MessageFacts } from './message.ts';

/** What an edit of this message has to reckon with. */
export function factsBefore(stored: StoredMessage): NonNullable<MessageFacts['before']> {
  const { message } = stored;
  return {
    content: message.content,
    embeds: message.embeds.length,
    components: message.components?.length ?? 0,
    files: message.attachments.map((attachment) => attachment.filename),
    v2: ((message.flags ?? 0) & MessageFlags.IsComponentsV2) !== 0,
  };
}
