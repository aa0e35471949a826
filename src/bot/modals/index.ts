/** Every form that the bot opens. Keep sorted. */
import type { BotModal } from '../command.ts';
import { codeModal } from './code.ts';
import { silenceModal } from './silence.ts';

export const MODALS: readonly BotModal[] = [codeModal, silenceModal];
