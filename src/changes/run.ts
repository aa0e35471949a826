import { OperatorError } from '../core/errors.ts';
import { SECOND } from '../core/duration.ts';
import type { Decision, Goal, PlannedStep, Planner, Step } from '../rotation/goal.ts';
import type { CaState } from '../rotation/model.ts';
import type { ChangeView, EngineContext } from './ports.ts';
import { contested, ruleBroken } from './refusals.ts';
import { failedView, stuckView, viewOf, type ViewSubject } from './view.ts';

/** How long the engine sleeps before it looks again, in milliseconds: for something to be seen, and for an instant to come. */
const LOOK_AGAIN_MS = 2 * SECOND;
const LONGEST_SLEEP_MS = 10 * SECOND;
/** The Lease is given back for waits that are longer, in milliseconds. */
const HOLD_LEASE_MS = 5 * SECOND;
const MOST_CONFLICTS = 5;
const MOST_FAILURES = 4;

export interface RunOptions {
  readonly goal: Goal;
  readonly by: string;
  /** A longer wait ends the run, in milliseconds; a later one goes on. */
  readonly patienceMs: number;
}

/** What went wrong in a row: a success clears it. */
interface Troubles {
  conflicts: number;
  failures: number;
}

type Lease = Awaited<ReturnType<EngineContext['authority']['lease']>>;

/**
 * Looks, does the one step that the look asks for, and looks again, until the goal is reached or there is nothing to do for longer than `patienceMs`. It may be
 * stopped anywhere: what is to be done next is read off the clusters, never remembered here.
 */
export async function runChange(options: RunOptions, context: EngineContext): Promise<ChangeView> {
  const run = new Run(options, context);
  try {
    return await run.untilItRests();
  } finally {
    await run.release();
  }
}

class Run {
  readonly #options: RunOptions;
  readonly #context: EngineContext;
  readonly #planner: Planner;
  readonly #troubles: Troubles = { conflicts: 0, failures: 0 };
  readonly #begunAt: number;
  #lease: Lease | undefined;
  #subject: ViewSubject;
  #steps: readonly PlannedStep[] = [];
  readonly #written = new Set<string>();

  constructor(options: RunOptions, context: EngineContext) {
    this.#options = options;
    this.#context = context;
    this.#planner = context.plannerOf(options.goal);
    this.#begunAt = context.clock.now();
    this.#subject = { goal: options.goal, intent: undefined, by: options.by, startedAt: this.#begunAt };
  }

  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await lease?.release();
  }

  async untilItRests(): Promise<ChangeView> {
    for (;;) {
      this.#context.signal.throwIfAborted();
      const view = await this.#turn();
      if (view !== undefined) return view;
    }
  }

  /** One look and what follows from it. Undefined: look again. */
  async #turn(): Promise<ChangeView | undefined> {
    const { authority, clock, signal } = this.#context;
    const { goal } = this.#options;
    try {
      this.#lease ??= await authority.lease(signal);
      const state = await authority.look({ probe: 'unproved' }, signal);
      const resting = this.#standing(state);
      if (resting !== undefined) return await this.#show(resting);
      const now = clock.now();
      this.#steps = this.#planner.progress(goal, state, now);
      const decision = this.#planner.decide(goal, state, now);
      return await this.#follow(decision, state);
    } catch (error) {
      return this.#trouble(error);
    }
  }

  /** What keeps it from going on before anything is decided: no intent, a pause, a beginning that lies ahead. */
  #standing({ intent }: CaState): ChangeView | undefined {
    const { clock } = this.#context;
    if (this.#options.goal.kind === 'distribute') return undefined;
    if (!intent.ok)
      return viewOf(this.#subject, clock.now(), { state: 'stuck', says: 'The intent cannot be seen', failure: intent.failure });
    if (intent.value === null) return viewOf(this.#subject, clock.now(), { state: 'aborted', says: 'Nothing is under way any more' });
    const own = intent.value.intent;
    this.#subject = { goal: own.goal, intent: own, by: own.by, startedAt: own.createdAt };
    if (own.paused) return viewOf(this.#subject, clock.now(), { state: 'paused', says: 'Paused', steps: this.#steps });
    if (own.startsAt > clock.now())
      return viewOf(this.#subject, clock.now(), {
        state: 'waiting',
        says: 'Begins later: until then it can be aborted',
        until: own.startsAt,
      });
    return undefined;
  }

  async #follow(decision: Decision, state: CaState): Promise<ChangeView | undefined> {
    const at = this.#context.clock.now();
    const steps = this.#steps;
    switch (decision.kind) {
      case 'step':
        return this.#take(decision.step, decision.says, state);
      case 'wait':
        return this.#wait(decision);
      case 'ask': {
        const { question, says } = decision;
        return this.#show(viewOf(this.#subject, at, { state: 'asking', says, question, steps }));
      }
      case 'stuck':
        return this.#show(stuckView(this.#subject, at, decision.findings, steps));
      default: {
        const { says, findings } = decision;
        return this.#show(viewOf(this.#subject, at, { state: 'done', says: says[0] ?? 'Nothing to do', result: says, findings, steps }));
      }
    }
  }

  async #take(step: Step, says: string, state: CaState): Promise<ChangeView | undefined> {
    const { authority, violations, clock, progress, signal } = this.#context;
    const { goal } = this.#options;
    const broken = violations(state, goal, step, clock.now());
    if (broken.length > 0) {
      const finding = ruleBroken(step, broken);
      await this.#record('step', finding.facts.join(' · '), 'refused');
      return this.#show(stuckView(this.#subject, clock.now(), [finding], this.#steps));
    }
    progress(says);
    await this.#show(viewOf(this.#subject, clock.now(), { state: this.#running(), says, steps: this.#steps }));
    const lost = this.#lease?.lost;
    try {
      await authority.carryOut(step, lost === undefined ? signal : AbortSignal.any([signal, lost]));
    } catch (error) {
      if (isConflict(error) && (this.#troubles.conflicts += 1) >= MOST_CONFLICTS)
        return this.#show(stuckView(this.#subject, clock.now(), [contested(step)], this.#steps));
      throw error;
    }
    if (step.kind === 'write' || step.kind === 'writeRoots') this.#written.add(step.cluster);
    this.#troubles.conflicts = 0;
    this.#troubles.failures = 0;
    await this.#record('step', says, 'ok');
    if (step.kind !== 'closeIntent') return undefined;
    const result = says.split('\n');
    return this.#show(viewOf(this.#subject, clock.now(), { state: step.outcome, says: result[0] ?? says, result, steps: this.#steps }));
  }

  async #wait({ says, until, deadline }: Extract<Decision, { kind: 'wait' }>): Promise<ChangeView | undefined> {
    const { clock, progress, signal } = this.#context;
    const now = clock.now();
    const left = until === undefined ? LOOK_AGAIN_MS : Math.max(0, until - now);
    const view = viewOf(this.#subject, now, { state: this.#waiting(), says, until, deadline, steps: this.#steps });
    progress(says);
    await this.#show(view);
    if (until !== undefined && left > this.#options.patienceMs) return view;
    if (left > HOLD_LEASE_MS) await this.release();
    await clock.sleep(Math.min(left, LONGEST_SLEEP_MS), signal);
    return undefined;
  }

  /** A failed call: tried again where that may help, told where it does not. */
  async #trouble(error: unknown): Promise<ChangeView | undefined> {
    const { clock, log, signal } = this.#context;
    signal.throwIfAborted();
    // Nothing that was begun under a Lease goes on without it.
    const lost = this.#lease?.lost.aborted === true;
    if (lost) await this.release();
    if (isConflict(error) || lost) return undefined;
    const retryable = error instanceof OperatorError && error.retryable;
    log.warn({ component: 'changes', change: this.#subject.intent?.id, err: error }, 'a step or a look failed');
    if (retryable && (this.#troubles.failures += 1) < MOST_FAILURES) {
      await clock.sleep(error.retryAfterMs ?? SECOND * 2 ** this.#troubles.failures, signal);
      return undefined;
    }
    const view = failedView(this.#subject, clock.now(), error, this.#steps);
    await this.#record('failed', view.failure?.message ?? '', 'failed');
    return this.#show(view);
  }

  #running(): ChangeView['state'] {
    return this.#subject.intent?.direction === 'back' ? 'goingBack' : 'running';
  }

  #waiting(): ChangeView['state'] {
    return this.#subject.intent?.direction === 'back' ? 'goingBack' : 'waiting';
  }

  /** Whoever watches is told; that they cannot be told stops nothing. */
  async #show(plain: ChangeView): Promise<ChangeView> {
    const { board, log } = this.#context;
    const view = this.#written.size === 0 ? plain : { ...plain, written: [...this.#written] };
    await board
      .put(view)
      .catch((error: unknown) => log.warn({ component: 'changes', err: error }, 'how a change stands could not be shown'));
    return view;
  }

  async #record(what: 'step' | 'failed', detail: string, result: 'ok' | 'failed' | 'refused'): Promise<void> {
    const { audit, clock, log } = this.#context;
    const { goal, intent, by } = this.#subject;
    const entry = { at: clock.now(), who: by, what, change: intent?.id ?? 'distribute', goal, planHash: intent?.planHash, detail, result };
    await audit
      .add(entry)
      .catch((error: unknown) => log.warn({ component: 'changes', err: error, detail }, 'the audit could not be written'));
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof OperatorError && error.reason === 'conflict';
}
