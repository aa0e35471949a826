/** An intermediate is rotated by the product's own jobs: BullMQ on a real Redis, real certificates, API servers and istiods over TLS. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { createHurriedClock } from '../../lab/hurried-clock.ts';
import { secretsIn } from '../../lab/pki/keys.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import type { ChangeContext } from '../../src/actions/changes.ts';
import type { PlannedChange } from '../../src/actions/plan-change.ts';
import type { ListedChanges } from '../../src/actions/list-changes.ts';
import type { Notice } from '../../src/actions/notice.ts';
import { openAlerts } from '../../src/app/alerts.ts';
import { openProber } from '../../src/app/open-prober.ts';
import { openAuthority, openChangeServices, openProposals } from '../../src/app/changes.ts';
import { openMesh } from '../../src/app.ts';
import type { AuditEntry, ChangeView } from '../../src/changes/ports.ts';
import { intermediateName, type Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { systemRandom } from '../../src/core/random.ts';
import { JOBS } from '../../src/jobs/index.ts';
import { createJobQueue } from '../../src/jobs/queue.ts';
import { startJobWorker } from '../../src/jobs/worker.ts';
import type { AuthorityTarget } from '../../src/k8s/target.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { createCaMemory, createProblemHistory } from '../../src/store/memory.ts';
import { createOutbox } from '../../src/store/outbox.ts';
import { logLines } from '../core/log-lines.ts';
import { targetOf, testRedis } from '../store/redis.ts';

const TIME_MS = 25_000;
const nobody = (): Promise<never> => Promise.reject(new Error('nobody measures elsewhere'));

async function configOf(mesh: LabMesh): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwarden-rotate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mesh.writeKubeconfigs(folder);
  const file = join(folder, 'meshwarden.yaml');
  await writeFile(file, mesh.configYaml({ kubeconfigDir: folder }));
  const loaded = await loadConfig({ environment: {}, cwd: folder, readFile: (path) => readFile(path, 'utf8') }, { file, secrets: 'skip' });
  if (loaded.kind !== 'config') throw new Error(`The lab's own configuration is refused: ${JSON.stringify(loaded)}`);
  const { config } = loaded;
  return { ...config, approvals: { ...config.approvals, key: new Secret('k'.repeat(40)) } };
}

function authorityOf({ authority, clusters }: Config): AuthorityTarget {
  const { namespace } = authority.intermediates;
  const intermediates = clusters.map(({ name }) => ({ cluster: name, namespace, certificate: intermediateName(authority, name) }));
  return { root: authority.root, issuer: authority.issuer, intermediates };
}

it('rotates the intermediate of one cluster, proves it, records it, and touches no other', { timeout: 60_000 }, async () => {
  const mesh = await buildMesh({ clock: createLabClock() });
  onTestFinished(() => mesh.stop());
  const config = await configOf(mesh);
  const server = await testRedis();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { log, lines } = logLines();
  const connections = connectRedis(targetOf(server), log);
  onTestFinished(() => connections.close());
  const redis = connections.open('prompt');
  await whenReady(redis, AbortSignal.timeout(5_000));
  // Connections and the Lease run on the lab's clock as it is; the waits of the engine move it.
  const machine = { clock: mesh.clock, random: systemRandom, log, version: '0.0.0' };
  const pool = openMesh(config, machine);
  onTestFinished(() => pool.close());
  const queue = createJobQueue({ jobs: JOBS, prompt: redis, blocking: connections.open('blocking'), clock: systemClock, log });
  onTestFinished(() => queue.close());
  const context: Omit<ChangeContext, 'signal' | 'progress' | 'jobId'> = {
    clock: createHurriedClock(mesh.clock),
    log,
    mesh: pool,
    history: createProblemHistory(redis),
    caMemory: createCaMemory(redis),
    outbox: createOutbox<Notice>(redis),
    renewalOverdueAfter: config.renewal.overdueAfter,
    changes: openChangeServices(config, openAuthority(config, authorityOf(config), pool, machine), redis, machine),
    alerts: openAlerts({ config, redis, machine, prober: openProber({ config, pool, machine }), elsewhere: nobody }),
  };
  const worker = startJobWorker({ jobs: JOBS, connection: connections.open('blocking'), context, clock: systemClock, log, concurrency: 2 });
  onTestFinished(() => worker.close(0));
  const job = async (name: string, payload: object): Promise<unknown> => {
    const outcome = await queue.outcome(await queue.submit(name, payload), AbortSignal.timeout(TIME_MS));
    if (!outcome.ok) throw new Error(`${name}: ${outcome.failure.message}`);
    return outcome.value;
  };
  const files = (cluster: string): Record<string, string> | undefined =>
    (mesh.member(cluster).api.store.get('Secret', 'istio-system', 'cacerts') as { data?: Record<string, string> } | undefined)?.data;
  const change = async (goal: object): Promise<ChangeView> => {
    const { planned, proposal } = (await job('plan-change', { goal, by: 'lena' })) as PlannedChange;
    if (proposal === undefined) throw new Error(JSON.stringify(planned));
    expect(await openProposals(config, redis, machine).approve(proposal.id, { user: 'mara', at: mesh.clock.now() })).toEqual({
      state: 'enough',
      have: 1,
      need: 1,
    });
    return (await job('carry-out', { proposal: proposal.id })) as ChangeView;
  };
  const before = { a: files('cluster-a'), b: files('cluster-b') };

  const view = await change({ kind: 'intermediate', cluster: 'cluster-b' });

  expect([view.state, view.failure, view.findings, view.written]).toEqual(['done', undefined, [], ['cluster-b']]);
  const after = { a: files('cluster-a'), b: files('cluster-b') };
  expect(after.a).toEqual(before.a);
  expect(after.b?.['root-cert.pem']).toBe(before.b?.['root-cert.pem']);
  expect(after.b?.['ca-cert.pem']).not.toBe(before.b?.['ca-cert.pem']);
  expect(after.b?.['ca-key.pem']).not.toBe(before.b?.['ca-key.pem']);
  const listed = (await job('list-changes', {})) as ListedChanges;
  expect([listed.intent, listed.holds, listed.unseen, listed.backups.map(({ cluster }) => cluster)]).toEqual([null, [], [], ['cluster-b']]);
  const audit = (await job('audit-log', { limit: 100 })) as readonly AuditEntry[];
  const whats = audit.map(({ what }) => what).toReversed();
  expect([whats.slice(0, 2), whats.at(-1), new Set(audit.map(({ result }) => result))]).toEqual([
    ['plan', 'start'],
    'done',
    new Set(['ok']),
  ]);
  expect(await job('advance-changes', {})).toBeNull();

  const kept = await Promise.all(
    (await redis.keys('*')).map((key) => redis.dumpBuffer(key).then((dump) => dump?.toString('latin1') ?? '')),
  );
  expect(secretsIn([...kept, JSON.stringify(lines), JSON.stringify(view)].join('\n'))).toEqual([]);
});
