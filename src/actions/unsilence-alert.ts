import { z } from 'zod';
import type { Silence } from '../alerts/model.ts';
import { OperatorError } from '../core/errors.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';
import { changeAlerts } from './change-alerts.ts';

const Input = z.strictObject({ id: z.string().min(1).max(100), by: z.string().min(1).max(100) });
type Input = z.infer<typeof Input>;

/** Gives the silence that ended. */
export const unsilenceAlert: Action<Input, Silence, FollowContext> = {
  id: 'unsilence-alert',
  role: 'operator',
  describe: 'End a silence before its time',
  input: Input,
  async run({ id, by }, context) {
    const { before } = await changeAlerts(context, ({ silences }) => {
      if (!silences.some((silence) => silence.id === id)) throw unknownSilence(id);
      return [{ kind: 'unsilence', id, by }];
    });
    const ended = before.silences.find((silence) => silence.id === id);
    if (ended === undefined) throw unknownSilence(id);
    return ended;
  },
};

function unknownSilence(id: string): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: `There is no silence ${id}`,
    why: 'it may have ended by itself',
    next: '`/mesh alerts` lists those that last.',
  });
}
