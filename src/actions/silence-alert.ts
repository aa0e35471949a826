import { z } from 'zod';
import { isMatch } from '../alerts/index.ts';
import type { Silence } from '../alerts/model.ts';
import { DAY, MINUTE } from '../core/duration.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';
import { changeAlerts } from './change-alerts.ts';

const Input = z.strictObject({
  /** A pattern over `rule|subject`, in which `*` stands for anything. */
  match: z.string().min(1).max(200),
  by: z.string().min(1).max(100),
  reason: z.string().min(1).max(500),
  /** In milliseconds. */
  forMs: z
    .int()
    .min(MINUTE)
    .max(90 * DAY),
});
type Input = z.infer<typeof Input>;

export interface Silenced {
  readonly silence: Silence;
  /** `rule|subject` of what it keeps quiet of all that is followed now, sorted. None: it may be a slip. */
  readonly matches: readonly string[];
}

export const silenceAlert: Action<Input, Silenced, FollowContext> = {
  id: 'silence-alert',
  role: 'operator',
  describe: 'Hear nothing of a subject for a while',
  input: Input,
  async run({ match, by, reason, forMs }, context) {
    const id = context.alerts.newId();
    const from = context.clock.now();
    const silence: Silence = { id, match, by, reason, from, until: from + forMs };
    const { after } = await changeAlerts(context, () => [{ kind: 'silence', silence }]);
    return {
      silence,
      matches: Object.keys(after.subjects)
        .filter((key) => isMatch(match, key))
        .toSorted(),
    };
  },
};
