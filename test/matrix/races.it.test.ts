import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carryOut } from '../../src/actions/carry-out.ts';
import type { ChangeContext } from '../../src/actions/changes.ts';
import { planChange } from '../../src/changes/engine.ts';
import type { AuthorityPort } from '../../src/changes/ports.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { createProposals } from '../../src/store/proposals.ts';
import { desk } from '../actions/changes.ts';
import { found, OTHER } from '../k8s/ca/bench.ts';
import { twoClients } from '../store/changes.ts';
import { approve, carry, endOf } from './drive.ts';
import { change, openScene } from './scenes.ts';
import { leaksIn, openStage, type Memory, type Process, type Stage } from './stage.ts';

const GOAL = { kind: 'intermediate', cluster: OTHER } as const;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.stop());

/** Rules that did not hold at some instant, and secrets that were said. */
function wrong(of: Stage) {
  return [...of.watch.breaches(), ...(leaksIn(of.said.join('\n')) === 0 ? [] : ['a secret was said'])];
}

function cacerts() {
  return found(stage.mesh.member(OTHER).api.store.get('Secret', 'istio-system', 'cacerts'));
}

/** One that holds its first write of `cacerts` back until it is let go. */
function late(): { readonly port: (real: AuthorityPort) => AuthorityPort; readonly held: Promise<void>; readonly letGo: () => void } {
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const port = (real: AuthorityPort): AuthorityPort => ({
    ...real,
    async carryOut(step, signal) {
      if (step.kind !== 'write') return real.carryOut(step, signal);
      held.resolve();
      await free.promise;
      // It sleeps through the loss of its Lease, so that nobody stops it but the API server.
      return real.carryOut(step, new AbortController().signal);
    },
  });
  return { port, held: held.promise, letGo: free.resolve };
}

describe('two at once', { timeout: 120_000 }, () => {
  it('two processes carry out one rotation: cert-manager issues once, and both see it done', async () => {
    const memory: Memory = new Map();
    const approval = await approve(stage, GOAL);
    const views = await Promise.all([0, 1].map(() => carry(stage, stage.start({ memory }), approval)));
    const { revisions, underWay } = await endOf(stage);
    expect([views.map(({ state }) => state), revisions['istio-ica-cluster-b'], underWay, wrong(stage)]).toEqual([
      ['done', 'done'],
      2,
      false,
      [],
    ]);
  });

  it('a holder of the Lease that wakes late is refused by the API server, and finds the rotation done', async () => {
    const memory: Memory = new Map();
    const approval = await approve(stage, GOAL);
    const { port, held, letGo } = late();
    const sleeper = carry(stage, stage.start({ memory, port }), approval);
    await held;
    stage.mesh.clock.advance(60_000);
    expect((await carry(stage, stage.start({ memory }), approval)).state).toBe('done');
    const { resourceVersion } = cacerts().metadata;
    letGo();
    expect((await sleeper).state).toBe('done');
    expect([cacerts().metadata.resourceVersion, (await endOf(stage)).revisions['istio-ica-cluster-b']]).toEqual([resourceVersion, 2]);
    expect(wrong(stage)).toEqual([]);
  });

  it('two schedulers distribute one renewal', async () => {
    const scene = await openScene('distribute');
    const views = await Promise.all([0, 1].map(() => carry(scene.stage, scene.stage.start(), scene.approval)));
    const { clusters } = await endOf(scene.stage);
    expect(views.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(clusters.map(({ signs, served, proved }) => [signs, served, proved])).toEqual([
      ['generation 1', true, true],
      ['generation 1', true, true],
    ]);
    expect(wrong(scene.stage)).toEqual([]);
    await scene.stage.stop();
  });
});

describe('what changes between an approval and a write', { timeout: 120_000 }, () => {
  it('a plan that went stale is refused, and nothing is written', async () => {
    const approval = await approve(stage, GOAL);
    await change(stage, GOAL, 'zzzz');
    const { resourceVersion } = cacerts().metadata;
    const { state, findings } = await carry(stage, stage.start(), approval);
    expect([state, findings.map(({ code }) => code), cacerts().metadata.resourceVersion]).toEqual([
      'stuck',
      ['plan-stale'],
      resourceVersion,
    ]);
  });

  it('somebody else takes cacerts: it is told, and not fought over', async () => {
    const approval = await approve(stage, GOAL);
    const { store } = stage.mesh.member(OTHER).api;
    const original = cacerts();
    let taken = 0;
    const letGo = stage.onProductWrite((path) => {
      if (!path.includes('/certificates/')) return;
      taken += 1;
      stage.watch.purpose = undefined;
      const { apiVersion = '', kind = '', type, data } = original;
      store.delete('Secret', 'istio-system', 'cacerts');
      store.put(
        { apiVersion, kind, type, data, metadata: { namespace: 'istio-system', name: 'cacerts' } },
        { manager: 'argocd-controller' },
      );
      stage.watch.purpose = 'intermediate';
    });
    const { state, findings } = await carry(stage, stage.start(), approval);
    letGo();
    expect([taken, state, findings.map(({ code, title }) => [code, title])]).toEqual([
      1,
      'stuck',
      [['ca-owned-by-other', 'Not published: cacerts of cluster-b belongs to a GitOps tool']],
    ]);
    expect(cacerts()).toMatchObject({ data: original['data'] });
    expect(wrong(stage)).toEqual([]);
  });
});

describe('an approval', { timeout: 120_000 }, () => {
  it('is good for one job, and tells that job again how it ended', async () => {
    const server = await twoClients();
    const memory: Memory = new Map();
    const process = stage.start({ memory });
    const proposals = createProposals({
      redis: server.clients[0],
      key: new Secret('k'.repeat(32)),
      totp: new Map(),
      now: () => stage.mesh.clock.now(),
    });
    const planned = await planChange(GOAL, process.context);
    if (planned.kind !== 'plan') throw new Error('There is no plan');
    const now = stage.mesh.clock.now();
    await proposals.create({ id: 'k7f3', plan: planned.plan, by: 'lena', needed: 1, secondFactor: false, delayMs: 0 }, now);
    expect(await proposals.approve('k7f3', { user: 'lena', at: now })).toEqual({ state: 'enough', have: 1, need: 1 });

    stage.watch.purpose = 'intermediate';
    const run = (jobId: string) => carryOut.run({ proposal: 'k7f3' }, jobOf(process, { proposals, jobId, memory }));
    expect((await run('job-1')).state).toBe('done');
    expect((await run('job-1')).state).toBe('done');
    memory.clear();
    const twice = await run('job-2').catch((error: unknown) => error);
    expect(twice instanceof OperatorError && [twice.reason, twice.next]).toEqual(['forbidden', 'Ask for a new plan.']);
    expect(stage.audited.filter(({ what }) => what === 'start')).toHaveLength(1);
    expect([(await endOf(stage)).revisions['istio-ica-cluster-b'], wrong(stage)]).toEqual([2, []]);
    await server.stop();
  });
});

interface JobParts {
  readonly proposals: ChangeContext['changes']['proposals'];
  readonly jobId: string;
  readonly memory: Memory;
}

function jobOf({ context }: Process, { proposals, jobId, memory }: JobParts): ChangeContext {
  const { given } = desk();
  const { authority, plannerOf, violations, audit, board, clock, log, signal, progress } = context;
  const changes = {
    ...given.changes,
    engine: { authority, plannerOf, violations, audit, board },
    proposals,
    board: { ...board, all: async () => [...memory.values()] },
  };
  return { ...given, clock, log, signal, progress, changes, jobId };
}
