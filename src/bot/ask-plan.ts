import type { ChatInputCommandInteraction } from 'discord.js';
import type { Goal } from '../rotation/goal.ts';
import { answerCommand } from './answers.ts';
import type { Asking, CommandOption } from './command.ts';
import { scopeOf } from './scope.ts';

/** The cluster that a change is about. */
export const CLUSTER_OPTION: CommandOption = { name: 'cluster', describe: 'Which cluster', required: true, from: 'clusters' };
export const DRY_RUN_OPTION: CommandOption = { name: 'dry-run', describe: 'Only show what would be done', required: false, from: 'flag' };

/** Answers a command with the plan of a change, to be approved unless it was asked for dry. */
export async function askPlan(interaction: ChatInputCommandInteraction, goal: Goal, asking: Asking): Promise<void> {
  const dry = interaction.options.getBoolean('dry-run') === true;
  const payload = { goal, by: interaction.user.id, ...(dry ? { dryRun: true } : {}) };
  await answerCommand(interaction, { ...asking, kind: 'plan', payload });
}

/** The cluster that was named. @throws OperatorError for a name that is none of ours. */
export function namedCluster(interaction: ChatInputCommandInteraction, { context }: Asking): string {
  const cluster = interaction.options.getString('cluster', true);
  scopeOf([cluster], context.clusters);
  return cluster;
}
