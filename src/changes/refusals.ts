/** Findings with which the engine itself refuses. */
import type { Finding } from '../mesh/finding.ts';
import type { Goal, Step } from '../rotation/goal.ts';
import type { CaState, Intent } from '../rotation/model.ts';
import { titleOf } from './view.ts';

/** A second change while one is under way. */
export function changeUnderWay({ goal, id, by }: Intent): Finding {
  return {
    code: 'change-under-way',
    severity: 'info',
    subject: { kind: 'mesh', name: 'mesh' },
    title: 'Another change is under way',
    facts: [`${titleOf(goal)} · plan ${id} · by ${by}`],
    hint: 'Wait until it is over, or abort it with `/mesh rotation`.',
    commands: [],
  };
}

/** The clusters changed between the look that was approved and the one before the first step. */
export function planStale(): Finding {
  return {
    code: 'plan-stale',
    severity: 'info',
    subject: { kind: 'mesh', name: 'mesh' },
    title: 'The plan that was approved no longer fits the clusters',
    facts: ['A certificate or an object that it rests on has changed since.'],
    hint: 'Ask for a new plan and approve that one.',
    commands: [],
  };
}

/** A planner asked for a step that a safety rule forbids: the step is not taken. */
export function ruleBroken(step: Step, violations: readonly { readonly rule: number; readonly text: string }[]): Finding {
  return {
    code: 'safety-rule',
    severity: 'ticket',
    subject: { kind: 'mesh', name: 'mesh' },
    title: 'A step was refused because it would break a safety rule',
    facts: [
      `Step ${step.kind}${'cluster' in step ? ` in ${step.cluster}` : ''}`,
      ...violations.map(({ rule, text }) => `Rule ${rule}: ${text}`),
    ],
    hint: 'Nothing was written by it. This is a defect of meshwarden: report it with these lines.',
    commands: [],
  };
}

/** Somebody else writes what the step writes, again and again. */
export function contested(step: Step): Finding {
  const where = 'cluster' in step ? step.cluster : 'the signer cluster';
  return {
    code: 'change-contested',
    severity: 'ticket',
    subject: { kind: 'mesh', name: 'mesh' },
    title: `Somebody else keeps changing what is to be written in ${where}`,
    facts: [`Step ${step.kind} met another state than the one it rests on, five times in a row. Nothing was written by it.`],
    hint: 'Find out who writes it: `kubectl get secret cacerts --show-managed-fields` names the managers.',
    commands: [],
  };
}

/** The same step again and again, and a look afterwards asks for it once more. */
export function withoutEffect(step: Step): Finding {
  const where = 'cluster' in step ? ` in ${step.cluster}` : '';
  return {
    code: 'step-without-effect',
    severity: 'ticket',
    subject: { kind: 'mesh', name: 'mesh' },
    title: 'A step was carried out again and again and changed nothing',
    facts: [`Step ${step.kind}${where}: each time the API server accepted it, and the next look showed the state of before.`],
    hint: 'Look for a webhook or a controller in that cluster that takes the change back.',
    commands: [],
  };
}

/** The object that says what was asked for is gone: the direction is not known any more, and no step is taken. */
export function intentMissing(goal: Goal, { clusters }: CaState): Finding {
  const seen = clusters.map(({ identity, cacerts }) => {
    const signing = cacerts.ok ? cacerts.value?.facts.signing[0] : undefined;
    if (!cacerts.ok) return `${identity.name}: could not be seen`;
    return `${identity.name}: ${signing === undefined ? 'no cacerts' : `signs with ${signing.fingerprint.slice(0, 23)}…`}`;
  });
  return {
    code: 'intent-missing',
    severity: 'ticket',
    subject: { kind: 'mesh', name: 'mesh' },
    title: 'What was asked for is no longer in the signer cluster, so no step is taken',
    facts: [`It was: ${titleOf(goal)}`, ...seen],
    hint: 'Ask for the same change again to go on from here, or leave it as it is: either needs a fresh approval.',
    commands: [],
  };
}
