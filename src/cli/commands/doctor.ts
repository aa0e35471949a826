import { Command, Option } from 'commander';
import type { Config } from '../../config/config.ts';
import { secretFiles } from '../../config/secret-files.ts';
import { OperatorError } from '../../core/errors.ts';
import type { CliContext } from '../context.ts';
import { faultyConfig } from '../doctor/config.ts';
import { headingText, resultText, summaryText, type RenderOptions } from '../doctor/render.ts';
import type { DoctorResult } from '../doctor/result.ts';
import { PARTS, runDoctor, type Part } from '../doctor/run.ts';
import type { ExitCode } from '../exit-code.ts';
import { requireConfig, sourcesOf } from '../load.ts';

interface DoctorFlags {
  readonly config?: string;
  readonly only?: Part;
  readonly json: boolean;
}

/** `meshwarden doctor`: tries everything in the configuration and changes nothing. */
export function doctorCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description('try everything in the configuration; exit code 0 all well, 1 something failed, 2 the configuration cannot be used')
    .option('--config <file>', 'configuration file')
    .addOption(new Option('--only <part>', 'only this part').choices(PARTS))
    .option('--json', 'the whole answer as JSON', false)
    .action(async (flags: DoctorFlags) => exit(await run(flags, context)));
}

/** Of a terminal that does not say. */
const COLUMNS = 80;

async function run(flags: DoctorFlags, context: CliContext): Promise<ExitCode> {
  const { io, clock, signal } = context;
  const options = { colour: io.isTty, columns: io.columns ?? COLUMNS };
  const config = await loaded(flags, context);
  if (!('clusters' in config)) return unusable(config, flags, context, options);
  const say = (text: string): void => void (flags.json || io.stdout.write(text));
  const kubeconfigs = config.clusters.flatMap(({ kubeconfig }) => kubeconfig);
  const secrets = config.file === undefined ? [] : await secretFiles(config.file, sourcesOf(io));
  const results = await runDoctor({
    config,
    secretFiles: [...new Set([...secrets, ...kubeconfigs])],
    trials: context.trySetup(config),
    only: flags.only,
    now: clock.now(),
    signal,
    onGroup: (group) => say(headingText(group, options)),
    onResult: (result) => say(resultText(result, options)),
  });
  say(summaryText(results, options));
  const code = results.some(({ state }) => state === 'failed') ? 1 : 0;
  if (flags.json) io.stdout.write(jsonText(code, results));
  return code;
}

/** The configuration, or what is wrong with it. */
async function loaded(flags: DoctorFlags, { io }: CliContext): Promise<Config | DoctorResult> {
  try {
    return await requireConfig(flags, io);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { group: 'configuration', ...faultyConfig(error.message, error.next) };
  }
}

function unusable(result: DoctorResult, { json }: DoctorFlags, { io }: CliContext, options: RenderOptions): ExitCode {
  const text = json ? jsonText(2, [result]) : headingText(result.group, options) + resultText(result, options);
  io.stdout.write(text);
  return 2;
}

const VERDICTS = ['well', 'failed', 'unusable'] as const;

function jsonText(code: 0 | 1 | 2, results: readonly DoctorResult[]): string {
  return `${JSON.stringify({ schema: 1, verdict: VERDICTS[code], results }, null, 2)}\n`;
}
