import { expect, it } from 'vitest';
import { emptyState } from '../../src/alerts/index.ts';
import { markerOf } from '../../src/alerts/incident.ts';
import type { AlertState, SubjectHealth } from '../../src/alerts/model.ts';
import { orphanCard } from '../../src/bot/incidents/orphans.ts';
import type { OwnMessage } from '../../src/bot/incidents/own-messages.ts';
import { incident } from './incident-samples.ts';
import { AT } from './samples.ts';

const KEY = 'api-down|api:cluster-b';
const MINUTE = 60_000;
const WELL = 'API of cluster-b is well · seen since <t:1795521605:T>';
const FORGOTTEN = 'This alert is followed no longer';

/** A message that was posted a minute before everything began anew, at {@link AT}. */
const message: OwnMessage = {
  id: 'old-1',
  marker: markerOf(KEY, 'failing'),
  message: '1',
  at: AT - MINUTE,
  isOpen: true,
  isWhole: false,
};

function state(health: Partial<SubjectHealth> | undefined, more: Partial<AlertState> = {}): AlertState {
  const subject: SubjectHealth = {
    rule: 'api-down',
    subject: { kind: 'api', cluster: 'cluster-b' },
    state: 'ok',
    since: AT + 5_000,
    window: '+',
    turns: [],
    sampledAt: AT + 5_000,
    knownAt: AT + 5_000,
    vantage: 'cluster-b',
    ...health,
  };
  return { ...emptyState(AT), subjects: health === undefined ? {} : { [KEY]: subject }, ...more };
}

const again = incident({ id: 'new-1', marker: message.marker });

it.each<readonly [string, OwnMessage, AlertState, number, string | undefined]>([
  ['is well', message, state({}), MINUTE, WELL],
  ['was not known, and is well', { ...message, marker: markerOf(KEY, 'unknown') }, state({}), MINUTE, WELL],
  ['fails, and not yet often enough', message, state({ state: 'pending' }), 40 * MINUTE, undefined],
  ['is told of anew, in this message', message, state({}, { incidents: { [again.id]: again } }), MINUTE, undefined],
  ['was told of anew, which is over', message, state({}, { incidents: { [again.id]: { ...again, endedAt: AT } } }), MINUTE, WELL],
  ['is of this life', { ...message, at: AT }, state({}), MINUTE, undefined],
  ['was not measured yet', message, state(undefined), 30 * MINUTE - 1, undefined],
  ['was not measured for half an hour', message, state(undefined), 30 * MINUTE, FORGOTTEN],
])('what %s', (_name, of, known, after, title) => {
  expect(orphanCard(of, known, AT + after)?.title).toBe(title);
});
