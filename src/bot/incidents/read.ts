import type { Incident } from '../../alerts/model.ts';
import { withDeadline } from '../../core/abort.ts';
import { OperatorError } from '../../core/errors.ts';
import type { BotContext } from '../context.ts';
import { incidentIdOf } from './ref.ts';

/** Redis gets so long to say which incident it is, in milliseconds. */
const READ_MS = 1_500;

/** The incident that a button names. @throws OperatorError `notFound` where it is not known any more. */
export async function pressedIncident(args: readonly string[], { incidents, clock }: BotContext): Promise<Incident> {
  const id = incidentIdOf(args);
  const found = incidents === undefined ? undefined : await withDeadline(clock, READ_MS, 'Reading the alert', () => incidents.get(id));
  if (found !== undefined) return found.incident;
  throw new OperatorError({
    reason: 'notFound',
    what: 'This alert is not known any more',
    why: 'it ended more than a day ago, or the memory of the service was lost',
    next: 'Run `/mesh alerts` for what is open.',
  });
}
