import type { Finding } from '../mesh/finding.ts';
import type { Decision, Goal, PlannedStep, Planner, Step } from '../rotation/goal.ts';
import type { CaState, Intent } from '../rotation/model.ts';
import { goneView } from './gone.ts';
import { paceOf } from './pace.ts';
import type { AuthorityPort, ChangeView, EngineContext } from './ports.ts';
import { record, type Recorded } from './record.ts';
import { contested, ruleBroken, withoutEffect } from './refusals.ts';
import { Troubles } from './troubles.ts';
import { DISTRIBUTION, failedView, stuckView, viewOf, type Changing, type ViewSubject } from './view.ts';

export interface RunOptions {
  readonly goal: Goal;
  readonly by: string;
  /** What is carried out; undefined for a distribution. */
  readonly intent: Intent | undefined;
  /** A longer wait ends the run, in milliseconds; a later one goes on. */
  readonly patienceMs: number;
}

type Lease = Awaited<ReturnType<AuthorityPort['lease']>>;

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
  readonly #troubles = new Troubles();
  readonly #written = new Set<string>();
  #lease: Lease | undefined;
  #subject: ViewSubject;
  #steps: readonly PlannedStep[] = [];
  /** The step that was begun in this turn. */
  #step: Step | undefined;
  #waitingSince: number | undefined;
  /** What was shown before this run. */
  #before: ChangeView | undefined;

  constructor(options: RunOptions, context: EngineContext) {
    const { goal, by, intent } = options;
    this.#options = options;
    this.#context = context;
    this.#planner = context.plannerOf(goal);
    this.#subject = { goal, intent, by, startedAt: intent?.createdAt ?? context.clock.now() };
  }

  /** Gives the Lease back. One that cannot be given back runs out by itself. */
  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await lease
      ?.release()
      .catch((error: unknown) => this.#context.log.warn({ component: 'changes', err: error }, 'the Lease could not be given back'));
  }

  async untilItRests(): Promise<ChangeView> {
    this.#before = await this.#kept();
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
    this.#step = undefined;
    try {
      this.#lease ??= await authority.lease(signal);
      const state = await authority.look({ probe: 'unproved' }, signal);
      this.#troubles.looked();
      const resting = await this.#standing(state);
      if (resting !== undefined) return await this.#show(resting);
      const now = clock.now();
      this.#steps = this.#planner.progress(goal, state, now);
      return await this.#follow(this.#planner.decide(goal, state, now), state);
    } catch (error) {
      return this.#trouble(error);
    }
  }

  /** What keeps it from going on before anything is decided: no intent, a pause, a beginning that lies ahead. */
  async #standing(state: CaState): Promise<ChangeView | undefined> {
    const { intent } = this.#options;
    if (intent === undefined) return undefined;
    if (!state.intent.ok) return this.#view({ state: 'stuck', says: 'What was asked for cannot be seen', failure: state.intent.failure });
    const own = state.intent.value?.intent;
    if (own?.id !== intent.id) return goneView(this.#subject, this.#context.clock.now(), await this.#kept(), state);
    this.#subject = { goal: own.goal, intent: own, by: own.by, startedAt: own.createdAt };
    if (own.paused) return this.#view({ state: 'paused', says: 'Paused', steps: this.#keptSteps() });
    if (own.direction === 'forward' && own.startsAt > this.#context.clock.now())
      return this.#view({ state: 'waiting', says: 'Begins later: until then it can be aborted', until: own.startsAt });
    return undefined;
  }

  async #follow(decision: Decision, state: CaState): Promise<ChangeView | undefined> {
    switch (decision.kind) {
      case 'step':
        return this.#take(decision, state);
      case 'wait':
        return this.#wait(decision);
      case 'ask':
        return this.#show(this.#view({ state: 'asking', says: decision.says, question: decision.question }));
      case 'stuck':
        return this.#show(stuckView(this.#subject, this.#context.clock.now(), decision.findings, this.#steps));
      default: {
        const { says, findings } = decision;
        const view = this.#view({ state: 'done', says: says[0] ?? 'Nothing to do', result: says, findings });
        if (this.#written.size > 0) await this.#record({ what: 'done', detail: view.says, result: 'ok' });
        return this.#show(view);
      }
    }
  }

  async #take({ step, says }: Extract<Decision, { kind: 'step' }>, state: CaState): Promise<ChangeView | undefined> {
    const { authority, clock, progress, signal } = this.#context;
    const refusal = this.#refusal(step, state);
    if (refusal !== undefined) {
      await this.#record({ what: 'step', detail: [refusal.title, ...refusal.facts].join(' · '), result: 'refused' });
      return this.#show(stuckView(this.#subject, clock.now(), [refusal], this.#steps));
    }
    const closing = step.kind === 'closeIntent' ? step.outcome : undefined;
    const result = closing === undefined ? [] : says.split('\n');
    const line = result[0] ?? says;
    progress(line);
    this.#waitingSince = undefined;
    const view = this.#view({ state: this.#moving('running'), says: line, result });
    await this.#show(closing === undefined ? view : { ...view, closing });
    this.#step = step;
    const lost = this.#lease?.lost;
    lost?.throwIfAborted();
    await authority.carryOut(step, lost === undefined ? signal : AbortSignal.any([signal, lost]));
    this.#troubles.stepped();
    if (step.kind === 'write' || step.kind === 'writeRoots') this.#written.add(step.cluster);
    await this.#record({ what: closing === undefined ? 'step' : 'done', detail: line, result: 'ok' });
    return closing === undefined ? undefined : this.#show(this.#view({ state: closing, says: line, result }));
  }

  /** Why a step is not taken, whatever the planner thinks. */
  #refusal(step: Step, state: CaState): Finding | undefined {
    const { violations, clock } = this.#context;
    const broken = violations(state, this.#options.goal, step, clock.now());
    if (broken.length > 0) return ruleBroken(step, broken);
    return this.#troubles.repeats(step) ? withoutEffect(step) : undefined;
  }

  async #wait(wait: Extract<Decision, { kind: 'wait' }>): Promise<ChangeView | undefined> {
    const { clock, progress, signal } = this.#context;
    const { says, until, deadline } = wait;
    const now = clock.now();
    this.#waitingSince ??= now;
    const pace = paceOf(wait, { now, waitedMs: now - this.#waitingSince, patienceMs: this.#options.patienceMs });
    progress(says);
    const view = await this.#show(this.#view({ state: this.#moving('waiting'), says, until, deadline }));
    if (pace.leave) return view;
    if (pace.giveBackLease) await this.release();
    await clock.sleep(pace.sleepMs, signal);
    return undefined;
  }

  /** A failed call: tried again where that may help, told where it does not. */
  async #trouble(thrown: unknown): Promise<ChangeView | undefined> {
    const { clock, log, signal } = this.#context;
    signal.throwIfAborted();
    const step = this.#step;
    // Nothing that was begun under a Lease goes on without it.
    const lost = this.#lease?.lost.aborted === true;
    const error: unknown = lost ? this.#lease?.lost.reason : thrown;
    if (lost) await this.release();
    log.warn({ component: 'changes', change: this.#subject.intent?.id, step: step?.kind, err: error }, 'a step or a look failed');
    // A lost Lease says nothing about the step: it counts like a look.
    const remedy = this.#troubles.failed(error, lost ? undefined : step);
    if (remedy.kind === 'giveUp') return this.#giveUp(error, remedy.retryable);
    if (remedy.kind === 'contested') return this.#show(stuckView(this.#subject, clock.now(), [contested(remedy.step)], this.#steps));
    if (remedy.afterMs > 0) await clock.sleep(remedy.afterMs, signal);
    return undefined;
  }

  async #giveUp(error: unknown, retryable: boolean): Promise<ChangeView> {
    const view = failedView(this.#subject, this.#context.clock.now(), error, this.#steps);
    const { failure } = view;
    // An outage of hours is recorded once, not at every run.
    if (this.#before?.failure?.message !== failure?.message)
      await this.#record({ what: 'failed', detail: failure?.message ?? '', result: 'failed' });
    return this.#show(retryable ? { ...view, state: 'stuck' } : view);
  }

  #moving(forward: 'running' | 'waiting'): ChangeView['state'] {
    return this.#subject.intent?.direction === 'back' ? 'goingBack' : forward;
  }

  #view(now: Changing): ChangeView {
    return viewOf(this.#subject, this.#context.clock.now(), { steps: this.#steps, ...now });
  }

  #keptSteps(): readonly PlannedStep[] {
    return this.#steps.length > 0 ? this.#steps : (this.#before?.steps ?? []);
  }

  /** What was shown last; undefined where it cannot be read, which stops nothing. */
  async #kept(): Promise<ChangeView | undefined> {
    const { board, log } = this.#context;
    try {
      return await board.get(this.#subject.intent?.id ?? DISTRIBUTION);
    } catch (error) {
      log.debug({ component: 'changes', err: error }, 'how a change stood could not be read');
      return undefined;
    }
  }

  /** Whoever watches is told; that they cannot be told stops nothing. A distribution that writes nothing is nothing to watch. */
  async #show(plain: ChangeView): Promise<ChangeView> {
    const { board, log } = this.#context;
    const view = this.#written.size === 0 ? plain : { ...plain, written: [...this.#written] };
    if (this.#options.intent === undefined && this.#written.size === 0) return view;
    await board
      .put(view)
      .catch((error: unknown) => log.warn({ component: 'changes', err: error }, 'how a change stands could not be shown'));
    return view;
  }

  #record(entry: Recorded): Promise<void> {
    const { goal, intent, by } = this.#subject;
    return record(this.#context, { id: intent?.id ?? DISTRIBUTION, goal, planHash: intent?.planHash, by }, entry);
  }
}
