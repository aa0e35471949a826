import { silenceAlert } from '../../actions/silence-alert.ts';
import { acknowledge } from '../acknowledge.ts';
import { answerSubmitted } from '../answers.ts';
import type { BotModal } from '../command.ts';
import { pressedIncident } from '../incidents/read.ts';
import { silenceMs, silenceReason } from '../silence-lengths.ts';

/** Silences what an alert is about. Its message says so by itself; whoever sent the form is answered quietly. */
export const silenceModal: BotModal = {
  name: 'silence',
  role: silenceAlert.role,
  async execute(interaction, [id], asking) {
    const { fields, user } = interaction;
    const forMs = silenceMs(fields.getStringSelectValues('length')[0]);
    const reason = silenceReason(fields.getTextInputValue('reason'));
    await acknowledge(interaction, 'byOne');
    const { root: match } = await pressedIncident([id ?? '', ''], asking.context);
    await answerSubmitted(interaction, { ...asking, kind: 'silence', payload: { match, forMs, reason, by: user.id } });
  },
};
