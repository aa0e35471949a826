import { meshCerts } from '../../actions/mesh-certs.ts';
import { answerForOne } from '../answers.ts';
import type { BotButton } from '../command.ts';

/** The certificates, for whoever pressed; the notice under which the button stands stays as it is. */
export const certsButton: BotButton = {
  name: 'certs',
  role: meshCerts.role,
  async execute(interaction, _args, asking) {
    await answerForOne(interaction, { ...asking, kind: 'mesh-certs', payload: {} });
  },
};
