/** Versions of incidents: whether people should see that one changed. */
import { LOCAL_VANTAGE, subjectKey, type HealthSubject } from '../mesh/health.ts';
import type { Draft } from './draft.ts';
import { healthKey, type Incident, type SubjectHealth } from './model.ts';

/** With its version one higher where people should see the change, and its turn where its state changed. */
export function stamped(draft: Draft, before: Incident | undefined, after: Incident): Incident {
  const turned = before === undefined || look(before) !== look(after);
  if (!turned && !isVisible(before, after)) return after;
  return {
    ...after,
    context: after.endedAt === undefined ? contextOf(draft, after) : after.context,
    version: (before?.version ?? 0) + 1,
    turn: (before?.turn ?? 0) + (turned ? 1 : 0),
  };
}

/** Everything about its state that is worth an edit of an old message. Being well again for a moment is not. */
function look({ state, title, severity, announcedAt, endedAt }: Incident): string {
  return JSON.stringify([state === 'resolving' ? 'firing' : state, title, severity, announcedAt, endedAt]);
}

function isVisible(before: Incident, after: Incident): boolean {
  return (
    before.history.length !== after.history.length ||
    before.ack !== after.ack ||
    before.muted !== after.muted ||
    before.hides !== after.hides ||
    before.context !== after.context ||
    before.cause?.code !== after.cause?.code
  );
}

/** The context with what fails there now: that is worth an edit, and how long a round trip takes is not. */
export function withContext(draft: Draft, incident: Incident): Incident {
  const context = contextOf(draft, incident);
  const failing = (lines: readonly string[]): string => lines.filter((line) => FAILS.test(line)).join('\n');
  return incident.version === 0 || failing(context) === failing(incident.context) ? incident : { ...incident, context };
}

const FAILS = /: fails(?: too)?$/;

/** What else is known: whether it works the other way round, and what it rests on. */
function contextOf(draft: Draft, { rule, subject, root }: Incident): readonly string[] {
  const vantage = draft.health(root)?.vantage;
  return [
    ...neighbours(draft, subject),
    ...(vantage === undefined || vantage === LOCAL_VANTAGE || speaksOf(subject, vantage) ? [] : [`measured from ${vantage}`]),
  ].filter((line) => !(rule === 'link-degraded' && line.endsWith('not measured')));
}

function neighbours(draft: Draft, subject: HealthSubject): readonly string[] {
  const link = (from: string, to: string): SubjectHealth | undefined =>
    draft.health(healthKey('link-down', subjectKey({ kind: 'link', from, to })));
  if (subject.kind === 'link') return [`${subject.to} → ${subject.from}: ${standing(link(subject.to, subject.from), 'fails too')}`];
  if (subject.kind !== 'gateway' && subject.kind !== 'publicPath' && subject.kind !== 'remoteApi') return [];
  return [`link ${subject.from} → ${subject.to}: ${standing(link(subject.from, subject.to), 'fails')}`];
}

function standing(health: SubjectHealth | undefined, fails: string): string {
  if (health === undefined || health.state === 'unknown') return 'not measured';
  if (health.state === 'pending' && health.window.endsWith('-')) return 'the last probe failed';
  return health.state === 'ok' || health.state === 'pending' ? (health.says ?? 'works') : fails;
}

function speaksOf(subject: HealthSubject, vantage: string): boolean {
  return Object.entries(subject).some(([field, value]) => field !== 'kind' && value === vantage);
}
