import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { requireConfig, type ConfigFlags } from '../load.ts';

/** `meshwarden commands register`: tells Discord of the bot's commands. The bot does so itself when it starts. */
export function commandsCommand(context: CliContext): Command {
  const register = new Command('register')
    .description("tell Discord of the bot's commands (the bot does so itself when it starts)")
    .option('--config <file>', 'configuration file')
    .action(async (flags: ConfigFlags) => {
      const result = await context.registerCommands(await requireConfig(flags, context.io));
      context.io.stdout.write(result === 'registered' ? 'The commands are registered.\n' : 'Discord knows the commands already.\n');
    });
  return new Command('commands').description("the bot's commands in Discord").addCommand(register);
}
