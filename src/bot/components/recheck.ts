import { meshStatus } from '../../actions/mesh-status.ts';
import { answerButton } from '../answers.ts';
import type { BotButton } from '../command.ts';
import { scopeOf } from '../scope.ts';

/** Looks again and puts the answer into the same message. */
export const recheckButton: BotButton = {
  name: 'recheck',
  role: meshStatus.role,
  async execute(interaction, args, asking) {
    await answerButton(interaction, { ...asking, kind: 'mesh-status', payload: scopeOf(args, asking.context.clusters) });
  },
};
