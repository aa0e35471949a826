import { roleOf as roleForGoal } from '../../actions/changes.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Finding } from '../../mesh/finding.ts';
import type { ChangePlan, PlannedStep } from '../../rotation/goal.ts';
import { plain, prose, relativeTime, type Card } from '../card.ts';
import type { Proposal } from '../change-ports.ts';
import { customId } from '../custom-id.ts';
import { personText } from './person.ts';

/** More steps than these are counted: a phone shows no more, and `Show as text` has all. */
const LISTED_STEPS = 7;
const LISTED_FINDINGS = 3;
const LISTED_FACTS = 3;

/** A plan with its buttons, and who approved it so far. */
export function planCard(proposal: Proposal): Card {
  const { id, plan, by, expiresAt } = proposal;
  return {
    tone: 'plan',
    title: `${plain(plan.title)} · plan ${id}`,
    body: [...planLines(plan), approvalsText(proposal)],
    footer: `asked for by ${personText(by)} · expires ${relativeTime(expiresAt)}`,
    buttons: [
      { label: 'Approve', customId: customId('approve', id), style: 'primary' },
      { label: 'Show as text', customId: customId('plantext', id) },
      { label: 'Cancel', customId: customId('cancel', id) },
    ],
    rest: 'Show as text',
  };
}

/** The same without anything to press. */
export function dryRunCard(plan: ChangePlan): Card {
  return {
    tone: 'plan',
    title: `${plain(plan.title)} · dry run`,
    body: planLines(plan),
    footer: 'Nothing was changed. Ask again without dry-run to have it approved.',
    rest: 'the plan itself',
  };
}

/** A plan that is over before it began: why, and that nothing was done. */
export function closedPlanCard({ id, plan }: Proposal, why: string): Card {
  return { tone: 'unknown', title: `${plain(plan.title)} · plan ${id}`, body: [why] };
}

/** Approved by enough people, on its way to a worker. */
export function startingCard(proposal: Proposal, now: number): Card {
  const { id, plan, delayMs } = proposal;
  const when =
    delayMs > 0 ? `It begins ${relativeTime(now + delayMs)} and can be aborted until then.` : 'It begins as soon as a worker takes it.';
  return {
    tone: 'plan',
    title: `${plain(plan.title)} · plan ${id}`,
    body: [`Approved by ${proposal.approvals.map(({ user }) => personText(user)).join(' and ')}. ${when}`],
  };
}

/** It is so already. */
export function nothingCard(says: readonly string[]): Card {
  return { tone: 'good', title: 'Nothing to do', body: says.map((line) => plain(line)) };
}

/** Why there is no plan: what is so, what says so, how to mend it. */
export function refusedCard(findings: readonly Finding[]): Card {
  const [first, ...others] = findings;
  const more = others.length - LISTED_FINDINGS;
  return {
    tone: 'bad',
    title: first === undefined ? 'Not done' : plain(first.title),
    body: [
      ...(first === undefined ? [] : findingBody(first)),
      ...others.slice(0, LISTED_FINDINGS).flatMap((finding) => ['', ...findingLines(finding)]),
      ...(more > 0 ? [`and ${more} more`] : []),
    ],
    footer: 'Nothing was changed.',
    buttons: [{ label: 'What runs', customId: customId('rotation') }],
  };
}

/** One finding with its title, as a paragraph of a longer card. */
export function findingLines(finding: Finding): readonly string[] {
  return [`**▲ ${plain(finding.title)}**`, ...findingBody(finding)];
}

function findingBody({ facts, hint, commands }: Finding): readonly string[] {
  const [command] = commands;
  return [
    ...facts.slice(0, LISTED_FACTS).map((fact) => plain(fact)),
    `Next: ${prose(hint)}`,
    ...(command === undefined ? [] : [`\`${command.replaceAll('`', "'")}\``]),
  ];
}

function planLines(plan: ChangePlan): readonly string[] {
  const more = plan.steps.length - LISTED_STEPS;
  return [
    ...labelled('Now', plan.now),
    ...labelled('Then', plan.then),
    '',
    ...plan.steps.slice(0, LISTED_STEPS).flatMap((step, index) => stepLines(step, index + 1)),
    ...(more > 0 ? [`and ${more} more ${more === 1 ? 'step' : 'steps'}`] : []),
    '',
    ...plan.waived.map((text) => `**▲ Given up:** ${prose(text)}`),
    ...plan.remarks.map((text) => prose(text)),
  ];
}

function labelled(label: string, lines: readonly string[]): readonly string[] {
  const [first, ...rest] = lines;
  return first === undefined ? [] : [`**${label}** ${plain(first)}`, ...rest.map((line) => plain(line))];
}

function stepLines({ title, risk, waitsMs }: PlannedStep, number: number): readonly string[] {
  const wait = waitsMs === undefined ? '' : ` · ${formatDuration(waitsMs)} at least`;
  return [`${number}. ${plain(title)}${wait}`, ...(risk === undefined ? [] : [`-# ▲ ${plain(risk)}`])];
}

function approvalsText({ plan, needed, approvals, secondFactor, delayMs }: Proposal): string {
  const who = roleForGoal(plan.goal);
  const missing = needed - approvals.length;
  const needs = needed === 1 ? `Needs the approval of an ${who}` : `Needs ${needed} approvals of an ${who}`;
  const factor = secondFactor ? ', each with a code' : '';
  const delay = delayMs > 0 ? `, and begins ${formatDuration(delayMs)} after it` : '';
  const have = approvals.map(({ user }) => personText(user)).join(' and ');
  return approvals.length === 0
    ? `${needs}${factor}${delay}.`
    : `${needs}${factor}: ${have} approved, ${missing === 1 ? 'one' : missing} more.`;
}

/** The whole plan without markup, for who reads it elsewhere. UTC times. */
export function planText({ id, plan, by, needed, expiresAt }: Proposal): string {
  return [
    `${plan.title} (plan ${id})`,
    '',
    ...plan.now.map((line) => `now    ${line}`),
    ...plan.then.map((line) => `then   ${line}`),
    '',
    ...plan.steps.flatMap(({ title, risk, waitsMs }, index) => [
      `${String(index + 1).padStart(2)}  ${title}${waitsMs === undefined ? '' : ` (${formatDuration(waitsMs)} at least)`}`,
      ...(risk === undefined ? [] : [`      risk: ${risk}`]),
    ]),
    '',
    ...plan.waived.map((text) => `given up: ${text}`),
    ...plan.remarks,
    '',
    `asked for by ${by}, needs ${needed} of the role ${roleForGoal(plan.goal)}, until ${new Date(expiresAt).toISOString()}`,
    `hash ${plan.hash}`,
  ].join('\n');
}
