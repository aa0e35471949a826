/** Buttons of a change under way. To stop it any operator may; to go on, to go back and to agree takes whoever could approve it. */
import type { ButtonInteraction } from 'discord.js';
import { z } from 'zod';
import { roleOf as roleForGoal } from '../../actions/changes.ts';
import { withDeadline } from '../../core/abort.ts';
import { OperatorError } from '../../core/errors.ts';
import { refusal } from '../access.ts';
import { answerQuietly } from '../acknowledge.ts';
import { answerForOne, answerInPlace } from '../answers.ts';
import { changesOf } from '../change-ports.ts';
import type { Asking, BotButton } from '../command.ts';
import { customId } from '../custom-id.ts';
import { personOf } from '../person.ts';
import { changeIdOf } from '../proposal.ts';
import { refusalCard } from '../render/failure.ts';

const Question = z.string().regex(/^[\w.:-]{1,70}$/);
/** Redis gets so long to say which change it is, in milliseconds. */
const READ_MS = 1_500;

interface Steering {
  readonly id: string;
  readonly op: 'pause' | 'resume' | 'abort' | 'agree';
  readonly question?: string;
}

/** Stops before the next step: safe at every step. */
export const pauseButton: BotButton = {
  name: 'pause',
  role: 'operator',
  async execute(interaction, [id], asking) {
    await steer(interaction, { id: changeIdOf(id), op: 'pause' }, asking);
  },
};

export const resumeButton: BotButton = {
  name: 'resume',
  role: 'operator',
  async execute(interaction, [raw], asking) {
    const id = changeIdOf(raw);
    if (await isAllowed(interaction, id, asking)) await steer(interaction, { id, op: 'resume' }, asking);
  },
};

/** Asks once more, for the eyes of whoever pressed: it is not taken back with another press. */
export const abortButton: BotButton = {
  name: 'abort',
  role: 'operator',
  async execute(interaction, [raw], asking) {
    const id = changeIdOf(raw);
    if (!(await isAllowed(interaction, id, asking))) return;
    await answerQuietly(interaction, {
      tone: 'warn',
      title: `Abort ${id}`,
      body: ['It goes back to where it began, as far as that is safe from where it is. Each step back is proved like the steps before.'],
      buttons: [{ label: 'Abort now', customId: customId('abortnow', id), style: 'danger' }],
    });
  },
};

export const abortNowButton: BotButton = {
  name: 'abortnow',
  role: 'operator',
  async execute(interaction, [raw], asking) {
    const id = changeIdOf(raw);
    if (await isAllowed(interaction, id, asking)) await steer(interaction, { id, op: 'abort' }, asking);
  },
};

/** Answers what a change asked. The button carries the question, so that no other one is answered by an old card. */
export const agreeButton: BotButton = {
  name: 'agree',
  role: 'operator',
  async execute(interaction, [raw, asked], asking) {
    const id = changeIdOf(raw);
    const question = Question.safeParse(asked);
    if (!question.success) throw noQuestion();
    if (await isAllowed(interaction, id, asking)) await steer(interaction, { id, op: 'agree', question: question.data }, asking);
  },
};

/** Tells the engine, and has it look at once instead of at its next minute. */
async function steer(interaction: ButtonInteraction, steering: Steering, asking: Asking): Promise<void> {
  const answer = steering.op === 'abort' ? answerInPlace : answerForOne;
  await answer(interaction, { ...asking, kind: 'steer', payload: { ...steering, by: interaction.user.id } });
  await asking.context.jobs.submit('advance-changes', {});
}

async function isAllowed(interaction: ButtonInteraction, id: string, asking: Asking): Promise<boolean> {
  const why = await whyNot(interaction, id, asking);
  if (why !== undefined) await answerQuietly(interaction, refusalCard(why));
  return why === undefined;
}

/** Why somebody may not, in words for them. A change that Redis does not know any more counts as one that concerns everybody. */
async function whyNot(interaction: ButtonInteraction, id: string, { context }: Asking): Promise<string | undefined> {
  const { board } = changesOf(context);
  const view = await withDeadline(context.clock, READ_MS, 'Reading how the change stands', () => board.get(id));
  return refusal(personOf(interaction), view === undefined ? 'admin' : roleForGoal(view.goal), context.access);
}

function noQuestion(): OperatorError {
  return new OperatorError({ reason: 'notFound', what: 'This button names no question', next: 'Run `/mesh rotation` for what is asked.' });
}
