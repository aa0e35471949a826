import type { Command } from 'commander';

/** The flags of every command that changes something. */
export function changeFlags(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file')
    .option('--dry-run', 'show the plan and change nothing', false)
    .option('--yes', 'do not ask', false)
    .option('--json', 'the whole answer as JSON', false);
}
