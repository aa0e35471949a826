import { askPlan, CLUSTER_OPTION, namedCluster } from '../ask-plan.ts';
import type { BotCommand } from '../command.ts';

export const releaseHoldCommand: BotCommand = {
  name: 'release-hold',
  describe: 'Let a certificate be published again that was held back',
  role: 'operator',
  options: [CLUSTER_OPTION],
  async execute(interaction, asking) {
    await askPlan(interaction, { kind: 'releaseHold', cluster: namedCluster(interaction, asking) }, asking);
  },
};
