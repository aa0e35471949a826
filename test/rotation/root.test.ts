import { beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/rotation/goal.ts';
import type { CaState } from '../../src/rotation/model.ts';
import { root } from '../../src/rotation/root/index.ts';
import { Drive, expectSettled } from './drive.ts';
import { growPool, type Pool } from './world/pool.ts';
import { World, type WorldOptions } from './world.ts';

const HOUR = 3_600_000;
const GOAL = { kind: 'root', speed: 'gentle' } as const;
const PUSHED = { multiRoot: true, xdsAgent: true };
const TWO: WorldOptions = { clusters: 2, replicas: 1, flags: PUSHED };

let pool: Pool;
beforeAll(async () => {
  pool = await growPool();
});

function codes(state: CaState, now: number): readonly string[] {
  const planned = root.plan(GOAL, state, now);
  return planned.kind === 'refused' ? planned.findings.map(({ code, subject }) => `${code} ${subject.name}`) : [planned.kind];
}

/** A state in which one cluster is otherwise. */
function withCluster(state: CaState, change: (cluster: CaState['clusters'][number]) => CaState['clusters'][number]): CaState {
  return { ...state, clusters: state.clusters.map((cluster, at) => (at === 1 ? change(cluster) : cluster)) };
}

function withVersion(state: CaState, version: string | undefined): CaState {
  return withCluster(state, (cluster) => ({
    ...cluster,
    istiods: cluster.istiods.ok ? { ok: true, value: cluster.istiods.value.map((pod) => ({ ...pod, version })) } : cluster.istiods,
  }));
}

function withObject(state: CaState, changes: object): CaState {
  return withCluster(state, (cluster) =>
    cluster.cacerts.ok && cluster.cacerts.value !== null
      ? { ...cluster, cacerts: { ok: true, value: { ...cluster.cacerts.value, ...changes } } }
      : cluster,
  );
}

/** Goes on until it decides such a thing, agreeing to whatever is asked on the way. */
function until(drive: Drive, wanted: (decision: Decision) => boolean): Decision {
  for (let turn = 0; turn < 400; turn += 1) {
    const { world } = drive;
    const decision = root.decide(GOAL, world.look(), world.now);
    if (wanted(decision)) return decision;
    drive.turn({ agrees: true, patient: true });
  }
  throw new Error(`it never comes to that:\n${drive.log.slice(-30).join('\n')}`);
}

describe('src/rotation/root: the plan', () => {
  it('names every line, what it waits for and what it can do', () => {
    const world = new World(pool, TWO);
    const planned = root.plan(GOAL, world.look(), world.now);
    expect(planned.kind === 'plan' ? planned.plan.steps : planned).toEqual([
      { key: 'issue', title: 'create root g2, its issuer and 2 intermediates', risk: undefined, waitsMs: undefined, state: 'todo' },
      {
        key: 'introduce:cluster-a',
        title: 'cluster-a: back up, trust both roots, prove',
        risk: undefined,
        waitsMs: undefined,
        state: 'todo',
      },
      {
        key: 'introduce:cluster-b',
        title: 'cluster-b: back up, trust both roots, prove',
        risk: undefined,
        waitsMs: undefined,
        state: 'todo',
      },
      ...['cluster-a', 'cluster-b'].map((name) => ({
        key: `restart:${name}`,
        title: `${name}: restart istiod, asked for first, where it has not started since`,
        risk: 'While it starts, new proxies of this cluster wait for their certificate.',
        waitsMs: undefined,
        state: 'todo',
      })),
      { key: 'wait-trust', title: 'wait until every proxy trusts root g2', risk: undefined, waitsMs: 24 * HOUR, state: 'todo' },
      {
        key: 'switch:cluster-a',
        title: 'cluster-a: sign with the intermediate g2, prove',
        risk: undefined,
        waitsMs: undefined,
        state: 'todo',
      },
      {
        key: 'switch:cluster-b',
        title: 'cluster-b: sign with the intermediate g2, prove',
        risk: undefined,
        waitsMs: undefined,
        state: 'todo',
      },
      { key: 'wait-leaves', title: 'wait until no certificate of root g1 lives', risk: undefined, waitsMs: 24 * HOUR, state: 'todo' },
      ...['cluster-a', 'cluster-b'].map((name) => ({
        key: `drop:${name}`,
        title: `${name}: trust root g2 alone, prove`,
        risk: 'Whatever still presents a certificate of the old root is refused from here on.',
        waitsMs: undefined,
        state: 'todo',
      })),
      {
        key: 'retire',
        title: 'retire generation 1, asked for first',
        risk: 'After it there is no way back to the old root.',
        waitsMs: undefined,
        state: 'todo',
      },
    ]);
  });

  it('has a hash that rests on what was seen and on no clock', () => {
    const world = new World(pool, TWO);
    const hash = (state: CaState, now: number): string | undefined => {
      const planned = root.plan(GOAL, state, now);
      return planned.kind === 'plan' ? planned.plan.hash : undefined;
    };
    const state = world.look();
    const first = hash(state, world.now);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(hash(world.look(), world.now + HOUR)).toBe(first);
    expect(hash(withObject(state, { resourceVersion: '1' }), world.now)).not.toBe(first);
  });

  it('says which clusters need restarts without MULTIROOT, and that fast changes nothing there', () => {
    const world = new World(pool, { ...TWO, flags: { multiRoot: false, xdsAgent: false } });
    const planned = root.plan({ kind: 'root', speed: 'fast' }, world.look(), world.now);
    const told = planned.kind === 'plan' ? { waived: planned.plan.waived, restarts: planned.plan.remarks[2] } : planned;
    expect(told).toEqual({
      waived: ['Fast has no effect in cluster-a, cluster-b: agents are not told to take roots as they are pushed, so every wait stays.'],
      restarts: 'Without ISTIO_MULTIROOT_MESH each change of roots needs a restart of istiod in cluster-a, cluster-b: each is asked for.',
    });
  });

  const refusals: readonly { readonly title: string; readonly state: (state: CaState) => CaState; readonly codes: readonly string[] }[] = [
    { title: 'a healthy mesh', state: (state) => state, codes: ['plan'] },
    {
      title: 'a version that loses roots',
      state: (state) => withVersion(state, '1.25.1'),
      codes: ['root-version-broken cluster-b', 'root-versions-mixed mesh'],
    },
    {
      title: 'a version before 1.30 beside one after',
      state: (state) => withVersion(state, '1.29.3'),
      codes: ['root-versions-mixed mesh'],
    },
    { title: 'a version that nobody tells', state: (state) => withVersion(state, undefined), codes: ['root-version-unknown cluster-b'] },
    { title: 'another patch of the same kind', state: (state) => withVersion(state, '1.31.0'), codes: ['plan'] },
    {
      title: 'a cluster that cannot be seen',
      state: (state) =>
        withCluster(state, (cluster) => ({ ...cluster, published: { ok: false, failure: { reason: 'forbidden', message: 'No right' } } })),
      codes: ['root-cluster-not-seen cluster-b'],
    },
    {
      title: 'no cacerts',
      state: (state) => withCluster(state, (cluster) => ({ ...cluster, cacerts: { ok: true, value: null } })),
      codes: ['root-no-cacerts cluster-b'],
    },
    {
      title: 'cacerts of somebody else',
      state: (state) => withObject(state, { ownership: { kind: 'gitops', managers: ['argocd'], application: undefined } }),
      codes: ['root-cacerts-foreign cluster-b'],
    },
    {
      title: 'cacerts that nobody has seen served',
      state: (state) => withObject(state, { contentId: 'other' }),
      codes: ['root-not-proved cluster-b'],
    },
    {
      title: 'no istiod',
      state: (state) => withCluster(state, (cluster) => ({ ...cluster, istiods: { ok: true, value: [] } })),
      codes: ['root-no-istiod cluster-b'],
    },
    {
      title: 'clocks far apart',
      state: (state) => withCluster(state, (cluster) => ({ ...cluster, skewMs: { ok: true, value: 120_000 } })),
      codes: ['root-clocks-apart mesh'],
    },
    {
      title: 'a signer that cannot be seen',
      state: (state) => ({ ...state, signer: { ok: false, failure: { reason: 'unreachable', message: 'Nothing answers' } } }),
      codes: ['root-signer-not-seen mesh'],
    },
  ];
  it.each(refusals)('$title: $codes', ({ state, codes: wanted }) => {
    const world = new World(pool, TWO);
    expect(codes(state(world.look()), world.now)).toEqual(wanted);
  });

  it('refuses what would end before it is over', () => {
    const world = new World(pool, TWO);
    expect(codes(world.look(), world.now + 167 * 24 * HOUR)).toEqual(['root-too-late mesh']);
  });
});

describe('src/rotation/root: on its way', () => {
  it('takes no step without an intent', () => {
    const world = new World(pool, TWO);
    const decision = root.decide(GOAL, world.look(), world.now);
    expect(decision.kind === 'stuck' ? decision.findings.map(({ code }) => code) : decision).toEqual(['root-intent-missing']);
  });

  it('waits for the longest leaf life after both roots are proved everywhere, and says so', () => {
    const drive = new Drive(new World(pool, TWO), GOAL);
    const decision = until(
      drive,
      ({ kind, ...rest }) =>
        kind === 'wait' && 'until' in rest && rest.until !== undefined && drive.world.member('cluster-b').secret.facts.roots.length === 2,
    );
    const rootsSince = drive.world.member('cluster-b').secret.record.rootsSince ?? 0;
    const name = drive.world.authority.root(2).fingerprint.slice(0, 11);
    expect(decision).toEqual({
      kind: 'wait',
      says: expect.stringMatching(new RegExp(`^Both roots are proved in cluster-a, cluster-b; proxies learn of root ${name} until `)),
      until: rootsSince + 24 * HOUR + 30_000,
      deadline: undefined,
    });
  });

  it('guesses nothing about a cluster that it cannot see', () => {
    const drive = new Drive(new World(pool, TWO), GOAL);
    until(drive, (decision) => decision.kind === 'step' && decision.step.kind === 'writeRoots');
    drive.world.member('cluster-b').reachable = false;
    const decision = root.decide(GOAL, drive.world.look(), drive.world.now);
    expect(decision.kind === 'stuck' ? decision.findings.map(({ code, subject }) => `${code} ${subject.name}`) : decision).toEqual([
      'root-cluster-not-seen cluster-b',
    ]);
  });

  it('restarts no istiod while the API server of another cluster is away', () => {
    const drive = new Drive(new World(pool, { ...TWO, flags: { multiRoot: false, xdsAgent: false } }), GOAL);
    until(drive, (decision) => decision.kind === 'step' && decision.step.kind === 'restart');
    drive.world.member('cluster-b').reachable = false;
    const decision = root.decide(GOAL, drive.world.look(), drive.world.now);
    expect(decision.kind === 'stuck' ? decision.findings.map(({ code, subject }) => `${code} ${subject.name}`) : decision).toEqual([
      'root-cluster-not-seen cluster-b',
    ]);
  });

  it('puts back roots that istiod does not take, holds them, and tries again only when told to', () => {
    const drive = new Drive(new World(pool, TWO), GOAL);
    const { world } = drive;
    until(drive, (decision) => decision.kind === 'step' && decision.step.kind === 'writeRoots');
    const member = world.member('cluster-a');
    for (const pod of member.istiods) Object.assign(pod, { deaf: true });
    const before = member.secret.contentId;
    const step = until(drive, (decision) => decision.kind === 'step' && decision.step.kind === 'restore');
    expect(step.kind === 'step' ? step.step : step).toEqual({
      kind: 'restore',
      cluster: 'cluster-a',
      backup: `cacerts-backup-${before.slice(0, 10)}`,
      contentId: before,
      expects: { uid: 'cacerts-cluster-a', resourceVersion: String(member.secret.resourceVersion) },
      hold: { fingerprint: world.authority.root(2).fingerprint, why: 'Not served within its time: istiod-0 new.' },
    });
    for (const pod of member.istiods) Object.assign(pod, { deaf: false });
    const ask = until(drive, ({ kind }) => kind === 'ask');
    expect(ask).toEqual({
      kind: 'ask',
      question: `release-hold:cluster-a:${member.secret.record.hold?.at.toString(36)}`,
      says: 'It failed in cluster-a before and was put back (Not served within its time: istiod-0 new.) Try again?',
    });
    drive.finish(600);
    expect(world.outcome).toBe('done');
    expectSettled(world, 2);
  });

  it('takes the bundle of the leader for no proof of another istiod, and asks to restart both', () => {
    const drive = new Drive(new World(pool, { ...TWO, replicas: 2 }), GOAL);
    const { world } = drive;
    until(drive, (decision) => decision.kind === 'step' && decision.step.kind === 'writeRoots');
    const member = world.member('cluster-a');
    const [, behind] = member.istiods;
    Object.assign(behind ?? {}, { deaf: true });
    const decision = until(drive, ({ kind }) => kind === 'ask');
    world.advance(HOUR, drive.check);
    expect({ decision, later: root.decide(GOAL, world.look(), world.now), published: member.published.length }).toEqual({
      decision: {
        kind: 'ask',
        question: 'restart:cluster-a',
        says: 'Restart istiod in cluster-a? Of several istiods only the leader shows which roots it took.',
      },
      later: decision,
      published: 2,
    });
  });

  it('asks before the old generation goes; told to go back after it went, it ends where it is', () => {
    const drive = new Drive(new World(pool, TWO), GOAL);
    const ask = until(drive, (decision) => decision.kind === 'ask' && decision.question === 'retire');
    expect(ask).toEqual({
      kind: 'ask',
      question: 'retire',
      says: 'Every cluster signs and trusts under generation 2 alone. Retire generation 1? After that there is no way back.',
    });
    expect(root.progress(GOAL, drive.world.look(), drive.world.now).map(({ key, state }) => `${key} ${state}`)).toEqual([
      'issue done',
      'introduce:cluster-a done',
      'introduce:cluster-b done',
      'restart:cluster-a done',
      'restart:cluster-b done',
      'wait-trust done',
      'switch:cluster-a done',
      'switch:cluster-b done',
      'wait-leaves done',
      'drop:cluster-a done',
      'drop:cluster-b done',
      'retire now',
    ]);
    drive.world.apply({ kind: 'retire', generation: 1 });
    drive.world.steer({ direction: 'back' });
    const decision = root.decide(GOAL, drive.world.look(), drive.world.now);
    expect(decision.kind === 'step' ? decision.step.kind : decision).toBe('archiveBackup');
    drive.finish(600);
    expect(drive.world.outcome).toBe('done');
    expectSettled(drive.world, 2);
  });

  it('is stuck on its way back when the intermediates that it needs were taken away', () => {
    const drive = new Drive(new World(pool, TWO), GOAL);
    const { world } = drive;
    until(drive, () => world.members.every(({ secret }) => secret.facts.signing[0]?.issuer.includes('g2') === true));
    world.authority.retire(1);
    world.steer({ direction: 'back' });
    const decision = until(drive, ({ kind }) => kind === 'stuck');
    expect(decision.kind === 'stuck' ? decision.findings.map(({ code }) => code) : decision).toEqual(['root-no-way-back']);
  });
});
