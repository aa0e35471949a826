import { askPlan, CLUSTER_OPTION, DRY_RUN_OPTION, namedCluster } from '../ask-plan.ts';
import type { BotCommand } from '../command.ts';

export const adoptCommand: BotCommand = {
  name: 'adopt',
  describe: 'Take over a cacerts that somebody else made',
  role: 'operator',
  options: [CLUSTER_OPTION, DRY_RUN_OPTION],
  async execute(interaction, asking) {
    await askPlan(interaction, { kind: 'adopt', cluster: namedCluster(interaction, asking) }, asking);
  },
};
