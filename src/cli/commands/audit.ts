import { Command, InvalidArgumentError } from 'commander';
import { withChanges } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';

/** `meshwarden audit`: who did what, newest first. */
export function auditCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  return new Command('audit')
    .description('who changed what, when, on what grounds, with what result; newest first')
    .option('--config <file>', 'configuration file')
    .option('--limit <count>', 'how many', count, 50)
    .option('--json', 'one JSON object a line, to keep', false)
    .action(async (flags: { readonly config?: string; readonly limit: number; readonly json: boolean }) =>
      exit(
        await withChanges<ExitCode>(flags, context, async (changes) => {
          const entries = await changes.audit(flags.limit);
          const lines = entries.map((entry) =>
            flags.json
              ? JSON.stringify(entry)
              : [new Date(entry.at).toISOString(), entry.who, entry.what, entry.change, entry.result, entry.detail].join('  '),
          );
          context.io.stdout.write(lines.map((line) => `${line}\n`).join(''));
          return 0;
        }),
      ),
    );
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('expected a number from 1 to 10000');
}
