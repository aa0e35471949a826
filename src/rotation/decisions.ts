/** Short ways to say what is to be done. */
import type { Finding } from '../mesh/finding.ts';
import type { Decision, PlannedStep, Step } from './goal.ts';
import type { Settlement } from './settle.ts';

export function take(step: Step, says: string): Decision {
  return { kind: 'step', step, says };
}

export function waitUntil(until: number, says: string): Decision {
  return { kind: 'wait', says, until, deadline: undefined };
}

/** For something to be seen, until an instant at the latest. */
export function waitFor(says: string, deadline: number | undefined): Decision {
  return { kind: 'wait', says, until: undefined, deadline };
}

export function stuck(...findings: readonly Finding[]): Decision {
  return { kind: 'stuck', findings };
}

export function done(says: readonly string[], findings: readonly Finding[] = []): Decision {
  return { kind: 'done', says, findings };
}

/** What a settlement asks for; undefined where all is proved. */
export function fromSettlement(settlement: Settlement): Decision | undefined {
  if (settlement.kind === 'settled') return undefined;
  if (settlement.kind === 'step') return take(settlement.step, settlement.says);
  return settlement.kind === 'wait' ? waitFor(settlement.says, settlement.deadline) : stuck(settlement.finding);
}

/** A line of a plan that nobody has begun. */
export function planned(key: string, title: string, more: Partial<Pick<PlannedStep, 'risk' | 'waitsMs'>> = {}): PlannedStep {
  return { key, title, risk: more.risk, waitsMs: more.waitsMs, state: 'todo' };
}

/** Lines of a plan of which the first ones are over. */
export function markSteps(steps: readonly PlannedStep[], over: number): readonly PlannedStep[] {
  return steps.map((step, at) => ({ ...step, state: at < over ? 'done' : at === over ? 'now' : 'todo' }));
}
