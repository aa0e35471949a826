import { Command } from 'commander';
import { meshStatus } from '../../actions/mesh-status.ts';
import { OperatorError } from '../../core/errors.ts';
import type { CliContext } from '../context.ts';
import { exitCodeOf, type ExitCode } from '../exit-code.ts';
import { configOrContexts } from '../load.ts';
import { statusText } from '../render/status.ts';

interface StatusFlags {
  readonly config?: string;
  readonly cluster?: readonly string[];
  readonly context?: readonly string[];
  readonly json: boolean;
}

/** `meshwarden status`: one look at the mesh, with neither Discord nor Redis. */
export function statusCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  return new Command('status')
    .description('look at the mesh once; exit code 0 healthy, 1 problems, 2 could not look')
    .option('--config <file>', 'configuration file')
    .option('--cluster <name...>', 'only these clusters')
    .option('--context <name...>', 'contexts of the kubeconfig, in place of a configuration file')
    .option('--json', 'the whole answer as JSON', false)
    .action(async (flags: StatusFlags) => exit(await run(flags, context)));
}

async function run(flags: StatusFlags, context: CliContext): Promise<ExitCode> {
  const { io, clock, signal } = context;
  const config = await configOrContexts(flags, flags.context, io);
  const only = checkNames(
    flags.cluster,
    config.clusters.map(({ name }) => name),
  );
  const mesh = context.openMesh(config);
  try {
    const input = only === undefined ? {} : { only: [...only] };
    const status = await meshStatus.run(input, { clock, signal, mesh, log: context.logger(config), progress: () => undefined });
    const text = flags.json
      ? `${JSON.stringify({ schema: 1, ...status }, null, 2)}\n`
      : statusText(status, { colour: io.isTty, now: clock.now() });
    io.stdout.write(text);
    return exitCodeOf(status);
  } finally {
    await mesh.close();
  }
}

function checkNames(asked: readonly string[] | undefined, known: readonly string[]): readonly string[] | undefined {
  const unknown = asked?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length === 0) return asked;
  throw new OperatorError({
    reason: 'invalid',
    what: `There is no cluster ${unknown.join(', ')}`,
    next: `Choose from: ${known.join(', ')}.`,
  });
}
