/** What alerts follow where nobody says otherwise, and how a configuration changes it. */
import { HOUR, MINUTE } from '../core/duration.ts';
import type { Severity } from '../mesh/finding.ts';
import type { RuleId } from '../mesh/health.ts';
import type { AlertPolicy, RulePolicy } from './model.ts';
import { RULES } from './rules.ts';

/** How one rule differs from its default. Durations in milliseconds. */
export interface RuleOverride {
  /** `off`: nobody is told. */
  readonly severity?: Severity | 'off' | undefined;
  readonly failures?: number | undefined;
  readonly of?: number | undefined;
  readonly recoveries?: number | undefined;
  readonly unknownAfter?: number | undefined;
  readonly remindEvery?: number | undefined;
}

/** What a configuration may say; what it leaves out keeps its default. */
export interface PolicyOverrides {
  /** By the name of the rule; names that are no rule change nothing. */
  readonly rules?: Readonly<Record<string, RuleOverride>> | undefined;
  readonly flapping?: AlertPolicy['flapping'] | undefined;
  readonly nagAfter?: number | undefined;
  readonly escalation?: AlertPolicy['escalation'];
  readonly quiet?: AlertPolicy['quiet'];
}

/** The policy of a configuration. */
export function policyOf({ rules = {}, flapping, nagAfter, escalation, quiet }: PolicyOverrides): AlertPolicy {
  const entries = RULES.map(({ id, defaults }) => [id, Object.hasOwn(rules, id) ? overridden(defaults, rules[id] ?? {}) : defaults]);
  return {
    rules: Object.fromEntries(entries) as Record<RuleId, RulePolicy>,
    flapping: flapping ?? { changes: 6, within: 10 * MINUTE, calmAfter: 10 * MINUTE },
    nagAfter: nagAfter ?? 4 * HOUR,
    escalation,
    quiet,
  };
}

export const DEFAULT_POLICY: AlertPolicy = policyOf({});

/** Whoever gives one of `failures` and `of` alone means that one: the other follows where the two would not fit together. */
function overridden(defaults: RulePolicy, { severity, failures, of, ...rest }: RuleOverride): RulePolicy {
  return {
    severity: severity === undefined || severity === 'off' ? defaults.severity : severity,
    on: severity !== 'off',
    failures: failures ?? Math.min(defaults.failures, of ?? defaults.of),
    of: of ?? Math.max(defaults.of, failures ?? 0),
    recoveries: rest.recoveries ?? defaults.recoveries,
    unknownAfter: rest.unknownAfter ?? defaults.unknownAfter,
    remindEvery: rest.remindEvery ?? defaults.remindEvery,
  };
}
