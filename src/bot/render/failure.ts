import type { Failure } from '../../core/errors.ts';
import { plain, prose, type Card } from '../card.ts';

/** Something that was asked for could not be done: what, why, what next. */
export function failureCard(title: string, failure: Failure): Card {
  return {
    tone: 'bad',
    title,
    body: [plain(failure.message), ...(failure.next === undefined ? [] : [`Next: ${prose(failure.next)}`])],
  };
}

/** Something that is not allowed, or makes no sense any more. Not a fault, so it is not red. */
export function refusalCard(text: string): Card {
  return { tone: 'unknown', title: 'Not done', body: [text] };
}
