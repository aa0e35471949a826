import { toFailure } from '../core/errors.ts';
import type { Finding } from '../mesh/finding.ts';
import type { Goal, PlannedStep } from '../rotation/goal.ts';
import type { Intent } from '../rotation/model.ts';
import type { ChangeView } from './ports.ts';

/** The id of what runs without an intent. */
export const DISTRIBUTION = 'distribute';

/** What a change is called, one line. */
export function titleOf(goal: Goal): string {
  switch (goal.kind) {
    case 'distribute':
      return goal.only === undefined ? 'Distribute cacerts' : `Distribute cacerts to ${goal.only.join(', ')}`;
    case 'intermediate':
      return `Rotate the intermediate of ${goal.cluster}`;
    case 'root':
      return 'Rotate the root';
    case 'emergency':
      return `New key for ${goal.cluster}: its intermediate counts as stolen`;
    case 'restore':
      return `Restore ${goal.backup} in ${goal.cluster}`;
    case 'adopt':
      return `Adopt the cacerts of ${goal.cluster}`;
    default:
      return `Release the hold in ${goal.cluster}`;
  }
}

/** What a view is about, and by whom. */
export interface ViewSubject {
  readonly goal: Goal;
  /** Undefined for a distribution, which needs none. */
  readonly intent: Intent | undefined;
  readonly by: string;
  readonly startedAt: number;
}

/** What a view says now. */
export type Changing = Pick<ChangeView, 'state' | 'says'> &
  Partial<Pick<ChangeView, 'until' | 'deadline' | 'question' | 'findings' | 'failure' | 'result' | 'steps'>>;

/** What to do about a failure that says nothing of it. */
const AFTER_FAILURE = 'The next run looks again by itself; `meshwarden doctor` tries every cluster.';

/** A view of a change as it is now. */
export function viewOf({ goal, intent, by, startedAt }: ViewSubject, at: number, now: Changing): ChangeView {
  return {
    id: intent?.id ?? DISTRIBUTION,
    goal,
    title: titleOf(goal),
    by,
    at,
    startedAt,
    steps: [],
    until: undefined,
    deadline: undefined,
    question: undefined,
    findings: [],
    failure: undefined,
    result: [],
    shownIn: intent?.shownIn,
    ...now,
    ...(now.failure === undefined ? {} : { failure: { next: AFTER_FAILURE, ...now.failure } }),
  };
}

/** A call failed in a way that more tries did not mend. */
export function failedView(subject: ViewSubject, at: number, error: unknown, steps: readonly PlannedStep[]): ChangeView {
  const failure = toFailure(error);
  const says = 'It stopped here. What was written is whole; the next run looks again and goes on.';
  return viewOf(subject, at, { state: 'failed', says, failure, steps });
}

/** Nothing can be done before somebody mends what the findings name. */
export function stuckView(subject: ViewSubject, at: number, findings: readonly Finding[], steps: readonly PlannedStep[]): ChangeView {
  return viewOf(subject, at, { state: 'stuck', says: findings[0]?.title ?? 'It cannot go on', findings, steps });
}
