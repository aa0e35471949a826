import type { APIMessage } from 'discord-api-types/v10';
import { messageText } from './text.ts';
import type { World } from './world.ts';

/** Both sides of the conversation as plain lines, in the order it happened. */
export class Transcript {
  readonly lines: string[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** `#mesh @lena: /mesh status`. */
  person(name: string, channelId: string, act: string): void {
    this.#add(`#${this.#channel(channelId)} @${name}: ${act}`);
  }

  /** The bot's message, indented under the line that says what it did. */
  bot(did: string, message: APIMessage | undefined): void {
    const where = message === undefined ? '' : `#${this.#channel(message.channel_id)} `;
    const text = message === undefined ? '' : messageText(message);
    this.#add([`${where}${this.#world.bot.user.username} ${did}`, ...text.split('\n').filter((line) => line !== '')].join('\n    '));
  }

  /** What neither said: a fault, its repair. */
  note(text: string): void {
    this.#add(`-- ${text}`);
  }

  #add(line: string): void {
    this.lines.push(line);
  }

  #channel(id: string): string {
    return this.#world.channels.get(id)?.name ?? id;
  }
}
