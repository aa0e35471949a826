import { probeLink } from '../../actions/probe-link.ts';
import { answerForOne } from '../answers.ts';
import type { BotButton } from '../command.ts';
import { pressedIncident } from '../incidents/read.ts';

/** Measures the way that an alert is about, layer by layer; what is no way is looked at with the rest of its cluster. */
export const diagnoseButton: BotButton = {
  name: 'diagnose',
  role: probeLink.role,
  async execute(interaction, args, asking) {
    const { subject } = await pressedIncident(args, asking.context);
    if ('from' in subject) {
      await answerForOne(interaction, { ...asking, kind: 'probe', payload: { from: subject.from, to: subject.to } });
      return;
    }
    const { clusters } = asking.context;
    const only = 'cluster' in subject && clusters.includes(subject.cluster) ? { only: [subject.cluster] } : {};
    await answerForOne(interaction, { ...asking, kind: 'mesh-status', payload: only });
  },
};
