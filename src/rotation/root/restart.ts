/** A restart of istiod on the way: asked for, guarded, one cluster at a time. */
import { SECOND } from '../../core/duration.ts';
import type { Decision } from '../goal.ts';
import type { IstiodPod } from '../model.ts';
import type { Course, Position } from './course.ts';
import { notSeen } from './findings.ts';

export interface Restart {
  /** The istiods that have not started since. */
  readonly pods: readonly IstiodPod[];
  /** UTC milliseconds. */
  readonly since: number;
  readonly why: string;
}

/**
 * Asks, then restarts one revision, then waits until it is back. Never while the API server of another cluster is away: a new istiod would know nothing of what
 * runs there (domain.md D.3).
 */
export function restartOf(course: Course, position: Position, { pods, since, why }: Restart): Decision | undefined {
  const [pod] = pods;
  if (pod === undefined) return undefined;
  const { name, cluster } = position;
  const question = questionOf(course, position);
  const all = cluster.istiods.ok ? cluster.istiods.value : [];
  const starting = all.filter(({ ready, startedAt }) => !ready || startedAt === undefined);
  if (starting.length > 0) {
    const says = `${name}: ${starting.map((one) => one.name).join(', ')} is starting`;
    return { kind: 'wait', says, until: undefined, deadline: undefined };
  }
  if (course.intent?.intent.agreed.includes(question) !== true) {
    return { kind: 'ask', question, says: `Restart istiod in ${name}? ${capital(why)}.` };
  }
  const away = course.state.clusters.filter((other) => other.identity.name !== name && !other.api.ok);
  if (away.length > 0) {
    const findings = away.map((other) => notSeen(other, 'The API server', other.api.ok ? '' : other.api.failure.message));
    return { kind: 'stuck', findings };
  }
  const telling = tellingFrom(position, since);
  if (course.now < telling) return { kind: 'wait', says: `${name}: istiod is restarted in a moment`, until: telling, deadline: undefined };
  const step = { kind: 'restart', cluster: name, revision: pod.revision, why } as const;
  return { kind: 'step', step, says: `restart istiod (${pod.revision}) in ${name}: ${why}` };
}

/** A pod tells its start in whole seconds of its own clock: one of earlier than this could not be told from those that are to go. */
function tellingFrom({ cluster: { skewMs } }: Position, since: number): number {
  return Math.floor(since / SECOND) * SECOND + SECOND + (skewMs.ok ? skewMs.value : 0);
}

/** One question for each time that a cluster is restarted on the way. */
function questionOf({ direction }: Course, { name, roots }: Position): string {
  if (direction === 'back') return `restart:${name}:back`;
  return roots.length > 1 ? `restart:${name}` : `restart:${name}:last`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
