import { expect } from 'vitest';
import type { Decision, Goal, Step } from '../../src/rotation/goal.ts';
import { plannerOf } from '../../src/rotation/index.ts';
import type { CaState } from '../../src/rotation/model.ts';
import { violations } from '../../src/rotation/rules/index.ts';
import { Conflict } from './world/conflict.ts';
import type { World } from './world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** What a pod takes to start. */
const START = 12 * SECOND;

/** What may happen to a change on its way. `a` and `b` choose where and how long. */
export interface Happening {
  readonly kind:
    | 'go'
    | 'remember'
    | 'actOnMemory'
    | 'hour'
    | 'halfDay'
    | 'unreachable'
    | 'reachable'
    | 'slow'
    | 'deaf'
    | 'restartPod'
    | 'renew'
    | 'abort'
    | 'pause'
    | 'resume'
    | 'agree';
  readonly a: number;
  readonly b: number;
}

/** How whoever watches behaves: agrees when asked, sleeps a wait to its end. */
interface Manner {
  readonly agrees: boolean;
  readonly patient: boolean;
}

/** Carries a change out on a world, as the engine does and worse, and holds the rules at every instant. */
export class Drive {
  readonly world: World;
  readonly goal: Goal;
  readonly log: string[] = [];
  #memory: CaState | undefined;
  #asked: string | undefined;
  finished = false;

  constructor(world: World, goal: Goal) {
    this.world = world;
    this.goal = goal;
    if (goal.kind !== 'distribute') world.start(goal);
  }

  readonly check = (): void => {
    const broken = this.world.brokenTrust();
    if (broken.length > 0) throw new Error(`Rule 1: ${broken.join('; ')}\n${this.log.slice(-40).join('\n')}`);
  };

  /** One look and what follows from it. */
  turn(options: Manner, seen?: CaState): void {
    const { world, goal } = this;
    const state = seen ?? world.look();
    const intent = state.intent.ok ? state.intent.value : null;
    if (goal.kind !== 'distribute' && world.intent === null) {
      this.finished = true;
      return;
    }
    if (intent?.intent.paused === true) return this.#pass(MINUTE);
    const planner = plannerOf(goal);
    planner.progress(goal, state, world.now);
    const decision = planner.decide(goal, state, world.now);
    const said = 'says' in decision ? String(decision.says) : decision.findings.map(({ code }) => code).join(' ');
    this.log.push(`${new Date(world.now).toISOString()} ${seen === undefined ? '' : '(stale) '}${decision.kind}: ${said}`);
    if (decision.kind === 'done') this.finished = true;
    else if (decision.kind === 'step') this.#take(decision.step, state, seen === undefined);
    else this.#rest(decision, options);
  }

  /** What the rules refuse is not taken; planned from a fresh look it is a defect. */
  #take(step: Step, state: CaState, isFresh: boolean): void {
    const broken = violations(state, this.goal, step, this.world.now);
    if (broken.length > 0 && isFresh) throw new Error(`${step.kind}: ${JSON.stringify(broken)}\n${this.log.slice(-40).join('\n')}`);
    if (broken.length > 0) return;
    this.#carryOut(step);
    this.check();
  }

  #rest(decision: Exclude<Decision, { readonly kind: 'step' | 'done' }>, { agrees, patient }: Manner): void {
    if (decision.kind === 'ask') this.#asked = decision.question;
    if (decision.kind === 'ask' && agrees) return this.#agree();
    if (decision.kind !== 'wait') return this.#pass(MINUTE);
    const left = decision.until === undefined ? 5 * SECOND : Math.max(SECOND, decision.until - this.world.now);
    this.#pass(patient ? left : Math.min(left, HOUR));
  }

  #carryOut(step: Step): void {
    try {
      this.world.apply(step);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      this.log.push(`  conflict: ${error.message}`);
      // The engine looks again a moment later.
      this.#pass(SECOND);
    }
  }

  #pass(ms: number): void {
    this.world.advance(ms, this.check);
    this.check();
  }

  #agree(): void {
    const { intent } = this.world;
    if (intent === null || this.#asked === undefined) return;
    this.world.steer({ agreed: [...new Set([...intent.intent.agreed, this.#asked])] });
  }

  happen({ kind, a, b }: Happening): void {
    const { world } = this;
    const member = world.members[a % world.members.length];
    if (member === undefined) return;
    // What needs no intent is asked for again and again.
    if (this.goal.kind === 'distribute') this.finished = false;
    this.log.push(`* ${kind} ${member.name} ${b}`);
    const pod = member.istiods[b % member.istiods.length];
    const happens: Readonly<Record<Happening['kind'], () => void>> = {
      go: () => this.#go(1 + a * 3, { agrees: b > 2, patient: b > 5 }),
      remember: () => void (this.#memory = world.look()),
      actOnMemory: () => this.#memory !== undefined && this.turn({ agrees: false, patient: false }, this.#memory),
      hour: () => this.#pass(HOUR * (1 + b)),
      halfDay: () => this.#pass(13 * HOUR),
      unreachable: () => void (member.reachable = false),
      reachable: () => void (member.reachable = true),
      slow: () => void (member.slow = b * MINUTE),
      deaf: () => pod !== undefined && Object.assign(pod, { deaf: true, projectsAt: undefined }),
      restartPod: () => pod !== undefined && Object.assign(pod, { startedAt: undefined, startsAt: world.now + START, deaf: false }),
      renew: () => world.authority.renew(member.name, 1 + (b % 2), world.now),
      abort: () => world.steer({ direction: 'back', paused: false }),
      pause: () => world.steer({ paused: true }),
      resume: () => world.steer({ paused: false }),
      agree: () => this.#agree(),
    };
    happens[kind]();
  }

  #go(turns: number, manner: Manner): void {
    for (let turn = 0; turn < turns && !this.finished; turn += 1) this.turn(manner);
  }

  /** From now on nothing goes wrong, and whoever is asked agrees: it has to come to an end. */
  finish(most: number): number {
    const { world } = this;
    for (const member of world.members) {
      Object.assign(member, { reachable: true, slow: 0 });
      for (const pod of member.istiods.filter(({ deaf }) => deaf)) {
        Object.assign(pod, { deaf: false, projectsAt: world.now + SECOND });
      }
    }
    world.steer({ paused: false });
    for (let turn = 1; turn <= most; turn += 1) {
      this.turn({ agrees: true, patient: true });
      if (this.finished) return turn;
      if (turn % 100 === 0) this.#releaseHolds();
    }
    throw new Error(`it does not end:\n${this.log.slice(-60).join('\n')}`);
  }

  /** An operator looks at what is held, finds its cause gone and lets it go. */
  #releaseHolds(): void {
    for (const { name, secret } of this.world.members.filter(({ secret: { record } }) => record.hold !== undefined)) {
      const expects = { uid: secret.uid, resourceVersion: String(secret.resourceVersion) };
      this.world.apply({ kind: 'releaseHold', cluster: name, expects });
    }
  }
}

/** What is so at the end: every cluster signs and trusts under one and the same root, and that is proved. */
export function expectSettled({ authority, members }: World, generation: number): void {
  const root = authority.root(generation).fingerprint;
  expect(
    members.map(({ name, secret }) => ({
      name,
      signs: secret.facts.chain.at(-1)?.fingerprint,
      trusts: [...new Set(secret.facts.roots.map(({ fingerprint }) => fingerprint))],
      proved: secret.record.proved?.contentId === secret.contentId,
    })),
  ).toEqual(members.map(({ name }) => ({ name, signs: root, trusts: [root], proved: true })));
}
