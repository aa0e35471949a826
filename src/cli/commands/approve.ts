import { Command } from 'commander';
import type { ApprovalAnswer } from '../../actions/changes.ts';
import { withChanges } from '../change-command.ts';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';

/** `meshwarden approve`: approves a plan from the host, which counts as the second factor. */
export function approveCommand(context: CliContext, exit: (code: ExitCode) => void): Command {
  return new Command('approve')
    .description('approve a plan that waits, from this host')
    .argument('<plan>', 'its id, as the card or the command shows it')
    .option('--config <file>', 'configuration file')
    .action(async (id: string, flags: { readonly config?: string }) => exit(await run(id, flags, context)));
}

async function run(id: string, flags: { readonly config?: string }, context: CliContext): Promise<ExitCode> {
  return withChanges(flags, context, async (changes) => {
    const approval = await changes.approve(id, `cli:${context.user}`);
    context.io.stdout.write(`${WORDS[approval.state](approval)}\n`);
    return approval.state === 'recorded' || approval.state === 'enough' ? 0 : 1;
  });
}

const WORDS: Readonly<Record<ApprovalAnswer['state'], (approval: ApprovalAnswer) => string>> = {
  recorded: ({ have, need }) => `Approved: ${have} of ${need}.`,
  enough: () => 'Approved by enough people: it begins. `meshwarden rotation` shows how it goes.',
  already: ({ have, need }) => `You approved it already: ${have} of ${need}. Another person has to.`,
  expired: () => 'It has expired: ask for a new plan.',
  cancelled: () => 'It was cancelled: ask for a new plan.',
  unknown: () => 'There is no such plan; it may have expired.',
};
