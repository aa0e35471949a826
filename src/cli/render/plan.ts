import { formatDuration } from '../../core/duration.ts';
import { MARKS } from '../../mesh/summary.ts';
import type { ChangePlan, Planned, PlannedStep } from '../../rotation/goal.ts';
import { findingText } from './finding.ts';

/** What would be done, or why nothing is. */
export function plannedText(planned: Planned): string {
  switch (planned.kind) {
    case 'plan':
      return planText(planned.plan);
    case 'nothing':
      return `${planned.says.map((line, index) => (index === 0 ? `${MARKS.healthy} ${line}` : `  ${line}`)).join('\n')}\n`;
    default:
      return planned.findings.map((finding) => findingText(finding, MARKS.problems)).join('\n');
  }
}

/** A plan as a person reads it before they approve. */
export function planText({ title, now, then, steps, remarks, waived, hash }: ChangePlan): string {
  return [
    `${title} · plan ${hash.slice(0, 8)}`,
    ...now.map((line, index) => `${index === 0 ? 'Now ' : '    '} ${line}`),
    ...then.map((line, index) => `${index === 0 ? 'Then' : '    '} ${line}`),
    ...stepLines(steps),
    ...waived.map((line) => `Given up: ${line}`),
    ...remarks,
    '',
  ].join('\n');
}

const STATES: Readonly<Record<PlannedStep['state'], string>> = { todo: ' ', now: '>', done: 'x' };

/** Steps with how far they are. */
export function stepLines(steps: readonly PlannedStep[]): readonly string[] {
  return steps.map(({ title, risk, waitsMs, state }, index) => {
    const wait = waitsMs === undefined ? '' : ` · waits ${formatDuration(waitsMs)}`;
    const danger = risk === undefined ? '' : ` · ${risk}`;
    return `[${STATES[state]}] ${index + 1} ${title}${wait}${danger}`;
  });
}
