import type { Planner } from '../goal.ts';
import { intentOf } from '../look.ts';
import { courseOf, type RootGoal } from './course.ts';
import { decideRoot } from './decide.ts';
import { planRoot } from './plan.ts';
import { stepsOf } from './steps.ts';

/** From one root to the next, over days (domain.md C-II). */
export const root: Planner<RootGoal> = {
  plan: planRoot,
  decide: decideRoot,
  progress: (goal, state, now) => stepsOf(courseOf(goal, state, now, intentOf(state))),
};
