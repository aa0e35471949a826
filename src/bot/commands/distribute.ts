import { answerCommand } from '../answers.ts';
import { CLUSTER_OPTION, DRY_RUN_OPTION } from '../ask-plan.ts';
import type { BotCommand } from '../command.ts';
import { scopeOf } from '../scope.ts';

export const distributeCommand: BotCommand = {
  name: 'distribute',
  describe: 'Bring what cert-manager issued to the clusters',
  role: 'operator',
  options: [{ ...CLUSTER_OPTION, describe: 'Only this cluster', required: false }, DRY_RUN_OPTION],
  async execute(interaction, asking) {
    const cluster = interaction.options.getString('cluster');
    const dry = interaction.options.getBoolean('dry-run') === true;
    const scope = scopeOf(cluster === null ? [] : [cluster], asking.context.clusters);
    const payload = { ...scope, ...(dry ? { dryRun: true } : {}), by: interaction.user.id };
    await answerCommand(interaction, { ...asking, kind: 'distribute', payload });
  },
};
