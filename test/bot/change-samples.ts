/** Plans and views of changes, small and complete. */
import type { Proposal } from '../../src/actions/changes.ts';
import type { PlannedChange } from '../../src/actions/plan-change.ts';
import type { ChangeView } from '../../src/changes/ports.ts';
import type { ChangePlan, PlannedStep } from '../../src/rotation/goal.ts';
import { AT } from './samples.ts';

export function steps(done = 0): readonly PlannedStep[] {
  const all = [
    { key: 'backup:cluster-b', title: 'back up cacerts in cluster-b', risk: undefined, waitsMs: undefined },
    { key: 'renew:cluster-b', title: 'new certificate from cert-manager', risk: undefined, waitsMs: 30_000 },
    {
      key: 'write:cluster-b',
      title: 'write cacerts, nudge 2 istiods',
      risk: 'istiod signs with it as soon as it is proved',
      waitsMs: undefined,
    },
    { key: 'prove:cluster-b', title: 'prove on both istiods', risk: undefined, waitsMs: undefined },
  ];
  return all.map((step, index) => ({
    ...step,
    state: index < done ? ('done' as const) : index === done ? ('now' as const) : ('todo' as const),
  }));
}

export function samplePlan(more: Partial<ChangePlan> = {}): ChangePlan {
  return {
    goal: { kind: 'intermediate', cluster: 'cluster-b' },
    title: 'Rotate the intermediate of cluster-b',
    now: ['istio-ica-cluster-b g1 · 9F:1C…44'],
    then: ['a new key and certificate under the same root'],
    steps: steps().map((step) => ({ ...step, state: 'todo' as const })),
    remarks: ['No restart. cluster-a is not touched.', 'Undo: any time, brings g1 back.'],
    waived: [],
    hash: '5'.repeat(64),
    ...more,
  };
}

export function sampleProposal(more: Partial<Proposal> = {}): Proposal {
  return {
    id: 'k7f3',
    plan: samplePlan(),
    by: '100000000000000007',
    needed: 1,
    secondFactor: false,
    delayMs: 0,
    expiresAt: AT + 900_000,
    approvals: [],
    state: 'open',
    ...more,
  };
}

export function planned(plan: ChangePlan, proposal?: Proposal): PlannedChange {
  return { planned: { kind: 'plan', plan }, proposal };
}

export function sampleView(more: Partial<ChangeView> = {}): ChangeView {
  return {
    id: 'k7f3',
    goal: { kind: 'intermediate', cluster: 'cluster-b' },
    title: 'Rotate the intermediate of cluster-b',
    by: '100000000000000007',
    at: AT,
    startedAt: AT,
    state: 'running',
    steps: steps(2),
    says: 'istiod-1 new · istiod-2 still old',
    until: undefined,
    deadline: AT + 180_000,
    question: undefined,
    findings: [],
    failure: undefined,
    result: [],
    shownIn: undefined,
    ...more,
  };
}
