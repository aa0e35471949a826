import { Command } from 'commander';
import type { CanariesHere, CanaryChange } from '../canary.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { checkNames, requireConfig } from '../load.ts';
import { toFailure } from '../../core/errors.ts';
import { MARKS } from '../../mesh/summary.ts';

interface CanaryFlags {
  readonly config?: string;
  readonly cluster?: readonly string[];
  readonly dryRun: boolean;
  readonly json: boolean;
}

type Answer = { readonly cluster: string; readonly text: string; readonly ok: boolean; readonly detail: object };

/** `meshwarden canary`: the service behind each east-west gateway that probes ask for. */
export function canaryCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  const command = new Command('canary').description('the service behind each east-west gateway that probes ask for');
  const verb = (name: string, describe: string, work: (canaries: CanariesHere, cluster: string, flags: CanaryFlags) => Promise<Answer>) =>
    new Command(name)
      .description(describe)
      .option('--config <file>', 'configuration file')
      .option('--cluster <name...>', 'only these clusters')
      .option('--dry-run', 'have the API servers check everything, and keep nothing', false)
      .option('--json', 'the whole answer as JSON', false)
      .action(async (flags: CanaryFlags) => exit(await eachCluster(flags, context, work)));
  return command
    .addCommand(
      verb(
        'install',
        'put it into the clusters, by server-side apply; it changes nothing where it is there already',
        async (canaries, cluster, flags) => changed(cluster, await canaries.install(cluster, flags.dryRun), flags),
      ),
    )
    .addCommand(
      verb('remove', 'take it away again, its namespace included', async (canaries, cluster, flags) =>
        changed(cluster, await canaries.remove(cluster, flags.dryRun), flags),
      ),
    )
    .addCommand(
      verb('status', 'whether it is there and ready', async (canaries, cluster) => {
        const state = await canaries.state(cluster);
        const ok = state !== null && state.available > 0;
        const text = state === null ? 'not there' : `${state.available} of ${state.desired} ready`;
        return { cluster, ok, text: `${ok ? MARKS.healthy : MARKS.problems} ${cluster}: ${text}`, detail: { state } };
      }),
    );
}

function changed(cluster: string, changes: readonly CanaryChange[], { dryRun }: CanaryFlags): Answer {
  const lines = changes.map(({ object, did }) => `  ${did.padEnd(7)}  ${object}`);
  const head = `${MARKS.healthy} ${cluster}${dryRun ? ' (nothing was kept)' : ''}`;
  return { cluster, ok: true, text: [head, ...lines].join('\n'), detail: { changes } };
}

/** One cluster after the other. One that fails keeps none of the others from being done; each failure is told. */
async function eachCluster(
  flags: CanaryFlags,
  context: CliContext,
  work: (canaries: CanariesHere, cluster: string, flags: CanaryFlags) => Promise<Answer>,
): Promise<ExitCode> {
  const config = await requireConfig(flags, context.io);
  const names = checkNames(flags.cluster, config) ?? config.clusters.map(({ name }) => name);
  const canaries = context.openCanaries(config);
  const answers: Answer[] = [];
  try {
    for (const cluster of names) {
      answers.push(
        await work(canaries, cluster, flags).catch((error: unknown): Answer => {
          const { message, next } = toFailure(error);
          const text = `${MARKS.problems} ${cluster}: ${message}${next === undefined ? '' : `\n  Next: ${next}`}`;
          return { cluster, ok: false, text, detail: { failure: message } };
        }),
      );
    }
  } finally {
    await canaries.close();
  }
  const json = { schema: 1, clusters: answers.map(({ cluster, ok, detail }) => ({ cluster, ok, ...detail })) };
  context.io.stdout.write(flags.json ? `${JSON.stringify(json, null, 2)}\n` : `${answers.map(({ text }) => text).join('\n')}\n`);
  return answers.every(({ ok }) => ok) ? 0 : 1;
}
