import type { APIMessage } from 'discord-api-types/v10';
import type { Actions } from './actions.ts';
import type { Scene } from './state.ts';

/** What the parts of one message are drawn with. */
export interface MessageContext {
  readonly scene: Scene;
  readonly message: APIMessage;
  readonly act: Actions;
}
