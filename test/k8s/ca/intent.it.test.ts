import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { watchSources, type SourceWatch } from '../../../src/k8s/ca/watch-sources.ts';
import type { Intent } from '../../../src/rotation/model.ts';
import { EVEN, NEVER, recordLog, rejectionOf } from '../lab.ts';
import { found, NAMES, OTHER, SIGNER, startAuthority, TARGET, type AuthorityBench } from './bench.ts';

const INTENT: Intent = {
  id: 'abcd2345',
  goal: { kind: 'intermediate', cluster: OTHER },
  planHash: 'f'.repeat(64),
  direction: 'forward',
  paused: false,
  startsAt: 1,
  createdAt: 1,
  by: 'cli:somebody',
  approvedBy: [{ user: '1', at: 1 }],
  baseline: { signers: { [OTHER]: 'A' }, contents: { [OTHER]: '' }, revision: undefined, roots: ['R'], generation: 1, leafLifeMs: 1 },
  shownIn: undefined,
  agreed: [],
};

describe('src/k8s/ca: intent, lease and watch', () => {
  let bench: AuthorityBench;
  beforeAll(async () => {
    bench = await startAuthority();
  });
  afterEach(() => {
    bench.mesh.signer.api.store.delete('ConfigMap', 'istio-ca', 'meshwarden-intent');
  });
  afterAll(() => bench.stop());

  it('keeps an intent whole, changes it in the state that was read, and closes it', async () => {
    const created = await bench.port.createIntent(INTENT, NEVER);
    expect(created).toEqual({ uid: expect.any(String), resourceVersion: expect.any(String), intent: INTENT });
    expect((await bench.look()).intent).toEqual({ ok: true, value: created });
    const paused = await bench.port.updateIntent({ ...created, intent: { ...INTENT, paused: true } }, NEVER);
    expect(paused.intent.paused).toBe(true);
    expect(await rejectionOf(bench.port.updateIntent(created, NEVER))).toMatchObject({ reason: 'conflict' });
    expect(await rejectionOf(bench.port.createIntent(INTENT, NEVER))).toMatchObject({ reason: 'conflict' });
    const stale = { uid: created.uid, resourceVersion: created.resourceVersion };
    expect(await rejectionOf(bench.port.carryOut({ kind: 'closeIntent', expects: stale, outcome: 'done' }, NEVER))).toMatchObject({
      reason: 'conflict',
    });
    const close = { kind: 'closeIntent', expects: { uid: paused.uid, resourceVersion: paused.resourceVersion }, outcome: 'done' } as const;
    await bench.port.carryOut(close, NEVER);
    await bench.port.carryOut(close, NEVER);
    expect((await bench.look()).intent).toEqual({ ok: true, value: null });
  });

  it('says that an intent cannot be understood, and quotes nothing of it', async () => {
    const data = { intent: '{"id":"no intent"}' };
    const metadata = { namespace: 'istio-ca', name: 'meshwarden-intent' };
    bench.mesh.signer.api.store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    expect((await bench.look()).intent).toMatchObject({ ok: false, failure: { reason: 'protocol' } });
  });

  it('holds the lease under its name and gives it back', async () => {
    const held = await bench.port.lease(NEVER);
    const lease = found(bench.object(SIGNER, 'Lease', 'istio-ca', 'meshwarden-changes'));
    expect([lease.metadata.labels, lease['spec']]).toMatchObject([
      { 'app.kubernetes.io/managed-by': 'meshwarden' },
      { holderIdentity: 'one' },
    ]);
    await held.release();
    const next = await bench.portOf({ holder: 'two' }).lease(NEVER);
    expect(found(bench.object(SIGNER, 'Lease', 'istio-ca', 'meshwarden-changes'))['spec']).toMatchObject({ holderIdentity: 'two' });
    await next.release();
  });

  it('tells of a source that changed, by the name of its cluster', async () => {
    const events = new EventEmitter();
    const told: string[] = [];
    const watch: SourceWatch = watchSources({
      signer: bench.pool.members[0],
      target: TARGET,
      clock: bench.mesh.clock,
      random: EVEN,
      log: recordLog().log,
      onChange: ({ cluster, type }) => {
        told.push(`${type} ${cluster}`);
        events.emit('told');
      },
    });
    await watch.synced;
    expect(told.toSorted()).toEqual(NAMES.map((name) => `added ${name}`));
    bench.mesh.signer.api.store.patch('Secret', 'istio-ca', `istio-ica-${OTHER}`, { metadata: { annotations: { touched: 'yes' } } });
    while (!told.includes(`modified ${OTHER}`)) await once(events, 'told');
    await watch.stop();
    expect(told.filter((line) => line.startsWith('modified'))).toEqual([`modified ${OTHER}`]);
  });
});
