/** What follows health over time adds to a status: links, gateways as others reach them, and what people were told of. */
import type { Finding, Subject } from './finding.ts';
import { LOCAL_VANTAGE, subjectKey, type HealthSubject, type LinkPath, type RuleId } from './health.ts';
import { entryOf, isDirection, type HealthEntry, type HealthView, type OpenIncident } from './health-view.ts';
import type { Problem, Report, Unseen } from './report.ts';

export interface MeasuredLink {
  readonly from: string;
  readonly to: string;
  readonly state: HealthEntry['state'] | 'degraded';
  /** Since when, in UTC milliseconds. */
  readonly since: number;
  readonly latencyMs: number | undefined;
  readonly path: LinkPath | undefined;
  /** Why it is not well, or not known. */
  readonly why: string | undefined;
}

/** `notMeasured`: why. A direction that nobody measures is never called healthy. */
export type LinkStatus = MeasuredLink | { readonly from: string; readonly to: string; readonly notMeasured: string };

/** How the gateway of a cluster answers whoever asks from another side. */
export interface AskedGateway {
  readonly from: string;
  readonly state: HealthEntry['state'];
  readonly why: string | undefined;
}

/** Every direction between two clusters, and those from where we are when that is in none of them. */
export function linksOf(names: readonly string[], health: HealthView | undefined): readonly LinkStatus[] {
  const outside = health === undefined ? [] : names.flatMap((to) => measured(health, LOCAL_VANTAGE, to) ?? []);
  const between = names.flatMap((from) =>
    names
      .filter((to) => to !== from)
      .map((to) => (health && measured(health, from, to)) ?? { from, to, notMeasured: whyNot(from, health) }),
  );
  return [...outside, ...between];
}

function whyNot(from: string, health: HealthView | undefined): string {
  if (health === undefined) return 'no link probe runs';
  return health.vantages.includes(from) ? 'no result yet' : `no worker runs in ${from}`;
}

function measured(health: HealthView, from: string, to: string): MeasuredLink | undefined {
  const isLink = (subject: HealthSubject): boolean => isDirection(subject, 'link', from, to);
  const down = entryOf(health, 'link-down', isLink);
  if (down === undefined) return undefined;
  const degraded = entryOf(health, 'link-degraded', isLink);
  const isDegraded = down.state === 'ok' && (degraded?.state === 'firing' || degraded?.state === 'flapping');
  const why = isDegraded ? degraded.cause?.says : down.state === 'ok' ? undefined : down.cause?.says;
  return {
    from,
    to,
    state: isDegraded ? 'degraded' : down.state,
    since: isDegraded ? degraded.since : down.since,
    latencyMs: down.latencyMs,
    path: down.path,
    why,
  };
}

/** Who asks the gateway of `to`, and how it answers them. */
export function askedOf(to: string, health: HealthView | undefined): readonly AskedGateway[] {
  if (health === undefined) return [];
  const froms = health.entries.flatMap(({ rule, subject }) =>
    rule === 'gateway-down' && subject.kind === 'gateway' && subject.to === to ? [subject.from] : [],
  );
  return froms.toSorted().map((from) => {
    const isGateway = (subject: HealthSubject): boolean => isDirection(subject, 'gateway', from, to);
    const down = entryOf(health, 'gateway-down', isGateway);
    const trust = entryOf(health, 'gateway-trust', isGateway);
    const telling = down?.state === 'ok' && trust !== undefined && trust.state !== 'unknown' ? trust : down;
    return { from, state: telling?.state ?? 'unknown', why: telling?.state === 'ok' ? undefined : telling?.cause?.says };
  });
}

/** What the checks of a status find as well, or what is no matter of the mesh: it is not said twice. */
const SAID_ELSEWHERE: ReadonlySet<RuleId> = new Set(['api-down', 'gateway-pods', 'version-skew', 'canary-missing', 'trial']);

/** A report with what people were told of among its problems. Of a status of some clusters only what concerns them. */
export function withIncidents(report: Report, health: HealthView | undefined, only: readonly string[] | undefined): Report {
  const told = (health?.incidents ?? []).filter(({ rule, subject }) => !SAID_ELSEWHERE.has(rule) && concerns(subject, only));
  const known = told.filter(({ state }) => state !== 'unknown');
  const blind = told.filter(({ state }) => state === 'unknown');
  if (told.length === 0) return report;
  const problems = [...report.problems, ...known.filter(({ severity }) => severity !== 'info').map(problemOf)].toSorted(bySeverity);
  const unseen = [...report.unseen, ...blind.map(unseenOf)];
  const verdict = problems.length > 0 ? 'problems' : unseen.length + report.errored.length > 0 ? 'unknown' : report.verdict;
  return { ...report, problems, unseen, verdict };
}

function concerns(subject: HealthSubject, only: readonly string[] | undefined): boolean {
  if (only === undefined) return true;
  return Object.entries(subject).some(([field, value]) => field !== 'kind' && only.includes(value));
}

function problemOf(incident: OpenIncident): Problem {
  const { rule, subject, severity, since, title, evidence, cause, hides } = incident;
  const finding: Finding = {
    code: cause?.code ?? rule,
    severity,
    subject: placeOf(subject),
    title,
    facts: cause === undefined ? [evidence] : [`${evidence}: ${cause.says}`, ...cause.facts],
    hint: cause?.hint ?? 'Run `/mesh alerts` for what is known.',
    commands: cause?.commands ?? [],
  };
  return { finding, since, hides };
}

function unseenOf({ rule, subject, title, cause }: OpenIncident): Unseen {
  return { check: rule, title, subject: subjectKey(subject), reason: cause?.says ?? 'not measured of late' };
}

function placeOf(subject: HealthSubject): Subject {
  if ('from' in subject) return { kind: 'link', name: `${subject.from}→${subject.to}` };
  if ('cluster' in subject) return { kind: 'cluster', name: subject.cluster };
  return { kind: 'mesh', name: 'mesh' };
}

const ORDER = { page: 0, ticket: 1, info: 2 } as const;

function bySeverity(a: Problem, b: Problem): number {
  return ORDER[a.finding.severity] - ORDER[b.finding.severity] || b.hides.length - a.hides.length;
}
