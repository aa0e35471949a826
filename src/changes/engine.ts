/** The one engine that carries out every plan: plan, approve, Lease, look, one step, look again. */
import { OperatorError } from '../core/errors.ts';
import type { Finding } from '../mesh/finding.ts';
import type { Goal, Planned } from '../rotation/goal.ts';
import type { Approved, Baseline, CaState, Intent, IntentObject } from '../rotation/model.ts';
import { baselineOf } from './baseline.ts';
import type { ChangeView, EngineContext } from './ports.ts';
import { endedView } from './gone.ts';
import { record } from './record.ts';
import { changeUnderWay, planStale } from './refusals.ts';
import { runChange } from './run.ts';
import { stuckView, viewOf } from './view.ts';

/** A look and what the planner makes of it. Nothing is changed. */
export async function planChange(goal: Goal, context: EngineContext): Promise<Planned> {
  return planFrom(goal, await context.authority.look({ probe: 'all' }, context.signal), context);
}

function planFrom(goal: Goal, state: CaState, { plannerOf, clock }: EngineContext): Planned {
  if (goal.kind === 'distribute') return plannerOf(goal).plan(goal, state, clock.now());
  if (!state.intent.ok) throw notSeen(state.intent.failure.message);
  const other = state.intent.value;
  if (other !== null) return { kind: 'refused', findings: [changeUnderWay(other.intent)] };
  return plannerOf(goal).plan(goal, state, clock.now());
}

/** An approved plan. */
export interface StartRequest {
  readonly id: string;
  readonly goal: Goal;
  readonly planHash: string;
  readonly by: string;
  readonly approvedBy: readonly Approved[];
  /** UTC milliseconds. */
  readonly startsAt: number;
  readonly shownIn: Intent['shownIn'];
  readonly patienceMs: number;
}

/**
 * Begins an approved change and goes on with it. The plan is made again from a fresh look and must be the one that was approved. Asked for twice, it goes on where
 * it stands, and after its end it says again how that was.
 */
export async function startChange(request: StartRequest, context: EngineContext): Promise<ChangeView> {
  const { authority, clock, signal } = context;
  const state = await authority.look({ probe: 'all' }, signal);
  const standing = state.intent.ok ? state.intent.value : null;
  if (standing?.intent.id === request.id) return goOn(standing.intent, request.patienceMs, context);
  const at = clock.now();
  const ended = standing === null ? endedView(await shownOf(request.id, context), at) : undefined;
  if (ended !== undefined) return showEnd(ended, context);
  const planned = planFrom(request.goal, state, context);
  const subject = { goal: request.goal, intent: undefined, by: request.by, startedAt: at };
  const end = async (view: ChangeView): Promise<ChangeView> => showEnd({ ...view, id: request.id, shownIn: request.shownIn }, context);
  const refuse = async (findings: readonly Finding[]): Promise<ChangeView> => {
    await record(context, request, { what: 'refused', detail: findings[0]?.title ?? '', result: 'refused' });
    return end(stuckView(subject, at, findings, []));
  };
  if (planned.kind === 'refused') return refuse(planned.findings);
  if (planned.kind === 'nothing')
    return end(viewOf(subject, at, { state: 'done', says: planned.says[0] ?? 'Nothing to do', result: planned.says }));
  if (planned.plan.hash !== request.planHash) return refuse([planStale()]);
  const intent = intentOf(request, baselineOf(request.goal, state), at);
  const other = await beginWith(intent, context);
  if (other !== undefined) return other.id === request.id ? goOn(other, request.patienceMs, context) : refuse([changeUnderWay(other)]);
  await record(context, request, { what: 'start', detail: planned.plan.title, result: 'ok' });
  return goOn(intent, request.patienceMs, context);
}

/** Creates it. Where somebody was faster, theirs: another change, or this very one by a job that runs twice. */
async function beginWith(intent: Intent, context: EngineContext): Promise<Intent | undefined> {
  try {
    await context.authority.createIntent(intent, context.signal);
    return undefined;
  } catch (error) {
    const isThere = error instanceof OperatorError && error.reason === 'conflict';
    const there = isThere ? await readIntent(context) : null;
    if (there === null) throw error;
    return there.intent;
  }
}

/** What was shown of it last. Where that cannot be read the clusters decide. */
async function shownOf(id: string, { board, log }: EngineContext): Promise<ChangeView | undefined> {
  return board.get(id).catch((error: unknown) => {
    log.debug({ component: 'changes', change: id, err: error }, 'how a change stood could not be read');
    return undefined;
  });
}

/** Whoever watches is told that it did not begin; that they cannot be told stops nothing. */
async function showEnd(view: ChangeView, { board, log }: EngineContext): Promise<ChangeView> {
  await board
    .put(view)
    .catch((error: unknown) => log.warn({ component: 'changes', change: view.id, err: error }, 'how a change stands could not be shown'));
  return view;
}

function intentOf({ id, goal, planHash, by, approvedBy, startsAt, shownIn }: StartRequest, baseline: Baseline, now: number): Intent {
  const common = { id, goal, planHash, by, approvedBy, startsAt, shownIn, baseline };
  return { ...common, direction: 'forward', paused: false, createdAt: now, agreed: [] };
}

function goOn(intent: Intent, patienceMs: number, context: EngineContext): Promise<ChangeView> {
  return runChange({ goal: intent.goal, by: intent.by, intent, patienceMs }, context);
}

/** Goes on with what is under way; undefined where nothing is. */
export async function advanceChange(
  context: EngineContext,
  { patienceMs }: { readonly patienceMs: number },
): Promise<ChangeView | undefined> {
  const standing = await readIntent(context);
  return standing === null ? undefined : goOn(standing.intent, patienceMs, context);
}

/** Brings what cert-manager issued to the clusters. Needs no approval: it never changes a root. */
export async function distribute(
  request: { readonly only: readonly string[] | undefined; readonly by: string; readonly patienceMs: number },
  context: EngineContext,
): Promise<ChangeView> {
  const { only, by, patienceMs } = request;
  const goal: Goal = only === undefined ? { kind: 'distribute' } : { kind: 'distribute', only: [...only] };
  return runChange({ goal, by, intent: undefined, patienceMs }, context);
}

/** What a person can do to a change that is under way. */
export type SteerOperation = 'pause' | 'resume' | 'abort' | 'agree';

export interface SteerRequest {
  readonly id: string;
  readonly op: SteerOperation;
  /** For `agree`: the question that is answered. */
  readonly question?: string | undefined;
  readonly by: string;
}

const MOST_TRIES = 5;

/** @throws OperatorError `notFound` where that change is not under way (any more). */
export async function steerChange(request: SteerRequest, context: EngineContext): Promise<Intent> {
  for (let attempt = 1; ; attempt += 1) {
    const standing = await readIntent(context);
    if (standing === null || standing.intent.id !== request.id) throw notUnderWay(request.id);
    try {
      const { intent } = await context.authority.updateIntent({ ...standing, intent: steered(standing.intent, request) }, context.signal);
      await record(context, intent, { who: request.by, what: request.op, detail: request.question ?? '', result: 'ok' });
      return intent;
    } catch (error) {
      if (attempt >= MOST_TRIES || !(error instanceof OperatorError) || error.reason !== 'conflict') throw error;
    }
  }
}

function steered(intent: Intent, { op, question }: SteerRequest): Intent {
  switch (op) {
    case 'pause':
      return { ...intent, paused: true };
    case 'resume':
      return { ...intent, paused: false };
    case 'abort':
      return { ...intent, direction: 'back', paused: false };
    default:
      return question === undefined || intent.agreed.includes(question) ? intent : { ...intent, agreed: [...intent.agreed, question] };
  }
}

async function readIntent({ authority, signal }: EngineContext): Promise<IntentObject | null> {
  const { intent } = await authority.look({ only: [], probe: 'none' }, signal);
  if (!intent.ok) throw notSeen(intent.failure.message);
  return intent.value;
}

function notSeen(why: string): OperatorError {
  return new OperatorError({
    reason: 'unreachable',
    what: 'Cannot see what is under way',
    where: 'signer cluster',
    why,
    next: 'Nothing is changed until it can be seen. `meshwarden doctor` tries the cluster.',
  });
}

function notUnderWay(id: string): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: `Change ${id} is not under way`,
    next: '`/mesh rotation` shows what is.',
  });
}
