/** Every subcommand of `/mesh`, in the order in which people see them. */
import type { BotCommand } from '../command.ts';
import { botCommand } from './bot.ts';
import { certsCommand } from './certs.ts';
import { helpCommand } from './help.ts';
import { statusCommand } from './status.ts';

export const COMMANDS: readonly BotCommand[] = [statusCommand, certsCommand, helpCommand, botCommand];
