import { createHash } from 'node:crypto';
import type { ChangePlan, Goal, PlannedStep } from './goal.ts';
import { goodSecretOf } from './look.ts';
import type { CaCluster, CaSource } from './model.ts';

/** What a plan rests on: it is another plan when any of it changes. */
export interface Grounds {
  readonly clusters: readonly CaCluster[];
  readonly sources: readonly CaSource[];
}

/** SHA-256 over goal, steps, waived margins and grounds, as 64 hex digits. Times and what is only told about the steps stay out. */
export function planHash(plan: Pick<ChangePlan, 'goal' | 'steps' | 'waived'>, { clusters, sources }: Grounds): string {
  const rests = {
    goal: plan.goal satisfies Goal,
    steps: plan.steps.map(({ key }: PlannedStep) => key),
    waived: plan.waived,
    clusters: clusters.map(({ identity, cacerts }) => [identity.name, cacerts.ok ? groundOf(cacerts.value) : 'unseen']),
    sources: sources.map((source) => [
      source.cluster,
      source.generation,
      source.certificate && [source.certificate.uid, source.certificate.resourceVersion],
      source.secret.ok && source.secret.value !== null ? [source.secret.value.uid, source.secret.value.resourceVersion] : null,
      goodSecretOf(source)?.assembly.signing.fingerprint ?? null,
    ]),
  };
  return createHash('sha256').update(canonical(rests)).digest('hex');
}

function groundOf(object: Extract<CaCluster['cacerts'], { ok: true }>['value']): unknown {
  return object === null ? null : [object.uid, object.resourceVersion, object.contentId];
}

/** JSON with the keys of every object in order, so that equal values give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
