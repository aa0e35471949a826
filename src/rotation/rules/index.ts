/** The safety rules: asked before every step, whatever a planner thought of. Pure, and independent of the planners. */
import type { Goal, Step } from '../goal.ts';
import type { CaState } from '../model.ts';
import type { Rule } from './case.ts';
import { everyLeafIsTrusted } from './rule-1.ts';
import { rootBytesStay } from './rule-2.ts';
import { whatIsWrittenVerifies } from './rule-3.ts';
import { goodStays } from './rule-4.ts';
import { oneAtATime } from './rule-5.ts';
import { remotesAreThere } from './rule-6.ts';
import { othersKeepTheirs } from './rule-7.ts';
import { writesRestOnWhatWasSeen } from './rule-8.ts';
import { rootsChangeOnPurpose } from './rule-9.ts';

export interface RuleViolation {
  /** From 1, in the order of the list. */
  readonly rule: number;
  /** One sentence. */
  readonly text: string;
}

export const RULES: readonly Rule[] = [
  everyLeafIsTrusted,
  rootBytesStay,
  whatIsWrittenVerifies,
  goodStays,
  oneAtATime,
  remotesAreThere,
  othersKeepTheirs,
  writesRestOnWhatWasSeen,
  rootsChangeOnPurpose,
];

/** What a step would break; empty: it may be taken. */
export function violations(state: CaState, goal: Goal, step: Step, now: number): readonly RuleViolation[] {
  return RULES.flatMap((rule, index) => rule({ state, goal, step, now }).map((text) => ({ rule: index + 1, text })));
}
