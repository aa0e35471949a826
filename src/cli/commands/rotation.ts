import { Command } from 'commander';
import { OperatorError } from '../../core/errors.ts';
import { exitOf, progressTo, withChanges } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { changeText } from '../render/change.ts';
import { standingText } from '../render/standing.ts';

interface RotationFlags {
  readonly config?: string;
  readonly pause: boolean;
  readonly resume: boolean;
  readonly abort: boolean;
  readonly agree?: string;
  readonly follow: boolean;
  readonly json: boolean;
}

/** `meshwarden rotation`: what is under way, what is held and kept; and what a person decides about it. */
export function rotationCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  return new Command('rotation')
    .description('what is under way, held back and kept as backup; pause, resume, abort')
    .option('--config <file>', 'configuration file')
    .option('--pause', 'take no further step', false)
    .option('--resume', 'go on', false)
    .option('--abort', 'go back safely from where it is', false)
    .option('--agree <question>', 'answer what it asks, such as retire')
    .option('--follow', 'go on with it in this process, until it is over or waits for long', false)
    .option('--json', 'the whole answer as JSON', false)
    .action(async (flags: RotationFlags) => exit(await run(flags, context)));
}

async function run(flags: RotationFlags, context: CliContext): Promise<ExitCode> {
  return withChanges(flags, context, async (changes) => {
    const { io, clock, user } = context;
    const by = `cli:${user}`;
    const op = operationOf(flags);
    if (op !== undefined) await changes.steer({ op, by, ...(flags.agree === undefined ? {} : { question: flags.agree }) });
    if (flags.follow) {
      const view = await changes.advance(progressTo(context));
      if (view !== undefined) {
        io.stdout.write(flags.json ? `${JSON.stringify({ schema: 1, ...view }, null, 2)}\n` : changeText(view, clock.now()));
        return exitOf(view);
      }
    }
    const standing = await changes.standing();
    io.stdout.write(flags.json ? `${JSON.stringify({ schema: 1, ...standing }, null, 2)}\n` : standingText(standing, clock.now()));
    return standing.unseen.length === 0 ? 0 : 2;
  });
}

function operationOf({ pause, resume, abort, agree }: RotationFlags): 'pause' | 'resume' | 'abort' | 'agree' | undefined {
  const asked = (['pause', 'resume', 'abort', 'agree'] as const).filter((_, index) => [pause, resume, abort, agree !== undefined][index]);
  if (asked.length > 1)
    throw new OperatorError({ reason: 'invalid', what: `Only one of ${asked.map((name) => `--${name}`).join(' and ')} can be done` });
  return asked[0];
}
