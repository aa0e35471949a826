import { z } from 'zod';
import type { Incident } from '../alerts/model.ts';
import { healthKey } from '../alerts/model.ts';
import { subjectKey, type Sample } from '../mesh/health.ts';
import type { Action } from './action.ts';
import type { FollowContext } from './alerts.ts';
import { changeAlerts } from './change-alerts.ts';

const Input = z.strictObject({
  by: z.string().min(1).max(100),
  name: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'letters, digits, dots and dashes')
    .default('test'),
  severity: z.enum(['page', 'ticket', 'info']).optional(),
  /** Ends it instead. */
  end: z.boolean().optional(),
});
type Input = z.infer<typeof Input>;

/** Null where there is none: the rule is off, or it was ended and none was open. */
export const testAlert: Action<Input, Incident | null, FollowContext> = {
  id: 'test-alert',
  role: 'operator',
  describe: 'Send an alert the whole way, or end it',
  input: Input,
  async run({ by, name, severity, end }, context) {
    const key = healthKey('trial', subjectKey({ kind: 'trial', name }));
    const { before, after } = await changeAlerts(context, (_, now) => [
      { kind: 'samples', samples: [trial({ by, name, severity, end }, now)] },
    ]);
    const of = end === true ? before : after;
    const id = of.subjects[key]?.incident;
    return id === undefined ? null : (after.incidents[id] ?? null);

    function trial({ by, name, severity, end }: Input, at: number): Sample {
      const sample = { rule: 'trial', subject: { kind: 'trial', name }, vantage: context.alerts.prober.vantage, at } as const;
      if (end === true) return { ...sample, outcome: 'ok' };
      const cause = {
        code: 'trial',
        says: `${by} tries whether alerts arrive`,
        facts: [],
        hint: 'Nothing to do: `meshwarden alerts test --end` ends it.',
        commands: [],
      };
      return { ...sample, outcome: 'failing', cause, ...(severity === undefined ? {} : { severity }) };
    }
  },
};
