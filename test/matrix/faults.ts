/** Lets one call of a run fail in one way, and a later run finish. */
import type { NextFailure } from '../../lab/kubernetes/faults.ts';
import { PRODUCT_USER } from '../../lab/scene/rbac.ts';
import type { Breach } from '../../lab/invariants.ts';
import type { ChangeView } from '../../src/changes/ports.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { approve, carry, endOf, type Approval } from './drive.ts';
import { openScene, type SceneName } from './scenes.ts';
import { leaksIn, type Memory, type Stage } from './stage.ts';

/** A call as it comes once in a run that goes well. */
export interface Call {
  readonly cluster: string;
  readonly verb: string;
  /** As much of its path as is the same in every mesh. */
  readonly path: string;
  /** How many such calls come before it. */
  readonly skip: number;
}

const STATUSES = [401, 403, 404, 409, 410, 422, 429, 500, 503] as const;
const GARBAGE = { status: 200, body: '<html>' } as const;

/** How a call may fail. `away`: from then on nobody listens. */
export const WAYS: Readonly<Record<string, NextFailure | 'away'>> = {
  away: 'away',
  'reset before': {},
  'reset after': { afterwards: true },
  silent: { silent: true },
  ...Object.fromEntries(STATUSES.map((status) => [`${status} before`, { status }])),
  '500 after': { status: 500, afterwards: true },
  '503 after': { status: 503, afterwards: true },
  'garbage before': GARBAGE,
  'garbage after': { ...GARBAGE, afterwards: true },
};

/** On the machine's clock, in milliseconds: how long a call without an answer is waited for. */
const DEADLINE_MS = 300;
const ON_AND_ON = 10_000;

/** Every call of a run that goes well: between two writes each place once. */
export async function callsOf(name: SceneName): Promise<readonly Call[]> {
  const { stage, approval } = await openScene(name);
  try {
    const calls: Call[] = [];
    const seen = new Set<string>();
    const before = new Map<string, number>();
    let writes = 0;
    for (const { api, name: cluster } of stage.mesh.members)
      api.onCall(({ user, verb, method, path: whole }) => {
        if (user !== PRODUCT_USER) return;
        const path = steady(whole);
        const place = `${cluster} ${verb} ${path}`;
        const skip = before.get(place) ?? 0;
        before.set(place, skip + 1);
        if (!seen.has(`${writes} ${place}`)) calls.push({ cluster, verb, path, skip });
        seen.add(`${writes} ${place}`);
        if (method !== 'GET' && !path.includes('/leases')) writes += 1;
      });
    await carry(stage, stage.start(), approval);
    return calls;
  } finally {
    await stage.stop();
  }
}

function steady(path: string): string {
  return (path.split('?')[0] ?? '').replace(/cacerts-backup-.*$/, 'cacerts-backup-');
}

export interface FaultCase {
  readonly call: Call;
  readonly way: string;
  /** Until somebody mends it, or a single time. */
  readonly lasting: boolean;
}

export interface FaultOutcome {
  readonly met: boolean;
  /** How the run ended in which it happened. */
  readonly first: string;
  /** What a person is not told and would have to be. */
  readonly unclear: readonly string[];
  /** How the change ended after it was mended. */
  readonly last: ChangeView['state'];
  readonly served: boolean;
  readonly breaches: readonly Breach[];
  readonly leaks: number;
}

/** The run with the fault, then the same without. */
export async function faulty(name: SceneName, { call, way, lasting }: FaultCase): Promise<FaultOutcome> {
  const { stage, approval } = await openScene(name);
  try {
    const memory: Memory = new Map();
    const mend = arm(stage, call, { failure: WAYS[way] ?? {}, lasting });
    const result = await carry(stage, stage.start({ memory, ...(way === 'silent' ? { deadlineMs: DEADLINE_MS } : {}) }), approval).catch(
      (error: unknown) => error,
    );
    const met = await mend();
    await stage.settled();
    const last = await finish(stage, approval, memory);
    const end = await endOf(stage);
    return {
      met,
      first: nameOf(result),
      unclear: unclear(result),
      last: last.state,
      served: end.clusters.every(({ served }) => served),
      breaches: stage.watch.breaches(),
      leaks: leaksIn([...stage.said, text(result)].join('\n')),
    };
  } finally {
    await stage.stop();
  }
}

/** The answer mends it, and says whether any call met it. */
function arm(
  stage: Stage,
  { cluster, verb, path, skip }: Call,
  { failure, lasting }: { readonly failure: NextFailure | 'away'; readonly lasting: boolean },
): () => Promise<boolean> {
  const { api } = stage.mesh.member(cluster);
  if (failure !== 'away') {
    api.faults.failNext({ ...failure, verb, path, skip, times: lasting ? ON_AND_ON : 1 });
    return async () => api.faults.forgetFailures() === 0;
  }
  let left = skip;
  let met = false;
  let going: Promise<void> | undefined;
  const letGo = api.onCall((one) => {
    if (met || one.verb !== verb || !one.path.includes(path)) return;
    if (left > 0) left -= 1;
    else {
      met = true;
      going = api.faults.down();
    }
  });
  return async () => {
    letGo();
    await going;
    await api.faults.up();
    return met;
  };
}

/** By the same approval, or by another where that one is spent. */
async function finish(stage: Stage, approval: Approval, memory: Memory): Promise<ChangeView> {
  const view = await carry(stage, stage.start({ memory }), approval);
  if (view.state === 'done') return view;
  stage.watch.purpose = undefined;
  return carry(stage, stage.start({ memory }), await approve(stage, approval.goal, 'zzzz'));
}

function isView(result: unknown): result is ChangeView {
  return typeof result === 'object' && result !== null && 'says' in result;
}

function nameOf(result: unknown): string {
  if (isView(result)) return [result.state, ...result.findings.map(({ code }) => code), result.failure?.reason ?? ''].join(' ').trim();
  return result instanceof OperatorError ? `throws ${result.reason}` : `throws ${String(result)}`;
}

function text(result: unknown): string {
  return result instanceof Error ? `${result.stack} ${JSON.stringify(result)}` : JSON.stringify(result);
}

/** Whoever reads it has to know what is so and what to do. */
function unclear(result: unknown): readonly string[] {
  if (!isView(result))
    return result instanceof OperatorError && result.next !== undefined ? [] : [`an error without a way on: ${text(result)}`];
  const { state, says, findings, failure } = result;
  const nothing = (state === 'stuck' || state === 'failed') && findings.length === 0 && failure === undefined;
  return [
    ...(says === '' ? [`${state} says nothing`] : []),
    ...(nothing ? [`${state} without a reason`] : []),
    ...findings.filter(({ hint }) => hint === '').map(({ code }) => `${code} without a hint`),
    ...(failure !== undefined && failure.next === undefined ? [`${failure.message} without a way on`] : []),
  ];
}

/** Some of many, the same for the same seed. */
export function sample<T>(all: readonly T[], count: number, seed: number): readonly T[] {
  const left = [...all];
  const picked: T[] = [];
  let state = seed;
  while (picked.length < count && left.length > 0) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    picked.push(...left.splice(state % left.length, 1));
  }
  return picked;
}

/** Each call in each way, once and lasting. */
export function casesOf(calls: readonly Call[]): readonly FaultCase[] {
  const ways = Object.keys(WAYS);
  return calls.flatMap((call) => ways.flatMap((way) => [false, true].map((lasting) => ({ call, way, lasting }))));
}
