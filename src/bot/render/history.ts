import type { ChangeView } from '../../changes/ports.ts';
import { DAY } from '../../core/duration.ts';
import { dateTime, plain, prose } from '../card.ts';
import { isOver } from './change.ts';
import { personText } from './person.ts';

export interface News {
  /** What the thread did not say yet, one line each. */
  readonly lines: readonly string[];
  /** What has been said by then: to be given back with the next view. */
  readonly told: readonly string[];
  /** More than the words of a wait changed: worth one of the few edits of an old message. */
  readonly changed: boolean;
}

/** One thing worth a line, with a name under which it is remembered as said. */
interface Event {
  readonly key: string;
  readonly line: string;
}

/** Remembered like any state, so that it is told once. */
const GOING = 'state:going:';

/** What is new in a view since what was told. A step, a wait or a state is told once, however often it is looked at. */
export function newsOf(view: ChangeView, told: readonly string[]): News {
  const known = new Set(told);
  const events = [...begun(view), ...steps(view), ...days(view), ...waits(view), ...states(view, told)];
  const fresh = events.filter(({ key }) => !known.has(key));
  const stamp = `sign:${view.state}:${view.question ?? ''}:${view.steps.map(({ state }) => state.charAt(0)).join('')}`;
  // A state may come back, so only the last one is remembered.
  const kept = told.filter((key) => !key.startsWith('state:') && !key.startsWith('sign:') && !key.startsWith('wait:'));
  return {
    lines: fresh.map(({ line }) => line),
    told: [...new Set([...kept, ...events.map(({ key }) => key), stamp])],
    changed: !known.has(stamp),
  };
}

function begun({ by }: ChangeView): readonly Event[] {
  return [{ key: 'begun', line: `Begun by ${personText(by)}` }];
}

function steps({ steps: all }: ChangeView): readonly Event[] {
  return all.filter(({ state }) => state === 'done').map(({ key, title }) => ({ key: `step:${key}`, line: `✓ ${plain(title)}` }));
}

/** What lasts for days says once a day how far it is. */
function days({ at, startedAt, steps: all, says }: ChangeView): readonly Event[] {
  const day = Math.floor((at - startedAt) / DAY);
  const done = all.filter(({ state }) => state === 'done').length;
  return day < 1 ? [] : [{ key: `day:${day}`, line: `Day ${day + 1}: ${done} of ${all.length} steps done. ${prose(says)}` }];
}

function waits(view: ChangeView): readonly Event[] {
  const { until, deadline, says } = view;
  const instant = until ?? deadline;
  if (instant === undefined || isOver(view)) return [];
  return [{ key: `wait:${instant}`, line: `… ${prose(says)} · ${until === undefined ? 'at most until' : 'until'} ${dateTime(instant)}` }];
}

/** Going on is worth a line only after something had stopped it. */
function states(view: ChangeView, told: readonly string[]): readonly Event[] {
  const line = stateLine(view);
  const about = view.question ?? view.findings[0]?.code ?? '';
  if (line === undefined) return told.some((key) => key.startsWith('state:')) ? [{ key: GOING, line: '▸ Goes on' }] : [];
  return [{ key: `state:${view.state}:${about}`, line }];
}

function stateLine(view: ChangeView): string | undefined {
  const { state, says, findings, failure, result } = view;
  const why = failure?.message ?? findings[0]?.title;
  const because = why === undefined ? '' : `: ${plain(why)}`;
  const end = result.length === 0 ? '' : `\n${result.map((text) => prose(text)).join('\n')}`;
  switch (state) {
    case 'paused':
      return '‖ Paused';
    case 'asking':
      return `? ${prose(says)}`;
    case 'stuck':
      return `▲ Cannot go on${because}`;
    case 'goingBack':
      return `↩ Goes back${because}`;
    case 'done':
      return `● Done${end}`;
    case 'aborted':
      return `◌ Aborted${because}${end}`;
    case 'failed':
      return `▲ Failed${because}${end}`;
    default:
      return undefined;
  }
}
