import { askPlan, CLUSTER_OPTION, DRY_RUN_OPTION, namedCluster } from '../ask-plan.ts';
import type { BotCommand } from '../command.ts';

export const restoreCommand: BotCommand = {
  name: 'restore',
  describe: 'Put a backup of a cacerts back',
  role: 'operator',
  options: [CLUSTER_OPTION, { name: 'backup', describe: 'Its name, as /mesh jobs lists it', required: true, from: 'text' }, DRY_RUN_OPTION],
  async execute(interaction, asking) {
    const backup = interaction.options.getString('backup', true);
    await askPlan(interaction, { kind: 'restore', cluster: namedCluster(interaction, asking), backup }, asking);
  },
};
