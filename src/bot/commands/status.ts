import { meshStatus } from '../../actions/mesh-status.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';
import { scopeOf } from '../scope.ts';

export const statusCommand: BotCommand = {
  name: 'status',
  describe: 'Clusters, links, gateways, certificate authority, open problems',
  role: meshStatus.role,
  options: [{ name: 'cluster', describe: 'Only this cluster', required: false, from: 'clusters' }],
  async execute(interaction, asking) {
    const cluster = interaction.options.getString('cluster');
    const payload = scopeOf(cluster === null ? [] : [cluster], asking.context.clusters);
    await answerCommand(interaction, { ...asking, kind: 'mesh-status', payload });
  },
};
