/** Every button that the bot's messages carry. Keep sorted. */
import type { BotButton } from '../command.ts';
import { ackButton, unackButton } from './ack.ts';
import { approveButton } from './approve.ts';
import { cancelButton } from './cancel.ts';
import { certsButton } from './certs.ts';
import { detailsButton } from './details.ts';
import { diagnoseButton } from './diagnose.ts';
import { plantextButton } from './plantext.ts';
import { recheckButton } from './recheck.ts';
import { rotationButton } from './rotation.ts';
import { showcommandsButton } from './showcommands.ts';
import { silenceButton } from './silence.ts';
import { abortButton, abortNowButton, agreeButton, pauseButton, resumeButton } from './steer.ts';

export const BUTTONS: readonly BotButton[] = [
  abortButton,
  abortNowButton,
  ackButton,
  agreeButton,
  approveButton,
  cancelButton,
  certsButton,
  detailsButton,
  diagnoseButton,
  pauseButton,
  plantextButton,
  recheckButton,
  resumeButton,
  rotationButton,
  showcommandsButton,
  silenceButton,
  unackButton,
];
