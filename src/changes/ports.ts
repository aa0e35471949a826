/** What the engine needs of the world. `app.ts` fills these; the engine knows neither Kubernetes nor Redis. */
import type { Clock } from '../core/clock.ts';
import type { Failure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Finding } from '../mesh/finding.ts';
import type { Goal, PlannedStep, Planner, Step } from '../rotation/goal.ts';
import type { CaState, Intent, IntentObject } from '../rotation/model.ts';

/** What a look covers. */
export interface LookOptions {
  /** Names of clusters; undefined: all. Signer and intent are looked at in any case. */
  readonly only?: readonly string[];
  /** Ask every istiod for the chain that it serves: `unproved` where the present data are not marked as proved, `all`, `none`. */
  readonly probe: 'none' | 'unproved' | 'all';
}

/** The authority in the clusters. Every call fails with an OperatorError; `conflict`: the state that the step rests on is no longer so. */
export interface AuthorityPort {
  /** Never throws for a cluster: what could not be seen is data. Reads by quorum. */
  look(options: LookOptions, signal: AbortSignal): Promise<CaState>;
  /** Carries out one step: exactly one write, or one for each pod of a nudge. */
  carryOut(step: Step, signal: AbortSignal): Promise<void>;
  createIntent(intent: Intent, signal: AbortSignal): Promise<IntentObject>;
  /** @throws OperatorError `conflict` when it changed since it was read. */
  updateIntent(object: IntentObject, signal: AbortSignal): Promise<IntentObject>;
  /** The Lease that guards steps. Waits until it is free. */
  lease(signal: AbortSignal): Promise<{ readonly lost: AbortSignal; release(): Promise<void> }>;
}

/** Who did what, when, on what grounds, and what came of it. */
export interface AuditEntry {
  readonly at: number;
  /** Discord user id, `cli:<user>`, or the name of a schedule. */
  readonly who: string;
  /** `plan`, `approve`, `start`, `step`, `pause`, `resume`, `abort`, `agree`, `release-hold`, `done`, `failed`, `refused`. */
  readonly what: string;
  /** The change: its id (`distribute` for what needs none) and what it is. */
  readonly change: string;
  readonly goal: Goal;
  readonly planHash: string | undefined;
  /** One line. */
  readonly detail: string;
  readonly result: 'ok' | 'failed' | 'refused';
}

export interface AuditPort {
  add(entry: AuditEntry): Promise<void>;
}

/** How a change stands, for whoever watches it. Kept in Redis, shown by the bot; made anew from the clusters when Redis lost it. */
export interface ChangeView {
  readonly id: string;
  readonly goal: Goal;
  readonly title: string;
  readonly by: string;
  readonly at: number;
  readonly startedAt: number;
  readonly state: 'waiting' | 'running' | 'paused' | 'asking' | 'stuck' | 'goingBack' | 'done' | 'aborted' | 'failed';
  readonly steps: readonly PlannedStep[];
  /** What it does or waits for now, one short line, and until when or for how long at most, in UTC milliseconds. */
  readonly says: string;
  readonly until: number | undefined;
  readonly deadline: number | undefined;
  /** For `asking`. */
  readonly question: string | undefined;
  readonly findings: readonly Finding[];
  readonly failure: Failure | undefined;
  /** What is so at the end, one short line each. */
  readonly result: readonly string[];
  /** It was about to be closed as this: what a process that stopped there did not come to say. */
  readonly closing?: 'done' | 'aborted';
  /** Clusters whose `cacerts` this run wrote. */
  readonly written?: readonly string[];
  readonly shownIn: { readonly channel: string; readonly message: string } | undefined;
}

export interface BoardPort {
  /** The latest view of a change takes the place of the one before. */
  put(view: ChangeView): Promise<void>;
  /** Undefined where it is not known (any more). */
  get(id: string): Promise<ChangeView | undefined>;
}

export interface EngineContext {
  readonly authority: AuthorityPort;
  readonly plannerOf: (goal: Goal) => Planner;
  /** Safety rules that a step would break: asked before every step, whatever the planner thought. */
  readonly violations: (state: CaState, goal: Goal, step: Step, now: number) => readonly { readonly rule: number; readonly text: string }[];
  readonly audit: AuditPort;
  readonly board: BoardPort;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** One short phrase for whoever waits. */
  readonly progress: (text: string) => void;
}
