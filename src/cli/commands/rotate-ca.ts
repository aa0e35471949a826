import { Command, Option } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import type { Goal } from '../../rotation/goal.ts';
import { carryOutGoal, type ChangeFlags } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { changeFlags } from './change-flags.ts';

interface RotateFlags extends ChangeFlags {
  readonly scope: 'intermediate' | 'root' | 'emergency';
  readonly cluster?: string;
  readonly speed: 'gentle' | 'fast';
  readonly crl?: string;
}

/** `meshwarden rotate-ca`: a new intermediate for a cluster, or a new root for all. */
export function rotateCaCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  const command = new Command('rotate-ca')
    .description('rotate an intermediate or the root: plan, approval, then step by step with proof')
    .addOption(new Option('--scope <scope>', 'what').choices(['intermediate', 'root', 'emergency']).makeOptionMandatory())
    .option('--cluster <name>', 'whose intermediate')
    .addOption(
      new Option('--speed <speed>', 'for the root: whether every agent signs anew at once').choices(['gentle', 'fast']).default('gentle'),
    )
    .option('--crl <configmap>', 'for an emergency: ConfigMap in the namespace of the intermediates with the key ca-crl.pem');
  return changeFlags(command).action(async (flags: RotateFlags) => exit(await carryOutGoal(goalOf(flags), flags, context)));
}

function goalOf({ scope, cluster, speed, crl }: RotateFlags): Goal {
  if (scope === 'root') return { kind: 'root', speed };
  if (cluster === undefined)
    throw new OperatorError({ reason: 'invalid', what: `Scope ${scope} needs a cluster`, next: 'Name it with --cluster.' });
  if (scope === 'intermediate') return { kind: 'intermediate', cluster };
  return crl === undefined ? { kind: 'emergency', cluster } : { kind: 'emergency', cluster, crl };
}
