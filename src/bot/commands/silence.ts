import { silenceAlert } from '../../actions/silence-alert.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';
import { SILENCE_LENGTHS, silenceMs, silenceReason } from '../silence-lengths.ts';

export const silenceCommand: BotCommand = {
  name: 'silence',
  describe: 'Hear nothing of a subject for a while',
  role: silenceAlert.role,
  options: [
    { name: 'match', describe: 'Rule and subject; * stands for anything', required: true, from: 'subjects' },
    { name: 'duration', describe: 'For how long', required: true, from: 'choices', choices: SILENCE_LENGTHS.map(({ value }) => value) },
    { name: 'reason', describe: 'Why, for those who wonder tomorrow', required: true, from: 'text' },
  ],
  async execute(interaction, asking) {
    const { options, user } = interaction;
    const match = options.getString('match', true).trim();
    const reason = silenceReason(options.getString('reason', true));
    const payload = { match, forMs: silenceMs(options.getString('duration', true)), reason, by: user.id };
    await answerCommand(interaction, { ...asking, kind: 'silence', payload });
  },
};
