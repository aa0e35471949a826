/** What is said of a change whose intent is no longer in the clusters. */
import type { CaState } from '../rotation/model.ts';
import type { ChangeView, EngineContext } from './ports.ts';
import { intentMissing } from './refusals.ts';
import { stuckView, type ViewSubject } from './view.ts';

const UNDER_WAY: ReadonlySet<ChangeView['state']> = new Set(['waiting', 'running', 'paused', 'asking', 'goingBack']);

/** True where it says that something goes on, which an intent has to stand for. */
export function isUnderWay({ state }: Pick<ChangeView, 'state'>): boolean {
  return UNDER_WAY.has(state);
}

/** The end that it came to, as far as that was shown; undefined: it came to none. */
export function endedView(kept: ChangeView | undefined, at: number): ChangeView | undefined {
  if (kept?.state === 'done' || kept?.state === 'aborted') return kept;
  if (kept?.closing === undefined) return undefined;
  const { closing, ...view } = kept;
  return { ...view, at, state: closing };
}

/** It was closed, here or elsewhere; or somebody deleted the intent, and no step is taken without one. */
export function goneView(subject: ViewSubject, at: number, kept: ChangeView | undefined, state: CaState): ChangeView {
  return endedView(kept, at) ?? stuckView(subject, at, [intentMissing(subject.goal, state)], kept?.steps ?? []);
}

/**
 * Puts right what the board says of a change that no intent stands for any more: it ended while nobody could say so, or its intent was deleted.
 * `view` was read before the clusters were found without an intent.
 */
export async function settleGone(view: ChangeView, { authority, board, clock, signal }: EngineContext): Promise<ChangeView> {
  const state = await authority.look({ probe: 'none' }, signal);
  const { id, goal, by, startedAt, shownIn } = view;
  const kept = await board.get(id);
  const gone = goneView({ goal, intent: undefined, by, startedAt }, clock.now(), kept ?? view, state);
  const settled = { ...gone, id, shownIn };
  await board.put(settled);
  return settled;
}
