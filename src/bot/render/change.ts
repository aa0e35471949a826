import type { ChangeView } from '../../changes/ports.ts';
import { formatDuration } from '../../core/duration.ts';
import type { PlannedStep } from '../../rotation/goal.ts';
import { plain, prose, relativeTime, type Card, type CardButton, type Tone } from '../card.ts';
import { customId } from '../custom-id.ts';
import { personText } from './person.ts';
import { findingLines } from './plan.ts';

/** The id of what runs without an intent. */
const DISTRIBUTION = 'distribute';

type State = ChangeView['state'];

const TONES: Readonly<Record<State, Tone>> = {
  waiting: 'plan',
  running: 'plan',
  paused: 'warn',
  asking: 'warn',
  stuck: 'warn',
  goingBack: 'warn',
  done: 'good',
  aborted: 'unknown',
  failed: 'bad',
};
const LISTED_FINDINGS = 2;
/** What is done is counted beyond the last of these, what comes beyond the first of those. */
const LISTED_DONE = 2;
const LISTED_TODO = 4;
/** Longer questions do not fit into a button. */
const LONGEST_QUESTION = 70;

/** How a change stands: while it runs, when it needs somebody, and at its end. */
export function changeCard(view: ChangeView): Card {
  if (view.state === 'failed') return failedCard(view);
  return isOver(view) ? endCard(view) : liveCard(view);
}

/** True where nothing will come after this view. What failed is looked at again, and may be paused or aborted meanwhile. */
export function isOver({ state }: ChangeView): boolean {
  return state === 'done' || state === 'aborted';
}

function liveCard(view: ChangeView): Card {
  return {
    tone: TONES[view.state],
    title: liveTitle(view),
    body: [
      // What is in the way says so itself.
      ...(view.state === 'stuck' && view.findings.length > 0 ? [] : [`**${prose(view.says)}**${waitText(view)}`]),
      ...(view.failure === undefined ? [] : failureLines(view.failure)),
      ...view.findings.slice(0, LISTED_FINDINGS).flatMap((finding) => ['', ...findingLines(finding)]),
      '',
      ...stepLines(view.steps),
    ],
    footer: `${view.id} · by ${personText(view.by)} · begun ${relativeTime(view.startedAt)}`,
    buttons: liveButtons(view),
    rest: 'the thread',
  };
}

function liveTitle({ title, state, steps }: ChangeView): string {
  const done = steps.filter((step) => step.state === 'done').length;
  const position = steps.length === 0 ? '' : ` · ${done} of ${steps.length} done`;
  const marks: Partial<Record<State, string>> = {
    paused: 'paused',
    asking: 'needs an answer',
    stuck: 'cannot go on',
    goingBack: 'goes back',
  };
  const mark = marks[state];
  return `${plain(title)}${mark === undefined ? position : ` · ${mark}`}`;
}

function waitText({ until, deadline }: ChangeView): string {
  if (until !== undefined) return ` · goes on ${relativeTime(until)}`;
  return deadline === undefined ? '' : ` · given up ${relativeTime(deadline)}`;
}

/** A window around what is done now. */
function stepLines(steps: readonly PlannedStep[]): readonly string[] {
  const done = steps.filter(({ state }) => state === 'done');
  const todo = steps.filter(({ state }) => state === 'todo');
  const before = done.length - LISTED_DONE;
  const after = todo.length - LISTED_TODO;
  return [
    ...(before > 0 ? [`✓ ${before} before`] : []),
    ...done.slice(-LISTED_DONE).map(({ title }) => `✓ ${plain(title)}`),
    ...steps.filter(({ state }) => state === 'now').flatMap(({ title, risk }) => [`▸ **${plain(title)}**`, ...riskLine(risk)]),
    ...todo.slice(0, LISTED_TODO).map(({ title }) => `○ ${plain(title)}`),
    ...(after > 0 ? [`○ ${after} more`] : []),
  ];
}

function riskLine(risk: string | undefined): readonly string[] {
  return risk === undefined ? [] : [`-# ▲ ${plain(risk)}`];
}

function liveButtons({ id, state, question }: ChangeView): readonly CardButton[] {
  const abort = { label: 'Abort', customId: customId('abort', id), style: 'danger' } as const;
  const pause = { label: 'Pause', customId: customId('pause', id) };
  if (state === 'paused') return [{ label: 'Resume', customId: customId('resume', id), style: 'primary' }, abort];
  if (state === 'goingBack') return [pause];
  if (state !== 'asking' || question === undefined || question.length > LONGEST_QUESTION) return [pause, abort];
  return [{ label: 'Agree', customId: customId('agree', id, question), style: 'primary' }, pause, abort];
}

function endCard(view: ChangeView): Card {
  const { title, state, result, findings } = view;
  const [first, ...rest] = result;
  const isDone = state === 'done';
  return {
    tone: isDone && findings.length > 0 ? 'warn' : TONES[state],
    title: isDone ? prose(first ?? `${title}: done`) : `${plain(title)} · aborted`,
    body: [
      ...(isDone ? rest : result).map((line) => prose(line)),
      ...findings.slice(0, LISTED_FINDINGS).flatMap((finding) => ['', ...findingLines(finding)]),
    ],
    footer: tookText(view),
    rest: 'the thread',
  };
}

/** What failed, what is so now, what was not done, and only then what to do. */
function failedCard(view: ChangeView): Card {
  const { id, title, says, result, findings, failure, steps } = view;
  return {
    tone: 'bad',
    title: `${plain(title)} · failed`,
    body: [
      ...(failure === undefined ? [] : [plain(failure.message)]),
      ...[says, ...result].map((line) => prose(line)),
      ...notDone(steps),
      ...(failure?.next === undefined ? [] : [`Next: ${prose(failure.next)}`]),
      ...findings.slice(0, LISTED_FINDINGS).flatMap((finding) => ['', ...findingLines(finding)]),
    ],
    footer: tookText(view),
    // A distribution has no intent that could be steered.
    buttons: id === DISTRIBUTION ? [] : liveButtons(view),
    rest: 'the thread',
  };
}

function tookText({ id, by, at, startedAt }: ChangeView): string {
  return `${id} · by ${personText(by)} · took ${formatDuration(Math.max(0, at - startedAt))}`;
}

function failureLines({ message, next }: NonNullable<ChangeView['failure']>): readonly string[] {
  return [plain(message), ...(next === undefined ? [] : [`Next: ${prose(next)}`])];
}

function notDone(steps: readonly PlannedStep[]): readonly string[] {
  const left = steps.filter(({ state }) => state !== 'done');
  const [first] = left;
  if (first === undefined) return [];
  const more = left.length === 1 ? '' : ` and ${left.length - 1} more`;
  return [`Not done: ${plain(first.title)}${more}.`];
}

/** To whoever pressed `Pause` and the like: what came of it. */
export function steeredCard(view: ChangeView): Card {
  const words: Partial<Record<State, string>> = {
    paused: 'Paused',
    goingBack: 'Goes back',
    aborted: 'Aborted',
    asking: 'Asks',
    stuck: 'Cannot go on',
  };
  const tone = view.state === 'paused' || view.state === 'goingBack' ? 'unknown' : TONES[view.state];
  return { tone, title: `${words[view.state] ?? 'Goes on'}: ${plain(view.title)}`, body: [prose(view.says)] };
}
