import { Command } from 'commander';
import { carryOutGoal, type ChangeFlags } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { changeFlags } from './change-flags.ts';

/** `meshwarden distribute`: brings what cert-manager issued to the clusters. */
export function distributeCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  const command = new Command('distribute')
    .description('bring what cert-manager issued to the clusters; exit code 0 done, 1 refused or skipped, 2 failed')
    .option('--cluster <name...>', 'only these clusters');
  return changeFlags(command).action(async (flags: ChangeFlags & { readonly cluster?: readonly string[] }) => {
    const { cluster: only } = flags;
    exit(await carryOutGoal(only === undefined ? { kind: 'distribute' } : { kind: 'distribute', only: [...only] }, flags, context));
  });
}
