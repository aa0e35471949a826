import { Command, Option } from 'commander';
import type { CliContext, ServiceRole } from '../context.ts';
import { requireConfig } from '../load.ts';

const ROLES: readonly ServiceRole[] = ['bot', 'worker', 'scheduler'];

interface StartFlags {
  readonly config?: string;
  readonly role: ServiceRole | 'all';
  readonly vantage?: string;
}

/** `meshwarden start`: the service, until it is asked to end. */
export function startCommand(context: CliContext): Command {
  return new Command('start')
    .description('run the service: bot, worker and scheduler in one process, or one of them')
    .option('--config <file>', 'configuration file')
    .addOption(new Option('--role <role>', 'what this process does').choices(['all', ...ROLES]).default('all'))
    .option('--vantage <cluster>', 'the cluster that this process runs in; a worker alone then only measures from there')
    .action((flags: StartFlags) => run(flags, context));
}

async function run({ config: file, role, vantage }: StartFlags, context: CliContext): Promise<void> {
  const config = await requireConfig(file === undefined ? {} : { config: file }, context.io);
  const log = context.logger(config).child({ component: 'service' });
  const asked = context.untilAsked();
  const service = await context.serve(config, new Set(role === 'all' ? ROLES : [role]), vantage);
  void service.started.then(() =>
    log.info({ role, ...(vantage === undefined ? {} : { vantage }), version: context.version, clusters: config.clusters.length }, 'ready'),
  );
  const signal = await asked;
  log.info({ signal }, 'ending: running jobs may finish');
  await service.stop();
  log.info({}, 'ended');
}
