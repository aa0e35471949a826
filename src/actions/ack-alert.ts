import { z } from 'zod';
import type { Incident } from '../alerts/model.ts';
import { DAY, MINUTE } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';
import { changeAlerts } from './change-alerts.ts';

const Input = z.strictObject({
  /** The id of an incident. */
  incident: z.string().min(1).max(100),
  /** Who: a Discord user id, or `cli:<user>`. */
  by: z.string().min(1).max(100),
  /** After so long whoever took it is reminded, in milliseconds; absent: as the configuration says. */
  forMs: z
    .int()
    .min(MINUTE)
    .max(30 * DAY)
    .optional(),
  /** Gives it back instead. */
  undo: z.boolean().optional(),
});
type Input = z.infer<typeof Input>;

export const ackAlert: Action<Input, Incident, FollowContext> = {
  id: 'ack-alert',
  role: 'operator',
  describe: 'Take an alert: nobody else is woken by it',
  input: Input,
  async run({ incident: id, by, forMs, undo }, context) {
    const { after } = await changeAlerts(context, ({ incidents }) => {
      const incident = Object.hasOwn(incidents, id) ? incidents[id] : undefined;
      if (incident === undefined) throw unknownAlert(id);
      if (incident.endedAt !== undefined) throw overAlready(incident);
      return [undo === true ? { kind: 'unack', incident: id, by } : { kind: 'ack', incident: id, by, forMs }];
    });
    const taken = after.incidents[id];
    if (taken === undefined) throw unknownAlert(id);
    return taken;
  },
};

function unknownAlert(id: string): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: `There is no alert ${id}`,
    why: 'it may have ended more than a day ago',
    next: '`/mesh alerts` lists those that are open.',
  });
}

function overAlready({ title }: Incident): OperatorError {
  return new OperatorError({ reason: 'conflict', what: 'Nothing to take', why: `it is over already: ${title}` });
}
