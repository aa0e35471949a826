/** Open messages of a life before: Redis lost what was known of them, so nothing will ever say that they are over but this. */
import { markerOf } from '../../alerts/incident.ts';
import { ruleOf, sentence } from '../../alerts/rules.ts';
import type { AlertState, SubjectHealth } from '../../alerts/model.ts';
import { MINUTE } from '../../core/duration.ts';
import { dateTime, plain, timeOfDay, type Card } from '../card.ts';
import type { OwnMessage } from './own-messages.ts';

/** What is not followed so long after the new beginning has left the configuration, in milliseconds. */
const FORGOTTEN_AFTER_MS = 30 * MINUTE;

/**
 * What an open message says from now on; undefined where that is not known yet, or where an incident of the same root takes it over. `message`: one
 * whose incident nobody knows.
 */
export function orphanCard(message: OwnMessage, state: AlertState, now: number): Card | undefined {
  const isFollowed = Object.values(state.incidents).some(({ marker, endedAt }) => marker === message.marker && endedAt === undefined);
  if (isFollowed || message.at >= state.begunAt) return undefined;
  const found = Object.entries(state.subjects).find(
    ([key]) => markerOf(key, 'failing') === message.marker || markerOf(key, 'unknown') === message.marker,
  );
  if (found !== undefined) return found[1].state === 'ok' ? wellCard(found[1], state.begunAt) : undefined;
  return now - state.begunAt < FORGOTTEN_AFTER_MS ? undefined : forgottenCard(state.begunAt);
}

function wellCard({ rule, subject, since }: SubjectHealth, begunAt: number): Card {
  const what = sentence(ruleOf(rule)?.what(subject) ?? rule);
  return {
    tone: 'good',
    title: `${plain(what)} is well · seen since ${timeOfDay(since)}`,
    body: [`What was known of this alert was lost at ${dateTime(begunAt)}: when it ended is not known.`],
  };
}

function forgottenCard(begunAt: number): Card {
  return {
    tone: 'unknown',
    title: 'This alert is followed no longer',
    body: [`What was known of it was lost at ${dateTime(begunAt)}, and nothing of the kind has been measured since.`],
  };
}
