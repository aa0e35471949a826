import { formatRelative } from '../../core/duration.ts';
import type { ChangeView } from '../../changes/ports.ts';
import { MARKS } from '../../mesh/summary.ts';
import { findingText } from './finding.ts';
import { stepLines } from './plan.ts';

const MARK: Readonly<Record<ChangeView['state'], string>> = {
  waiting: MARKS.unknown,
  running: MARKS.unknown,
  paused: MARKS.unknown,
  asking: MARKS.unknown,
  goingBack: MARKS.unknown,
  stuck: MARKS.problems,
  failed: MARKS.problems,
  aborted: MARKS.unknown,
  done: MARKS.healthy,
};

/** How a change stands. */
export function changeText(view: ChangeView, now: number): string {
  const { title, id, state, says, until, deadline, question, findings, failure, result, steps } = view;
  const lines = state === 'done' || state === 'aborted' ? (result.length === 0 ? [says] : result) : [says];
  return [
    `${MARK[state]} ${title} · ${id} · ${WORDS[state]}`,
    ...lines.map((line) => `  ${line}`),
    ...(until === undefined ? [] : [`  Goes on ${formatRelative(until, now)}`]),
    ...(deadline === undefined ? [] : [`  At the latest ${formatRelative(deadline, now)}`]),
    ...(question === undefined ? [] : [`  Agree: meshwarden rotation --agree ${question}`]),
    ...(failure === undefined ? [] : [`  ${failure.message}`, ...(failure.next === undefined ? [] : [`  Next: ${failure.next}`])]),
    ...(state === 'done' || state === 'aborted' ? [] : stepLines(steps).map((line) => `  ${line}`)),
    ...findings.map((finding) => findingText(finding, MARKS.problems)),
    '',
  ].join('\n');
}

const WORDS: Readonly<Record<ChangeView['state'], string>> = {
  waiting: 'waits',
  running: 'under way',
  paused: 'paused',
  asking: 'asks',
  goingBack: 'goes back',
  stuck: 'cannot go on',
  failed: 'failed',
  aborted: 'aborted',
  done: 'done',
};
