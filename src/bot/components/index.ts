/** Every button that the bot's messages carry. Keep sorted. */
import type { BotButton } from '../command.ts';
import { certsButton } from './certs.ts';
import { detailsButton } from './details.ts';
import { recheckButton } from './recheck.ts';

export const BUTTONS: readonly BotButton[] = [certsButton, detailsButton, recheckButton];
