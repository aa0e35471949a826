import { Command } from 'commander';
import { carryOutGoal, type ChangeFlags } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { changeFlags } from './change-flags.ts';

/** `meshwarden adopt`: takes over a `cacerts` that somebody else made. */
export function adoptCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  const command = new Command('adopt')
    .description('take over the cacerts of a cluster that somebody else made')
    .argument('<cluster>', 'the cluster');
  return changeFlags(command).action(async (cluster: string, flags: ChangeFlags) =>
    exit(await carryOutGoal({ kind: 'adopt', cluster }, flags, context)),
  );
}
