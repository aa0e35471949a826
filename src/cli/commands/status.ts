import { Command } from 'commander';
import { meshStatus } from '../../actions/mesh-status.ts';
import type { CliContext } from '../context.ts';
import { exitCodeOf, type ExitCode } from '../exit-code.ts';
import { checkNames, configOrContexts } from '../load.ts';
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
  const { io, colour, clock, signal } = context;
  const config = await configOrContexts(flags, flags.context, io);
  const only = checkNames(flags.cluster, config);
  const mesh = context.openMesh(config);
  try {
    const input = only === undefined ? {} : { only: [...only] };
    const status = await meshStatus.run(input, { clock, signal, mesh, log: context.logger(config), progress: () => undefined });
    const text = flags.json
      ? `${JSON.stringify({ schema: 1, ...status }, null, 2)}\n`
      : statusText(status, { colour: colour === true, now: clock.now() });
    io.stdout.write(text);
    return exitCodeOf(status);
  } finally {
    await mesh.close();
  }
}
