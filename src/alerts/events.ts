/** What an event changes by itself, before anything is derived from it. */
import type { Sample } from '../mesh/health.ts';
import type { Draft } from './draft.ts';
import { follow, canMiss, isProbed, keyOf } from './follow.ts';
import { noted } from './incident.ts';
import type { AlertEvent, Incident } from './model.ts';
import { ruleOf } from './rules.ts';
import { LINES } from './words.ts';

export function apply(draft: Draft, event: AlertEvent): void {
  switch (event.kind) {
    case 'samples':
      return take(draft, event.samples);
    case 'ack':
      return ack(draft, event);
    case 'unack':
      return unack(draft, event);
    case 'silence':
      if (event.silence.until <= draft.now) return undefined;
      draft.silences = [...draft.silences.filter(({ id }) => id !== event.silence.id), event.silence];
      return undefined;
    case 'unsilence':
      draft.by = event.by;
      if (draft.silences.some(({ id }) => id === event.id)) draft.silences = draft.silences.filter(({ id }) => id !== event.id);
      return undefined;
    case 'openWindow':
      if (event.window.until <= draft.now) return undefined;
      draft.windows = [...draft.windows.filter(({ id }) => id !== event.window.id), event.window];
      return undefined;
    case 'closeWindow':
      if (draft.windows.some(({ id }) => id === event.id)) draft.windows = draft.windows.filter(({ id }) => id !== event.id);
      return undefined;
    case 'retire':
      for (const key of event.keys) draft.putHealth(key, undefined);
      return undefined;
    default:
      return undefined;
  }
}

function take(draft: Draft, samples: readonly Sample[]): void {
  const { now, policy } = draft;
  wakeUp(draft);
  welcome(draft, new Set(samples.filter(({ subject }) => isProbed(subject)).map(({ vantage }) => vantage)));
  for (const sample of samples.toSorted((one, other) => one.at - other.at)) {
    // A rule that another version of the product knows.
    if (ruleOf(sample.rule) === undefined || !Object.hasOwn(policy.rules, sample.rule)) continue;
    const key = keyOf(sample);
    draft.putHealth(key, follow(draft.health(key), sample, { now, rule: policy.rules[sample.rule], flapping: policy.flapping }));
  }
}

/** Nobody measured anything for a long time: the machine slept, or its clock was moved on. Nothing counts as missed before there was time to measure it. */
function wakeUp(draft: Draft): void {
  const { now, policy } = draft;
  const subjects = draft.subjects();
  const last = subjects.reduce((latest, [, { sampledAt }]) => Math.max(latest, sampledAt), 0);
  for (const [key, health] of subjects) {
    const { rule, expectedFrom } = health;
    if (expectedFrom === now || !Object.hasOwn(policy.rules, rule) || canMiss(policy.rules[rule], now - last)) continue;
    draft.putHealth(key, { ...health, expectedFrom: now });
  }
}

/**
 * Vantages that were away: not to have measured meanwhile is not held against what they measure, and they may need a while until all of it is measured
 * again.
 */
function welcome(draft: Draft, vantages: ReadonlySet<string>): void {
  const { now, policy } = draft;
  const last = new Map<string, number>();
  const subjects = draft
    .subjects()
    .filter(([, health]) => vantages.has(health.vantage) && isProbed(health.subject) && Object.hasOwn(policy.rules, health.rule));
  for (const [, { vantage, sampledAt }] of subjects) last.set(vantage, Math.max(last.get(vantage) ?? 0, sampledAt));
  for (const [key, health] of subjects) {
    const wasAway = !canMiss(policy.rules[health.rule], now - (last.get(health.vantage) ?? 0));
    if (wasAway) draft.putHealth(key, { ...health, expectedFrom: now });
  }
}

function openIncident(draft: Draft, id: string): Incident | undefined {
  const incident = draft.incident(id);
  return incident?.endedAt === undefined ? incident : undefined;
}

function ack(draft: Draft, { incident: id, by, forMs }: Extract<AlertEvent, { kind: 'ack' }>): void {
  const { now, policy } = draft;
  const incident = openIncident(draft, id);
  if (incident === undefined) return;
  const wait = forMs ?? policy.nagAfter;
  const next = { ...incident, ack: { by, at: now, nagAt: wait === 0 ? 0 : now + wait } };
  draft.putIncident(noted(next, { at: now, says: LINES.acked(by, forMs) }));
}

function unack(draft: Draft, { incident: id, by }: Extract<AlertEvent, { kind: 'unack' }>): void {
  const incident = openIncident(draft, id);
  if (incident?.ack === undefined) return;
  const { ack: _, ...rest } = incident;
  draft.putIncident(noted(rest, { at: draft.now, says: LINES.unacked(by) }));
}
