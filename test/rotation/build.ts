/** States of an authority with real certificates, and small changes to them. */
import type { ManagedCertificate } from '../../src/mesh/model.ts';
import type { Decision, Goal } from '../../src/rotation/goal.ts';
import { plannerOf } from '../../src/rotation/index.ts';
import type { CaCluster, CacertsObject, CaSource, CaState, Intent, SignerState } from '../../src/rotation/model.ts';
import { violations } from '../../src/rotation/rules/index.ts';
import { cluster, contentOf, DAY, fingerprint, generation, ica, managed, MINUTE, NOW, ROOT, seen, source, unseen } from './parts.ts';

export * from './parts.ts';

/** Changes a state; several are applied one after the other. */
export type Change = (state: CaState) => CaState;

/** A healthy mesh of these clusters, of which the first is the signer. */
export function mesh(...names: readonly string[]): CaState {
  const all = names.length === 0 ? ['a', 'b'] : names;
  return {
    at: NOW,
    policy: { pinnedRoot: fingerprint(ROOT), leafLifeMs: DAY, proofWithinMs: 3 * MINUTE, renewBeforeMs: 60 * DAY },
    clusters: all.map(cluster),
    intent: seen(null),
    signer: seen({ available: true, generations: [generation()], sources: all.map((name) => source(name, ica(name))) }),
  };
}

export function change(state: CaState, ...changes: readonly Change[]): CaState {
  return changes.reduce((changed, one) => one(changed), state);
}

export function withCluster(name: string, changes: Partial<CaCluster>): Change {
  return (state) => ({ ...state, clusters: state.clusters.map((one) => (one.identity.name === name ? { ...one, ...changes } : one)) });
}

export function withCacerts(name: string, object: CacertsObject | null): Change {
  return withCluster(name, { cacerts: seen(object) });
}

/** Something written over the record of what is there. */
export function withRecord(name: string, record: Partial<CacertsObject['record']>): Change {
  return (state) => {
    const object = state.clusters.find(({ identity }) => identity.name === name)?.cacerts;
    if (object?.ok !== true || object.value === null) throw new Error(`${name} has no cacerts`);
    return withCacerts(name, { ...object.value, record: { ...object.value.record, ...record } })(state);
  };
}

export function withSigner(changes: Partial<SignerState>): Change {
  return (state) => ({ ...state, signer: state.signer.ok ? seen({ ...state.signer.value, ...changes }) : state.signer });
}

export function withSource(name: string, one: CaSource): Change {
  return (state) => {
    const sources = state.signer.ok ? state.signer.value.sources : [];
    return withSigner({ sources: sources.map((other) => (other.cluster === name ? one : other)) })(state);
  };
}

/** cert-manager says something else of the Certificate. */
export function withCertificate(name: string, changes: Partial<ManagedCertificate>): Change {
  return (state) => {
    const one = state.signer.ok ? state.signer.value.sources.find(({ cluster }) => cluster === name) : undefined;
    if (one?.certificate === null || one === undefined) throw new Error(`${name} has no Certificate`);
    return withSource(name, { ...one, certificate: { ...one.certificate, ...changes } })(state);
  };
}

/** cert-manager renewed the intermediate of a cluster. */
export function renewed(name: string, renewals = 1): Change {
  const one = source(name, ica(name, renewals));
  const certificate = { ...managed(`istio-ica-${name}`, ica(name, renewals)), revision: 1 + renewals };
  return withSource(name, { ...one, certificate });
}

export function away(name: string): Change {
  return withCluster(name, {
    api: unseen(),
    skewMs: unseen(),
    cacerts: unseen(),
    istiods: unseen(),
    published: unseen(),
    backups: unseen(),
  });
}

/** A change that began ten minutes ago, out of what the healthy mesh is. */
export function intentFor(goal: Goal, names: readonly string[] = ['a', 'b'], changes: Partial<Intent> = {}): Intent {
  return {
    id: 'k7f3',
    goal,
    planHash: '0'.repeat(64),
    direction: 'forward',
    paused: false,
    startsAt: NOW - 10 * MINUTE,
    createdAt: NOW - 10 * MINUTE,
    by: 'lena',
    approvedBy: [{ user: 'lena', at: NOW - 10 * MINUTE }],
    baseline: {
      signers: Object.fromEntries(names.map((name) => [name, fingerprint(ica(name))])),
      contents: Object.fromEntries(names.map((name) => [name, contentOf(ica(name))])),
      revision: 1,
      roots: [fingerprint(ROOT)],
      generation: 1,
      leafLifeMs: DAY,
    },
    shownIn: undefined,
    agreed: [],
    ...changes,
  };
}

export function underWay(goal: Goal, changes: Partial<Intent> = {}, names: readonly string[] = ['a', 'b']): Change {
  const intent = intentFor(goal, names, changes);
  return (state) => ({ ...state, intent: seen({ resourceVersion: '7', uid: 'uid-intent', intent }) });
}

/** What the planner of a goal decides. A step that a safety rule forbids fails the test, whatever it is about. */
export function decideSafely(goal: Goal, state: CaState, now = NOW): Decision {
  const decision = plannerOf(goal).decide(goal, state, now);
  if (decision.kind !== 'step') return decision;
  const broken = violations(state, goal, decision.step, now);
  if (broken.length > 0) throw new Error(`${decision.step.kind} breaks ${JSON.stringify(broken)}`);
  return decision;
}
