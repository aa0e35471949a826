/** A mesh of two clusters that is measured from cluster-a, and the channel in which its incidents appear. */
import { advance, emptyState, policyOf, type Followed, type PolicyOverrides } from '../../src/alerts/index.ts';
import {
  healthKey,
  type AlertEvent,
  type AlertPolicy,
  type AlertState,
  type Incident,
  type SubjectHealth,
} from '../../src/alerts/model.ts';
import { formatDuration, SECOND } from '../../src/core/duration.ts';
import { subjectKey, type Cause, type Sample } from '../../src/mesh/health.ts';

/** Noon, in the middle of no quiet hours. */
export const START = Date.UTC(2026, 10, 24, 12);
export const CYCLE = 3 * SECOND;

const [from, to] = ['cluster-a', 'cluster-b'];

export const FOLLOWED = {
  self: { rule: 'self-offline', subject: { kind: 'self', vantage: from } },
  node: { rule: 'tailnet-node', subject: { kind: 'tailnet', vantage: from } },
  key: { rule: 'tailnet-key', subject: { kind: 'tailnet', vantage: from } },
  control: { rule: 'tailnet-control', subject: { kind: 'tailnet', vantage: from } },
  link: { rule: 'link-down', subject: { kind: 'link', from, to } },
  back: { rule: 'link-down', subject: { kind: 'link', from: to, to: from } },
  quality: { rule: 'link-degraded', subject: { kind: 'link', from, to } },
  api: { rule: 'api-down', subject: { kind: 'api', cluster: to } },
  pods: { rule: 'gateway-pods', subject: { kind: 'gatewayPods', cluster: to } },
  gateway: { rule: 'gateway-down', subject: { kind: 'gateway', from, to } },
  trust: { rule: 'gateway-trust', subject: { kind: 'gateway', from, to } },
  remote: { rule: 'remote-api', subject: { kind: 'remoteApi', from, to } },
  istiod: { rule: 'istiod-serving', subject: { kind: 'istiod', cluster: to } },
  path: { rule: 'public-path', subject: { kind: 'publicPath', from, to } },
  clock: { rule: 'clock-skew', subject: { kind: 'clock', cluster: to } },
  versions: { rule: 'version-skew', subject: { kind: 'versions' } },
  canary: { rule: 'canary-missing', subject: { kind: 'canary', cluster: to } },
  schedule: { rule: 'schedule-stopped', subject: { kind: 'schedule', name: 'probe-links' } },
  trial: { rule: 'trial', subject: { kind: 'trial', name: 'friday' } },
} as const satisfies Record<string, Followed>;

export type Name = keyof typeof FOLLOWED;
export type Mark = '+' | '-' | '?';

const OUTCOMES = { '+': 'ok', '-': 'failing', '?': 'unknown' } as const;

export function keyFor(name: Name): string {
  const { rule, subject } = FOLLOWED[name];
  return healthKey(rule, subjectKey(subject));
}

export function because(says: string): Cause {
  return { code: says.replaceAll(' ', '-'), says, facts: [], hint: 'Look.', commands: [] };
}

export function sample(name: Name, mark: Mark, at: number, more: Partial<Sample> = {}): Sample {
  const outcome = OUTCOMES[mark];
  const cause = { '+': {}, '-': { cause: because('it times out') }, '?': { cause: because('nobody can ask') } }[mark];
  return { ...FOLLOWED[name], at, vantage: from, outcome, ...cause, ...more };
}

/** Time goes on, things are measured, and what the bot would show is written down. */
export class Watch {
  readonly policy: AlertPolicy;
  state: AlertState = emptyState(START);
  now = START;
  /** What the channel saw since it was last asked, with the time since the start. */
  #log: string[] = [];
  readonly #shown = new Map<string, { readonly version: number; readonly lines: number }>();

  constructor(overrides: PolicyOverrides = {}) {
    this.policy = policyOf(overrides);
  }

  send(event: AlertEvent): this {
    this.state = advance(this.state, event, this.now, this.policy);
    for (const incident of Object.values(this.state.incidents)) this.#show(incident);
    return this;
  }

  take(samples: readonly Sample[]): this {
    return this.send({ kind: 'samples', samples });
  }

  /** One sample of each every three seconds, one for each character: `+`, `-`, `?`, or a blank for none. */
  run(marks: Partial<Record<Name, string>>, more: Partial<Sample> = {}): this {
    const rows = Object.entries(marks) as [Name, string][];
    for (let at = 0; at < Math.max(...rows.map(([, row]) => row.length)); at += 1) {
      this.now += CYCLE;
      this.take(
        rows.flatMap(([name, row]) => {
          const mark = row[at];
          return isMark(mark) ? [sample(name, mark, this.now, more)] : [];
        }),
      );
    }
    return this;
  }

  /** Time passes, and then a tick comes. */
  pass(ms: number): this {
    this.now += ms;
    return this.send({ kind: 'tick' });
  }

  /** Time passes in steps in which these are measured. */
  keep(ms: number, marks: Partial<Record<Name, Mark>>, step = 60 * SECOND, more: Partial<Sample> = {}): this {
    for (const end = this.now + ms; this.now < end;) {
      this.now += step;
      this.take((Object.entries(marks) as [Name, Mark][]).map(([name, mark]) => sample(name, mark, this.now, more)));
    }
    return this;
  }

  health(name: Name): SubjectHealth | undefined {
    return this.state.subjects[keyFor(name)];
  }

  states(...names: readonly Name[]): readonly string[] {
    return names.map((name) => this.health(name)?.state ?? 'none');
  }

  open(): readonly Incident[] {
    return Object.values(this.state.incidents).filter(({ endedAt }) => endedAt === undefined);
  }

  /** The only open incident. */
  incident(): Incident {
    const [incident, ...more] = this.open();
    if (incident === undefined || more.length > 0) throw new Error(`${this.open().length} incidents are open`);
    return incident;
  }

  /** What the channel saw since this was asked last. */
  channel(): readonly string[] {
    const seen = this.#log;
    this.#log = [];
    return seen;
  }

  #show(incident: Incident): void {
    const shown = this.#shown.get(incident.id);
    if (incident.announcedAt === undefined || incident.version === (shown?.version ?? 0)) return;
    const hides = incident.hides.length === 0 ? '' : ` · hides ${incident.hides.join(', ')}`;
    const mute = incident.muted === undefined ? '' : ` · ${incident.muted.why}`;
    const verb = shown === undefined ? 'post' : 'edit';
    this.#log.push(`${formatDuration(this.now - START)} ${verb} ${incident.severity} ${incident.state} · ${incident.title}${hides}${mute}`);
    for (const { says, wakes } of incident.history.slice(shown?.lines ?? 0))
      this.#log.push(`  ${says}${wakes === undefined ? '' : ` @${wakes}`}`);
    this.#shown.set(incident.id, { version: incident.version, lines: incident.history.length });
  }
}

function isMark(mark: string | undefined): mark is Mark {
  return mark === '+' || mark === '-' || mark === '?';
}
