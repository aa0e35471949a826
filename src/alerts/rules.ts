/** All rules of alerts, causes first: what they are about, how they judge by default, what explains them, and how people read it. */
import { HOUR, MINUTE } from '../core/duration.ts';
import type { Severity } from '../mesh/finding.ts';
import { LOCAL_VANTAGE, subjectKey, subjectTitle, type HealthKind, type HealthSubject, type RuleId } from '../mesh/health.ts';
import { healthKey, type RulePolicy } from './model.ts';

/** A subject under a rule, before it is a key. */
export interface Followed {
  readonly rule: RuleId;
  readonly subject: HealthSubject;
}

export interface Rule {
  readonly id: RuleId;
  /** A positive statement: what is true while it is silent. */
  readonly title: string;
  readonly kind: HealthKind;
  readonly defaults: RulePolicy;
  /** Nothing measures it again and again: what is not measured for `unknownAfter` is forgotten instead of told of. */
  readonly passes: boolean;
  /** While it fails nothing else is known from there. */
  readonly blinds: boolean;
  /** The next causes of its trouble. {@link causesOf} has all of them. */
  dependsOn(subject: HealthSubject, vantage: string): readonly Followed[];
  /** What is followed, in the middle of a sentence: `link cluster-a → cluster-b`. */
  what(subject: HealthSubject): string;
  /** What is so while it fails: `Link cluster-a → cluster-b is down`. */
  is(subject: HealthSubject): string;
  /** The same when it is over, so that `for 6 min` can follow: `Link cluster-a → cluster-b was down`. */
  was(subject: HealthSubject): string;
  /** The same two where nothing is known of it. */
  isUnknown(subject: HealthSubject): string;
  wasUnknown(subject: HealthSubject): string;
}

type Of<K extends HealthKind> = Extract<HealthSubject, { readonly kind: K }>;

interface Written<K extends HealthKind> {
  readonly title: string;
  readonly defaults: RulePolicy;
  readonly passes?: true;
  readonly blinds?: true;
  readonly dependsOn?: (subject: Of<K>, vantage: string) => readonly Followed[];
  readonly what?: (subject: Of<K>) => string;
  readonly is: (subject: Of<K>) => string;
  readonly was: (subject: Of<K>) => string;
  readonly isUnknown?: (subject: Of<K>) => string;
  readonly wasUnknown?: (subject: Of<K>) => string;
}

/** `counts`: failures, of, recoveries. A page is said again every 4 hours, a ticket every day, an info never. */
function judging(severity: Severity, counts: readonly [number, number, number], unknownAfter: number): RulePolicy {
  const [failures, of, recoveries] = counts;
  const remindEvery = { page: 4 * HOUR, ticket: 24 * HOUR, info: 0 }[severity];
  return { severity, on: true, failures, of, recoveries, unknownAfter, remindEvery };
}

/** Measured every few seconds, every minute, every five minutes. */
const [QUICK, SLOW, RARE] = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE];

function rule<K extends HealthKind>(id: RuleId, kind: K, written: Written<K>): Rule {
  const mine = (subject: HealthSubject): subject is Of<K> => subject.kind === kind;
  const what = (subject: HealthSubject): string =>
    written.what === undefined || !mine(subject) ? subjectTitle(subject) : written.what(subject);
  return {
    id,
    kind,
    title: written.title,
    defaults: written.defaults,
    passes: written.passes === true,
    blinds: written.blinds === true,
    dependsOn: (subject, vantage) => (mine(subject) ? (written.dependsOn?.(subject, vantage) ?? []) : []),
    what,
    is: (subject) => (mine(subject) ? written.is(subject) : `${sentence(what(subject))} fails`),
    was: (subject) => (mine(subject) ? written.was(subject) : `${sentence(what(subject))} failed`),
    isUnknown: (subject) => (mine(subject) ? written.isUnknown?.(subject) : undefined) ?? `No measurement of ${what(subject)}`,
    wasUnknown: (subject) => (mine(subject) ? written.wasUnknown?.(subject) : undefined) ?? `There was no measurement of ${what(subject)}`,
  };
}

/** A phrase as the beginning of a sentence; names of programs stay as they are. */
export function sentence(phrase: string): string {
  return /^(?:meshwarden|istiod)\b/.test(phrase) ? phrase : phrase.charAt(0).toUpperCase() + phrase.slice(1);
}

const self = (vantage: string): Followed => ({ rule: 'self-offline', subject: { kind: 'self', vantage } });
const node = (vantage: string): Followed => ({ rule: 'tailnet-node', subject: { kind: 'tailnet', vantage } });
const link = (from: string, to: string): Followed => ({ rule: 'link-down', subject: { kind: 'link', from, to } });
const api = (cluster: string): Followed => ({ rule: 'api-down', subject: { kind: 'api', cluster } });
const pods = (cluster: string): Followed => ({ rule: 'gateway-pods', subject: { kind: 'gatewayPods', cluster } });
const gateway = (from: string, to: string): Followed => ({ rule: 'gateway-down', subject: { kind: 'gateway', from, to } });
const trust = (from: string, to: string): Followed => ({ rule: 'gateway-trust', subject: { kind: 'gateway', from, to } });

const here = (vantage: string, word: string): string => (vantage === LOCAL_VANTAGE ? 'here' : `${word} ${vantage}`);
const itself = (subject: HealthSubject): string => sentence(subjectTitle(subject));

/** In the order of {@link RuleId}: what explains something stands before it. */
export const RULES: readonly Rule[] = [
  rule('self-offline', 'self', {
    title: 'meshwarden reaches something',
    defaults: judging('page', [3, 4, 2], QUICK),
    blinds: true,
    is: (subject) => `${itself(subject)} reaches nothing`,
    was: (subject) => `${itself(subject)} reached nothing`,
    isUnknown: (subject) => `${itself(subject)} does not report`,
    wasUnknown: (subject) => `${itself(subject)} did not report`,
  }),
  rule('tailnet-node', 'tailnet', {
    title: 'The Tailscale node runs',
    defaults: judging('page', [2, 3, 2], QUICK),
    dependsOn: ({ vantage }) => [self(vantage)],
    is: ({ vantage }) => `The Tailscale node ${here(vantage, 'of')} is down`,
    was: ({ vantage }) => `The Tailscale node ${here(vantage, 'of')} was down`,
  }),
  rule('tailnet-key', 'tailnet', {
    title: 'The key of the Tailscale node has life left',
    defaults: judging('ticket', [1, 1, 1], SLOW),
    dependsOn: ({ vantage }) => [node(vantage)],
    what: ({ vantage }) => `key of the Tailscale node ${here(vantage, 'of')}`,
    is: ({ vantage }) => `The key of the Tailscale node ${here(vantage, 'of')} needs renewal`,
    was: ({ vantage }) => `The key of the Tailscale node ${here(vantage, 'of')} needed renewal`,
  }),
  rule('tailnet-control', 'tailnet', {
    title: "Tailscale's control server is in reach",
    defaults: judging('ticket', [3, 4, 2], SLOW),
    dependsOn: ({ vantage }) => [node(vantage)],
    what: ({ vantage }) => `control server of Tailscale ${here(vantage, 'from')}`,
    is: ({ vantage }) => `Tailscale's control server is out of reach ${here(vantage, 'from')}`,
    was: ({ vantage }) => `Tailscale's control server was out of reach ${here(vantage, 'from')}`,
  }),
  rule('link-down', 'link', {
    title: 'The link carries traffic',
    defaults: judging('page', [3, 4, 2], QUICK),
    dependsOn: ({ from, to }) => [self(from), node(from), node(to)],
    is: (subject) => `${itself(subject)} is down`,
    was: (subject) => `${itself(subject)} was down`,
  }),
  rule('link-degraded', 'link', {
    title: 'The link is direct, fast and lossless',
    defaults: judging('ticket', [8, 10, 5], QUICK),
    dependsOn: ({ from, to }) => [link(from, to)],
    what: (subject) => `quality of ${subjectTitle(subject)}`,
    is: (subject) => `${itself(subject)} is degraded`,
    was: (subject) => `${itself(subject)} was degraded`,
  }),
  rule('api-down', 'api', {
    title: 'The API server answers',
    defaults: judging('page', [3, 4, 2], QUICK),
    dependsOn: ({ cluster }, vantage) => [self(vantage), link(vantage, cluster)],
    is: ({ cluster }) => `The API of ${cluster} does not answer`,
    was: ({ cluster }) => `The API of ${cluster} did not answer`,
  }),
  rule('gateway-pods', 'gatewayPods', {
    title: 'A pod of the east-west gateway is ready',
    defaults: judging('page', [3, 4, 2], QUICK),
    dependsOn: ({ cluster }) => [api(cluster)],
    is: ({ cluster }) => `No gateway pod of ${cluster} is ready`,
    was: ({ cluster }) => `No gateway pod of ${cluster} was ready`,
  }),
  rule('gateway-down', 'gateway', {
    title: 'The east-west gateway passes connections on',
    defaults: judging('page', [3, 4, 2], QUICK),
    dependsOn: ({ from, to }) => [link(from, to), pods(to)],
    is: ({ from, to }) => `The gateway of ${to} does not work ${here(from, 'from')}`,
    was: ({ from, to }) => `The gateway of ${to} did not work ${here(from, 'from')}`,
  }),
  rule('gateway-trust', 'gateway', {
    title: 'What answers behind the gateway is trusted',
    defaults: judging('page', [2, 3, 2], QUICK),
    dependsOn: ({ from, to }) => [gateway(from, to)],
    what: ({ from, to }) => `trust in the gateway of ${to} ${here(from, 'from')}`,
    is: ({ from, to }) => `What answers behind the gateway of ${to} is not trusted ${here(from, 'in')}`,
    was: ({ from, to }) => `What answers behind the gateway of ${to} was not trusted ${here(from, 'in')}`,
  }),
  rule('remote-api', 'remoteApi', {
    title: 'The kubeconfig in the remote secret works',
    defaults: judging('ticket', [2, 3, 2], SLOW),
    dependsOn: ({ from, to }) => [link(from, to), api(to)],
    is: ({ from, to }) => `The remote secret for ${to} in ${from} does not work`,
    was: ({ from, to }) => `The remote secret for ${to} in ${from} did not work`,
  }),
  rule('istiod-serving', 'istiod', {
    title: 'istiod serves a chain that verifies',
    defaults: judging('page', [2, 3, 2], SLOW),
    dependsOn: ({ cluster }) => [api(cluster)],
    is: ({ cluster }) => `istiod of ${cluster} serves no chain that verifies`,
    was: ({ cluster }) => `istiod of ${cluster} served no chain that verifies`,
  }),
  rule('public-path', 'publicPath', {
    title: 'The public request is answered',
    defaults: judging('page', [2, 3, 2], RARE),
    dependsOn: ({ from, to }) => [link(from, to), pods(to), gateway(from, to), trust(from, to)],
    is: ({ from, to }) => `The public path ${from} → ${to} is broken`,
    was: ({ from, to }) => `The public path ${from} → ${to} was broken`,
  }),
  rule('clock-skew', 'clock', {
    title: 'The clock of the cluster is right',
    defaults: judging('ticket', [2, 3, 2], SLOW),
    dependsOn: ({ cluster }) => [api(cluster)],
    is: ({ cluster }) => `The clock of ${cluster} is off`,
    was: ({ cluster }) => `The clock of ${cluster} was off`,
  }),
  rule('version-skew', 'versions', {
    title: 'Versions are close enough to each other',
    defaults: judging('ticket', [2, 3, 1], SLOW),
    dependsOn: (_, vantage) => [self(vantage)],
    is: () => 'Versions in the mesh are too far apart',
    was: () => 'Versions in the mesh were too far apart',
  }),
  rule('canary-missing', 'canary', {
    title: 'The cluster has a canary',
    defaults: judging('info', [1, 1, 1], SLOW),
    dependsOn: ({ cluster }) => [api(cluster)],
    is: ({ cluster }) => `${cluster} has no canary`,
    was: ({ cluster }) => `${cluster} had no canary`,
  }),
  rule('schedule-stopped', 'schedule', {
    title: 'The schedule runs',
    defaults: judging('ticket', [1, 1, 1], SLOW),
    is: ({ name }) => `Schedule ${name} has stopped`,
    was: ({ name }) => `Schedule ${name} had stopped`,
  }),
  rule('trial', 'trial', {
    title: 'Nobody tries the way of an alert',
    defaults: judging('info', [1, 1, 1], SLOW),
    passes: true,
    is: ({ name }) => `This is a trial: ${name}`,
    was: ({ name }) => `This was a trial: ${name}`,
  }),
];

const BY_ID = new Map<string, Rule>(RULES.map((rule) => [rule.id, rule]));
const ORDER = new Map<string, number>(RULES.map(({ id }, at) => [id, at]));

/** Undefined for a rule that another version of the product knows. */
export function ruleOf(id: RuleId): Rule | undefined {
  return BY_ID.get(id);
}

/** Where a rule stands among the others: causes have the lower number. */
export function orderOf(id: RuleId): number {
  return ORDER.get(id) ?? RULES.length;
}

/** The keys of everything that would explain its trouble, near or far, the deepest cause first. Each is there once. */
export function causesOf({ rule, subject }: Followed, vantage: string): readonly string[] {
  const found = new Map<string, number>();
  const waiting = [...(ruleOf(rule)?.dependsOn(subject, vantage) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const key = healthKey(next.rule, subjectKey(next.subject));
    if (found.has(key)) continue;
    found.set(key, orderOf(next.rule));
    waiting.push(...(ruleOf(next.rule)?.dependsOn(next.subject, vantage) ?? []));
  }
  return [...found].sort(([one, a], [other, b]) => a - b || (one < other ? -1 : 1)).map(([key]) => key);
}
