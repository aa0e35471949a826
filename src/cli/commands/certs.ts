import { Command } from 'commander';
import { meshCerts } from '../../actions/mesh-certs.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { checkNames, requireConfig } from '../load.ts';
import { certsText } from '../render/certs.ts';

interface CertsFlags {
  readonly config?: string;
  readonly cluster?: readonly string[];
  readonly json: boolean;
}

/** `meshwarden certs`: what is signed by whom, until when, and what renews next. */
export function certsCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  return new Command('certs')
    .description(meshCerts.describe.toLowerCase())
    .option('--config <file>', 'configuration file')
    .option('--cluster <name...>', 'only these clusters')
    .option('--json', 'the whole answer as JSON', false)
    .action(async (flags: CertsFlags) => exit(await run(flags, context)));
}

async function run(flags: CertsFlags, context: CliContext): Promise<ExitCode> {
  const { io, clock, signal } = context;
  const config = await requireConfig(flags, io, 'skip');
  const only = checkNames(flags.cluster, config);
  const mesh = context.openMesh(config);
  try {
    const certificates = await meshCerts.run(only === undefined ? {} : { only: [...only] }, {
      clock,
      signal,
      mesh,
      log: context.logger(config),
      progress: () => undefined,
    });
    io.stdout.write(flags.json ? `${JSON.stringify({ schema: 1, ...certificates }, null, 2)}\n` : certsText(certificates, clock.now()));
    return certificates.failure === undefined ? 0 : 2;
  } finally {
    await mesh.close();
  }
}
