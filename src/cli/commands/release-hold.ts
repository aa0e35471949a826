import { Command } from 'commander';
import { carryOutGoal, type ChangeFlags } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { changeFlags } from './change-flags.ts';

/** `meshwarden release-hold`: lets a certificate be published again that was held back. */
export function releaseHoldCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  const command = new Command('release-hold')
    .description('let a certificate be published that was held back after a failed proof')
    .argument('<cluster>', 'the cluster');
  return changeFlags(command).action(async (cluster: string, flags: ChangeFlags) =>
    exit(await carryOutGoal({ kind: 'releaseHold', cluster }, flags, context)),
  );
}
