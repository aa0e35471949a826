import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRODUCT_USER } from '../../../lab/scene/rbac.ts';
import { secretsIn } from '../../../lab/pki/keys.ts';
import type { OperatorError } from '../../../src/core/errors.ts';
import type { Expected, Step, StepKind } from '../../../src/rotation/goal.ts';
import type { Intent } from '../../../src/rotation/model.ts';
import { NEVER, rejectionOf } from '../lab.ts';
import { found, NAMES, OTHER, SIGNER, startAuthority, type AuthorityBench } from './bench.ts';

const INTENT: Intent = {
  id: 'abcd2345',
  goal: { kind: 'intermediate', cluster: OTHER },
  planHash: 'f'.repeat(64),
  direction: 'forward',
  paused: false,
  startsAt: 1,
  createdAt: 1,
  by: 'cli:somebody',
  approvedBy: [],
  baseline: { signers: {}, contents: {}, revision: undefined, roots: [], generation: 1, leafLifeMs: 1 },
  shownIn: undefined,
  agreed: [],
};

/** For each step: where it is refused, which object the refusal names, and the rule that it asks for. */
const REFUSALS: { readonly [Kind in StepKind]: { readonly cluster: string; readonly object: string; readonly rule: string } } = {
  backup: { cluster: OTHER, object: 'create secrets cacerts-backup-', rule: 'resources: ["secrets"], verbs: ["create"]' },
  write: { cluster: OTHER, object: 'secrets cacerts', rule: 'resources: ["secrets"], verbs: ["update"]' },
  writeRoots: { cluster: OTHER, object: 'secrets cacerts', rule: 'resources: ["secrets"], verbs: ["update"]' },
  nudge: { cluster: OTHER, object: 'patch pods istiod-', rule: 'resources: ["pods"], verbs: ["patch"]' },
  markProved: { cluster: OTHER, object: 'secrets cacerts', rule: 'resources: ["secrets"], verbs: ["patch"]' },
  restore: { cluster: OTHER, object: 'secrets cacerts', rule: 'resources: ["secrets"], verbs: ["update"]' },
  hold: { cluster: OTHER, object: 'secrets cacerts', rule: 'resources: ["secrets"], verbs: ["patch"]' },
  releaseHold: { cluster: OTHER, object: 'secrets cacerts', rule: 'resources: ["secrets"], verbs: ["patch"]' },
  archiveBackup: { cluster: OTHER, object: 'secrets cacerts-backup', rule: 'resources: ["secrets"], verbs: ["patch"]' },
  deleteBackup: { cluster: OTHER, object: 'secrets cacerts-backup', rule: 'resources: ["secrets"], verbs: ["delete"]' },
  restart: { cluster: OTHER, object: 'deployments istiod', rule: 'resources: ["deployments"], verbs: ["patch"]' },
  renew: {
    cluster: SIGNER,
    object: `certificates/status istio-ica-${OTHER}`,
    rule: 'resources: ["certificates/status"], verbs: ["update"]',
  },
  createRoot: { cluster: SIGNER, object: 'certificates istio-root-g3', rule: 'resources: ["certificates"], verbs: ["patch"]' },
  createIssuer: { cluster: SIGNER, object: 'clusterissuers istio-root-ca-g3', rule: 'resources: ["clusterissuers"], verbs: ["patch"]' },
  createIntermediate: {
    cluster: SIGNER,
    object: `certificates istio-ica-${OTHER}-g3`,
    rule: 'resources: ["certificates"], verbs: ["patch"]',
  },
  retire: { cluster: SIGNER, object: 'certificates istio-ica-', rule: 'resources: ["certificates"], verbs: ["delete"]' },
  closeIntent: { cluster: SIGNER, object: 'configmaps meshwarden-intent', rule: 'resources: ["configmaps"], verbs: ["delete"]' },
};

describe('src/k8s/ca/steps without the right to write', () => {
  let bench: AuthorityBench;
  let steps: ReadonlyMap<StepKind, Step>;

  beforeAll(async () => {
    bench = await startAuthority();
    steps = new Map((await prepared(bench)).map((step) => [step.kind, step]));
    for (const name of NAMES) {
      const { store } = bench.mesh.member(name).api;
      for (const kind of ['RoleBinding', 'ClusterRoleBinding']) {
        const ours = store.list(kind).filter(({ metadata }) => metadata.name?.endsWith('-writer'));
        for (const { metadata } of ours) store.delete(kind, metadata.namespace ?? '', metadata.name ?? '');
      }
    }
  });
  afterAll(() => bench.stop());

  it.each(Object.entries(REFUSALS))('%s names cluster, object and the rule to add, and writes nothing', async (kind, wanted) => {
    const before = NAMES.map((name) => bench.mesh.member(name).api.audit.length);
    const step = found(steps.get(kind as StepKind));
    const error = (await rejectionOf(bench.port.carryOut(step, NEVER))) as OperatorError;
    expect(error).toMatchObject({ reason: 'forbidden', next: expect.stringContaining(wanted.rule) });
    expect(error.message).toContain(wanted.object);
    expect(error.message).toContain(`cluster ${wanted.cluster}`);
    expect(secretsIn(`${error.message} ${error.next}`)).toEqual([]);
    const done = NAMES.flatMap((name, at) => bench.mesh.member(name).api.audit.slice(before[at]))
      .filter(({ user, verb }) => user === PRODUCT_USER && !['get', 'list', 'watch'].includes(verb))
      .map(({ status }) => status);
    expect(new Set(done)).toEqual(new Set([403]));
  });

  it('knows a refusal for every kind of step', () => {
    expect([...steps.keys()].sort()).toEqual(Object.keys(REFUSALS).sort());
  });
});

/** One step of each kind that would go through now, were it allowed. */
async function prepared(bench: AuthorityBench): Promise<readonly Step[]> {
  const carry = (step: Step): Promise<void> => bench.port.carryOut(step, NEVER);
  const cacerts = async () => {
    const { cacerts: seen } = await bench.cluster(OTHER);
    return found(seen.ok ? seen.value : undefined);
  };
  const first = await cacerts();
  await carry({ kind: 'backup', cluster: OTHER, contentId: first.contentId, expects: expects(first), takenFor: 'abcd' });
  await carry({ kind: 'createRoot', generation: 2 });
  await carry({ kind: 'createIssuer', generation: 2 });
  await carry({ kind: 'createIntermediate', cluster: OTHER, generation: 2 });
  const { clock, certManager } = bench.mesh;
  clock.advance(found(certManager.nextRenewal()) - clock.now() + 3_600_000);
  await carry({ kind: 'hold', cluster: OTHER, fingerprint: 'AB:CD', why: 'It was not proved.', expects: expects(await cacerts()) });
  // Something else than the backup holds.
  const root = found(first.facts.roots[0]?.fingerprint);
  await carry({ kind: 'writeRoots', cluster: OTHER, roots: [root, root], expects: expects(await cacerts()) });
  const intent = await bench.port.createIntent(INTENT, NEVER);
  // What is asked for in a renewal is not being issued already.
  certManager.stop('the test');
  const now = await cacerts();
  const { backups, istiods } = await bench.cluster(OTHER);
  const kept = found(backups.ok ? backups.value[0] : undefined);
  const pods = found(istiods.ok ? istiods.value : undefined).map(({ name }) => name);
  const { certificate, secret } = await bench.source(OTHER);
  const source = found(secret.ok ? secret.value : undefined);
  if (!source.assembly.ok) throw new Error('The source gives no cacerts');
  const { signing } = source.assembly;
  const { namespace, name, revision, ...object } = found(certificate);
  const next = await bench.source(OTHER, 2);
  const assembly = next.secret.ok ? next.secret.value?.assembly : undefined;
  const second = found(assembly?.ok === true ? assembly.path.at(-1)?.fingerprint : undefined);
  const here = { cluster: OTHER, expects: expects(now) };
  const { contentId } = now;
  return [
    { kind: 'backup', ...here, contentId, takenFor: 'abcd' },
    { kind: 'write', ...here, source, fingerprint: signing.fingerprint, roots: [root], takeOver: false },
    { kind: 'writeRoots', ...here, roots: [root, second] },
    { kind: 'nudge', cluster: OTHER, pods, contentId },
    { kind: 'markProved', ...here, contentId, rootsSince: 1, signerSince: 1 },
    { kind: 'restore', ...here, backup: kept.name, contentId: kept.contentId, hold: undefined },
    { kind: 'hold', ...here, fingerprint: signing.fingerprint, why: 'It was not proved.' },
    { kind: 'releaseHold', ...here },
    { kind: 'archiveBackup', cluster: OTHER, backup: kept.name, expects: expects(kept) },
    { kind: 'deleteBackup', cluster: OTHER, backup: kept.name, expects: expects(kept) },
    { kind: 'restart', cluster: OTHER, revision: 'default', why: 'it does not see the Secret' },
    { kind: 'renew', certificate: { namespace, name }, expects: expects(object), revision },
    { kind: 'createRoot', generation: 3 },
    { kind: 'createIssuer', generation: 3 },
    { kind: 'createIntermediate', cluster: OTHER, generation: 3 },
    { kind: 'retire', generation: 2 },
    { kind: 'closeIntent', expects: expects(intent), outcome: 'done' },
  ];
}

function expects({ uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string }): Expected {
  return { uid, resourceVersion };
}
