/** Every way to a goal. */
import { adopt } from './adopt.ts';
import { distribute } from './distribute.ts';
import { emergency } from './emergency.ts';
import type { Goal, GoalKind, Planner } from './goal.ts';
import { intermediate } from './intermediate.ts';
import { releaseHold } from './release-hold.ts';
import { restore } from './restore.ts';
import { root } from './root/index.ts';

export const PLANNERS: { readonly [K in GoalKind]: Planner<Extract<Goal, { readonly kind: K }>> } = {
  distribute,
  intermediate,
  root,
  emergency,
  restore,
  adopt,
  releaseHold,
};

/** The way to this very goal. */
export function plannerOf(goal: Goal): Planner {
  return PLANNERS[goal.kind];
}
