import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { requireConfig } from '../load.ts';
import { layerText } from '../render/alerts.ts';

interface Flags {
  readonly config?: string;
  readonly from?: string;
  readonly to: string;
  readonly json: boolean;
}

/** `meshwarden probe`: the way to a cluster, layer by layer. */
export function probeCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  return new Command('probe')
    .description('measure the way to a cluster, layer by layer; exit code 0 every layer is well, 1 one fails, 2 one could not be measured')
    .option('--config <file>', 'configuration file')
    .option('--from <cluster>', 'measured by the worker that runs there; default: from here, without Redis')
    .requiredOption('--to <cluster>', 'the cluster')
    .option('--json', 'the whole answer as JSON', false)
    .action(async (flags: Flags) => exit(await run(flags, context)));
}

async function run(flags: Flags, context: CliContext): Promise<ExitCode> {
  const { io } = context;
  const { from, to, json } = flags;
  const config = await requireConfig(flags, io, from === undefined ? 'skip' : 'read');
  const alerts = context.openAlerts(config);
  try {
    const layers = await alerts.probe({ from, to }, (layer) => void (json || io.stdout.write(layerText(layer))));
    if (json) io.stdout.write(`${JSON.stringify({ schema: 1, from: from ?? config.probes.vantage ?? 'local', to, layers }, null, 2)}\n`);
    if (layers.some(({ outcome }) => outcome === 'failing')) return 1;
    return layers.some(({ outcome }) => outcome === 'unknown') ? 2 : 0;
  } finally {
    await alerts.close();
  }
}
