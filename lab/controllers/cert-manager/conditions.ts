/** Conditions as cert-manager keeps them: one of each type, in the order in which they came. */
import { fieldsAt, kubeTime, listAt, sameJson, textAt, type Fields, type KubeObject } from '../../kubernetes/object.ts';

/** What a condition says. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message?: string;
  /** Left out on CertificateRequests. */
  readonly observedGeneration?: number;
}

/** The condition of a type on an object, or an empty one. */
export function conditionOf(object: unknown, type: string): Fields {
  return fieldsAt({ found: listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === type) }, 'found');
}

/** True where the object says so. */
export function isTrue(object: unknown, type: string): boolean {
  return conditionOf(object, type)['status'] === 'True';
}

/** The conditions with one set. The instant of the transition stays where the status stays. */
export function withCondition(object: unknown, condition: Condition, now: number): unknown[] {
  const before = conditionOf(object, condition.type);
  const since = before['status'] === condition.status ? before['lastTransitionTime'] : undefined;
  const next = { lastTransitionTime: since ?? kubeTime(now), ...condition };
  const all = listAt(object, 'status', 'conditions');
  const known = all.some((one) => textAt(one, 'type') === condition.type);
  return known ? all.map((one) => (textAt(one, 'type') === condition.type ? next : one)) : [...all, next];
}

/** The conditions without one. */
export function withoutCondition(object: unknown, type: string): unknown[] {
  return listAt(object, 'status', 'conditions').filter((one) => textAt(one, 'type') !== type);
}

/** A merge patch that makes of a status another one; undefined where they are the same. */
export function statusPatch(object: KubeObject, next: Fields): { status: Fields } | undefined {
  const before = fieldsAt(object, 'status');
  if (sameJson(before, next)) return undefined;
  const gone = Object.fromEntries(Object.keys(before).map((key) => [key, null]));
  return { status: { ...gone, ...next } };
}
