import { z } from 'zod';
import { meshStatus } from '../../actions/mesh-status.ts';
import { OperatorError } from '../../core/errors.ts';
import { acknowledge } from '../acknowledge.ts';
import type { BotButton } from '../command.ts';
import { detailsText } from '../render/details.ts';
import { isStatus } from '../results.ts';
import { answerWithText } from '../text-answer.ts';

const JobId = z.string().regex(/^[\w.-]{1,80}$/);
const FILE = 'mesh-status.txt';

/** Everything that stands behind a status card, for whoever pressed. */
export const detailsButton: BotButton = {
  name: 'details',
  role: meshStatus.role,
  async execute(interaction, [jobId], { context }) {
    await acknowledge(interaction, 'byOne');
    const id = JobId.safeParse(jobId);
    const outcome = id.success ? await context.jobs.result(id.data) : undefined;
    if (outcome?.ok !== true || !isStatus(outcome.value)) throw tooOld();
    await answerWithText(interaction, detailsText(outcome.value), { name: FILE, description: 'Everything behind this status' });
  },
};

function tooOld(): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: 'The details of this card are no longer kept',
    why: 'they are kept for an hour',
    next: 'Press Re-check and then Details.',
  });
}
