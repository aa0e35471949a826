/** Every subcommand of `/mesh`, in the order in which people see them. */
import type { BotCommand } from '../command.ts';
import { ackCommand } from './ack.ts';
import { adoptCommand } from './adopt.ts';
import { alertsCommand } from './alerts.ts';
import { auditCommand } from './audit.ts';
import { botCommand } from './bot.ts';
import { certsCommand } from './certs.ts';
import { distributeCommand } from './distribute.ts';
import { helpCommand } from './help.ts';
import { jobsCommand } from './jobs.ts';
import { probeCommand } from './probe.ts';
import { releaseHoldCommand } from './release-hold.ts';
import { restoreCommand } from './restore.ts';
import { rotateCaCommand } from './rotate-ca.ts';
import { rotationCommand } from './rotation.ts';
import { silenceCommand } from './silence.ts';
import { statusCommand } from './status.ts';
import { unsilenceCommand } from './unsilence.ts';

export const COMMANDS: readonly BotCommand[] = [
  statusCommand,
  alertsCommand,
  ackCommand,
  silenceCommand,
  unsilenceCommand,
  probeCommand,
  certsCommand,
  rotateCaCommand,
  rotationCommand,
  distributeCommand,
  adoptCommand,
  restoreCommand,
  releaseHoldCommand,
  jobsCommand,
  auditCommand,
  helpCommand,
  botCommand,
];
