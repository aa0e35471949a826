import { Command } from 'commander';
import { carryOutGoal, type ChangeFlags } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { changeFlags } from './change-flags.ts';

/** `meshwarden restore`: puts a backup of `cacerts` back. */
export function restoreCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  const command = new Command('restore')
    .description('put a backup of cacerts back')
    .argument('<cluster>', 'the cluster')
    .argument('<backup>', 'its name, as `meshwarden rotation` lists it');
  return changeFlags(command).action(async (cluster: string, backup: string, flags: ChangeFlags) =>
    exit(await carryOutGoal({ kind: 'restore', cluster, backup }, flags, context)),
  );
}
