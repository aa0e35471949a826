/** Buttons of a change under way. Who may steer depends on what it is, which only the worker knows for sure: it is told who pressed with which role. */
import type { ButtonInteraction } from 'discord.js';
import { z } from 'zod';
import { OperatorError } from '../../core/errors.ts';
import { answerQuietly } from '../acknowledge.ts';
import { roleOf } from '../access.ts';
import { answerForOne, answerInPlace } from '../answers.ts';
import type { Asking, BotButton } from '../command.ts';
import { customId } from '../custom-id.ts';
import { personOf } from '../person.ts';
import { changeIdOf } from '../proposal.ts';

const Question = z.string().regex(/^[\w.:-]{1,70}$/);

type Operation = 'pause' | 'resume' | 'abort' | 'agree';

function steering(interaction: ButtonInteraction, op: Operation, id: string, asking: Asking): object {
  const role = roleOf(personOf(interaction), asking.context.access);
  return { id, op, by: interaction.user.id, role };
}

/** Stops before the next step. Any operator may: it is safe at every step. */
export const pauseButton: BotButton = {
  name: 'pause',
  role: 'operator',
  async execute(interaction, [id], asking) {
    await answerForOne(interaction, { ...asking, kind: 'steer', payload: steering(interaction, 'pause', changeIdOf(id), asking) });
  },
};

export const resumeButton: BotButton = {
  name: 'resume',
  role: 'operator',
  async execute(interaction, [id], asking) {
    await answerForOne(interaction, { ...asking, kind: 'steer', payload: steering(interaction, 'resume', changeIdOf(id), asking) });
  },
};

/** Asks once more, for the eyes of whoever pressed: it is not taken back with another press. */
export const abortButton: BotButton = {
  name: 'abort',
  role: 'operator',
  async execute(interaction, [id]) {
    await answerQuietly(interaction, {
      tone: 'warn',
      title: 'Abort this change',
      body: [
        'It goes back to where it began, as far as that is safe from where it is. What is done already is undone step by step and proved again.',
      ],
      buttons: [{ label: 'Abort now', customId: customId('abortnow', changeIdOf(id)), style: 'danger' }],
    });
  },
};

export const abortNowButton: BotButton = {
  name: 'abortnow',
  role: 'operator',
  async execute(interaction, [id], asking) {
    await answerInPlace(interaction, { ...asking, kind: 'steer', payload: steering(interaction, 'abort', changeIdOf(id), asking) });
  },
};

/** Answers what a change asked. The button carries the question, so that no other one is answered by an old card. */
export const agreeButton: BotButton = {
  name: 'agree',
  role: 'operator',
  async execute(interaction, [id, asked], asking) {
    const question = Question.safeParse(asked);
    if (!question.success)
      throw new OperatorError({
        reason: 'notFound',
        what: 'This button names no question',
        next: 'Run `/mesh rotation` for what is asked.',
      });
    const payload = { ...steering(interaction, 'agree', changeIdOf(id), asking), question: question.data };
    await answerForOne(interaction, { ...asking, kind: 'steer', payload });
  },
};
