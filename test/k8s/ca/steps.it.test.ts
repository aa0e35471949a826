import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIELD_MANAGER } from '../../../src/k8s/client.ts';
import type { OperatorError } from '../../../src/core/errors.ts';
import { secretsIn } from '../../../lab/pki/keys.ts';
import type { Expected, Step } from '../../../src/rotation/goal.ts';
import type { CacertsObject } from '../../../src/rotation/model.ts';
import { NEVER, rejectionOf } from '../lab.ts';
import { found, OTHER, SIGNER, startAuthority, type AuthorityBench } from './bench.ts';

describe('src/k8s/ca/steps', () => {
  let bench: AuthorityBench;
  beforeEach(async () => {
    bench = await startAuthority();
  });
  afterEach(() => bench.stop());

  /** Makes cacerts of a cluster ours, as it is. */
  function own(manager: string = FIELD_MANAGER): void {
    const { store } = bench.mesh.member(OTHER).api;
    const { apiVersion, kind, type, data } = found(store.get('Secret', 'istio-system', 'cacerts'));
    store.delete('Secret', 'istio-system', 'cacerts');
    store.put(
      { apiVersion: apiVersion ?? '', kind: kind ?? '', type, data, metadata: { namespace: 'istio-system', name: 'cacerts' } },
      { manager },
    );
  }

  async function cacerts(): Promise<CacertsObject> {
    const { cacerts } = await bench.cluster(OTHER);
    return found(cacerts.ok ? cacerts.value : undefined);
  }

  function expects({ uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string }): Expected {
    return { uid, resourceVersion };
  }

  async function writeStep(given: Partial<Extract<Step, { kind: 'write' }>> = {}): Promise<Step> {
    const { secret } = await bench.source(OTHER);
    const source = found(secret.ok ? secret.value : undefined);
    if (!source.assembly.ok) throw new Error('The source gives no cacerts');
    const { namespace, name, uid, resourceVersion } = source;
    return {
      kind: 'write',
      cluster: OTHER,
      source: { namespace, name, uid, resourceVersion },
      fingerprint: source.assembly.signing.fingerprint,
      roots: 'keep',
      expects: expects(await cacerts()),
      takeOver: false,
      ...given,
    };
  }

  const carry = (step: Step): Promise<void> => bench.port.carryOut(step, NEVER);

  /** Another intermediate in the source, as cert-manager would leave it. */
  function renewSource(): void {
    const { clock, certManager } = bench.mesh;
    clock.advance(found(certManager.nextRenewal()) - clock.now() + 3_600_000);
  }

  async function refused(step: Step): Promise<OperatorError> {
    const error = (await rejectionOf(carry(step))) as OperatorError;
    expect(secretsIn(`${error.message} ${error.next}`)).toEqual([]);
    return error;
  }

  it('writes a renewed intermediate under the same root, byte for byte', async () => {
    own();
    const before = await cacerts();
    renewSource();
    const step = await writeStep();
    await carry(step);
    const after = await cacerts();
    expect(after.facts.signing[0]?.fingerprint).toBe(step.kind === 'write' ? step.fingerprint : '');
    expect(after.facts.rootBytesSha256).toBe(before.facts.rootBytesSha256);
    expect(after.contentId).not.toBe(before.contentId);
    expect(after.ownership).toEqual({ kind: 'meshwarden', managers: [], application: undefined });
    expect(after.record).toEqual({
      source: after.facts.signing[0]?.fingerprint,
      writtenAt: expect.any(Number),
      proved: undefined,
      rootsSince: undefined,
      signerSince: undefined,
      hold: undefined,
      revoked: [],
    });
    // The same step once more rests on a state that is no longer so.
    expect(await refused(step)).toMatchObject({ reason: 'conflict', where: `cluster ${OTHER}` });
    expect((await cacerts()).resourceVersion).toBe(after.resourceVersion);
  });

  it('writes nothing but the mark of its source when the content is equal, and nothing at all the second time', async () => {
    own();
    const before = await cacerts();
    await carry(await writeStep());
    const marked = await cacerts();
    expect([marked.contentId, marked.record.writtenAt]).toEqual([before.contentId, undefined]);
    expect(marked.record.source).toBe(before.facts.signing[0]?.fingerprint);
    await carry(await writeStep());
    expect((await cacerts()).resourceVersion).toBe(marked.resourceVersion);
  });

  it('creates cacerts where there is none, and refuses when somebody was faster', async () => {
    const root = found((await cacerts()).facts.roots[0]?.fingerprint);
    const step = await writeStep({ expects: null, roots: [root] });
    expect(await refused(step)).toMatchObject({ reason: 'conflict', why: 'it is there by now' });
    bench.mesh.member(OTHER).api.store.delete('Secret', 'istio-system', 'cacerts');
    await carry(step);
    expect((await cacerts()).ownership.kind).toBe('meshwarden');
  });

  it('does not take what belongs to somebody else, but on purpose takes all of it', async () => {
    own('kubectl-client-side-apply');
    const { store } = bench.mesh.member(OTHER).api;
    const key = 'kubectl.kubernetes.io/last-applied-configuration';
    store.patch(
      'Secret',
      'istio-system',
      'cacerts',
      { metadata: { annotations: { [key]: '{"data":{"ca-key.pem":"x"}}' } } },
      { manager: 'kubectl-client-side-apply' },
    );
    expect(await cacerts()).toMatchObject({
      ownership: { kind: 'kubectl', managers: ['kubectl-client-side-apply'] },
      keyInAnnotation: true,
    });
    renewSource();
    expect(await refused(await writeStep())).toMatchObject({
      reason: 'conflict',
      why: expect.stringContaining('kubectl-client-side-apply'),
    });
    await carry(await writeStep({ takeOver: true }));
    expect(await cacerts()).toMatchObject({ ownership: { kind: 'meshwarden', managers: [] }, keyInAnnotation: false });
  });

  it('refuses a source that is not the one that was looked at, and one that is on hold or stolen', async () => {
    own();
    const step = await writeStep();
    renewSource();
    expect(await refused(step)).toMatchObject({ reason: 'conflict', why: 'it was changed since it was looked at' });
    const fresh = await writeStep();
    const { fingerprint } = fresh as Extract<Step, { kind: 'write' }>;
    await carry({ kind: 'hold', cluster: OTHER, fingerprint, why: 'It was not proved.', expects: expects(await cacerts()) });
    expect(await refused(await writeStep())).toMatchObject({ why: 'this intermediate is on hold' });
    expect((await cacerts()).record.hold).toEqual({ fingerprint, why: 'It was not proved.', at: expect.any(Number) });
    await carry({ kind: 'releaseHold', cluster: OTHER, expects: expects(await cacerts()) });
    expect((await cacerts()).record.hold).toBeUndefined();
    await carry(await writeStep({ revoke: [fingerprint] }));
    expect(await refused(await writeStep())).toMatchObject({ why: 'the key of this intermediate counts as stolen' });
  });

  it('does not put a new intermediate beside a list of revoked certificates that cannot cover it', async () => {
    own();
    const { store } = bench.mesh.member(OTHER).api;
    store.patch('Secret', 'istio-system', 'cacerts', { data: { 'ca-crl.pem': 'eA==' } }, { manager: FIELD_MANAGER });
    renewSource();
    expect(await refused(await writeStep())).toMatchObject({ reason: 'conflict', why: expect.stringContaining('ca-crl.pem') });
  });

  it('never writes what does not verify', async () => {
    own();
    // It would mend the source at once.
    bench.mesh.certManager.stop('the test');
    const { store } = bench.mesh.signer.api;
    const other = found(store.get('Secret', 'istio-ca', `istio-ica-${SIGNER}`))['data'] as Record<string, string>;
    store.patch('Secret', 'istio-ca', `istio-ica-${OTHER}`, { data: { 'tls.key': other['tls.key'] } });
    const { secret } = await bench.source(OTHER);
    const { uid, resourceVersion, namespace, name } = found(secret.ok ? secret.value : undefined);
    const before = await cacerts();
    const step: Step = {
      kind: 'write',
      cluster: OTHER,
      source: { namespace, name, uid, resourceVersion },
      fingerprint: found(before.facts.signing[0]?.fingerprint),
      roots: 'keep',
      expects: expects(before),
      takeOver: false,
    };
    expect(await refused(step)).toMatchObject({ reason: 'conflict', why: expect.stringContaining('private key is not that of') });
    expect((await cacerts()).resourceVersion).toBe(before.resourceVersion);
  });

  it('keeps a backup, dates it anew, restores it with a hold, archives and deletes it', async () => {
    own();
    const good = await cacerts();
    const backup: Step = { kind: 'backup', cluster: OTHER, contentId: good.contentId, expects: expects(good), takenFor: 'distribute' };
    await carry(backup);
    const name = `cacerts-backup-${good.contentId.slice(0, 10)}`;
    await carry({ ...backup, takenFor: 'abcd' });
    const kept = await bench.cluster(OTHER);
    expect(kept.backups).toMatchObject({ ok: true, value: [{ name, contentId: good.contentId, takenFor: 'abcd', archivedAt: undefined }] });
    renewSource();
    await carry(await writeStep());
    const bad = await cacerts();
    const fingerprint = found(bad.facts.signing[0]?.fingerprint);
    const restore: Step = {
      kind: 'restore',
      cluster: OTHER,
      backup: name,
      contentId: good.contentId,
      expects: expects(bad),
      hold: { fingerprint, why: 'Not proved.' },
    };
    await carry(restore);
    const back = await cacerts();
    expect([back.contentId, back.record.hold?.fingerprint, back.record.proved]).toEqual([good.contentId, fingerprint, undefined]);
    expect(await refused(restore)).toMatchObject({ reason: 'conflict' });
    const one = await backupNow();
    await carry({ kind: 'archiveBackup', cluster: OTHER, backup: name, expects: expects(one) });
    const archived = await backupNow();
    expect(archived.archivedAt).toEqual(expect.any(Number));
    expect(await refused({ kind: 'deleteBackup', cluster: OTHER, backup: name, expects: expects(one) })).toMatchObject({
      reason: 'conflict',
    });
    const gone: Step = { kind: 'deleteBackup', cluster: OTHER, backup: name, expects: expects(archived) };
    await carry(gone);
    await carry(gone);
    expect((await bench.cluster(OTHER)).backups).toEqual({ ok: true, value: [] });
    expect(await refused({ ...restore, expects: expects(back) })).toMatchObject({ reason: 'notFound' });
  });

  async function backupNow() {
    const { backups } = await bench.cluster(OTHER);
    return found(backups.ok ? backups.value[0] : undefined);
  }

  it('notes a proof for what is there alone', async () => {
    own();
    const now = await cacerts();
    const step: Step = {
      kind: 'markProved',
      cluster: OTHER,
      contentId: now.contentId,
      expects: expects(now),
      rootsSince: 1_000,
      signerSince: 2_000,
    };
    expect(await refused({ ...step, contentId: 'another' })).toMatchObject({ reason: 'conflict' });
    await carry(step);
    expect((await cacerts()).record).toMatchObject({ proved: { contentId: now.contentId }, rootsSince: 1_000, signerSince: 2_000 });
  });

  it('nudges pods and forgives one that is gone; names the right that is missing', async () => {
    const { istiods } = await bench.cluster(OTHER);
    const [pod] = found(istiods.ok ? istiods.value : undefined);
    await carry({ kind: 'nudge', cluster: OTHER, pods: [found(pod).name, 'gone'], contentId: 'abc' });
    const after = await bench.cluster(OTHER);
    expect(after.istiods.ok && after.istiods.value.map(({ nudged }) => nudged)).toEqual(['abc']);
    bench.mesh.member(OTHER).api.store.delete('RoleBinding', 'istio-system', 'meshwarden-writer');
    expect(await refused({ kind: 'nudge', cluster: OTHER, pods: [found(pod).name], contentId: 'abd' })).toMatchObject({
      reason: 'forbidden',
      next: expect.stringContaining('resources: ["pods"], verbs: ["patch"]'),
    });
  });

  it('does not restart istiod while another API server is away', async () => {
    const { api } = bench.mesh.signer;
    const step: Step = { kind: 'restart', cluster: OTHER, revision: 'default', why: 'cacerts is new' };
    await api.faults.down();
    expect(await refused(step)).toMatchObject({ reason: 'conflict', why: expect.stringContaining(SIGNER) });
    await api.faults.up();
    expect(await refused({ ...step, revision: 'canary' })).toMatchObject({ reason: 'conflict' });
  });

  it('asks cert-manager for a certificate once, and not after it was issued', async () => {
    bench.mesh.certManager.stop('the test');
    const { certificate } = await bench.source(OTHER);
    const { uid, resourceVersion, revision, namespace, name } = found(certificate);
    const step: Step = { kind: 'renew', certificate: { namespace, name }, expects: { uid, resourceVersion }, revision };
    expect(await refused({ ...step, revision: 7 })).toMatchObject({ reason: 'conflict' });
    await carry(step);
    const object = bench.object(SIGNER, 'Certificate', namespace, name);
    const { conditions } = found(object)['status'] as { conditions: { type: string; reason: string; status: string }[] };
    expect(conditions.filter(({ type }) => type === 'Issuing')).toMatchObject([{ status: 'True', reason: 'ManuallyTriggered' }]);
    expect(conditions.filter(({ type }) => type === 'Ready')).toHaveLength(1);
    await carry(step);
  });

  it('makes a generation, sees it, and retires it', async () => {
    const steps: Step[] = [
      { kind: 'createRoot', generation: 2 },
      { kind: 'createIssuer', generation: 2 },
      { kind: 'createIntermediate', cluster: OTHER, generation: 2 },
    ];
    for (const step of [...steps, ...steps]) await carry(step);
    const spec = (name: string, namespace: string): unknown => bench.object(SIGNER, 'Certificate', namespace, name)?.['spec'];
    expect(spec('istio-root-g2', 'cert-manager')).toEqual({
      isCA: true,
      usages: ['digital signature', 'key encipherment', 'cert sign', 'crl sign'],
      commonName: 'istio-root g2',
      secretName: 'istio-root-g2',
      duration: '87600h',
      renewal: { policy: 'Disabled' },
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
      issuerRef: expect.objectContaining({ name: 'istio-root-selfsigned' }),
    });
    expect(spec(`istio-ica-${OTHER}-g2`, 'istio-ca')).toMatchObject({
      isCA: true,
      usages: ['digital signature', 'key encipherment', 'cert sign', 'crl sign'],
      commonName: `istio-ica-${OTHER}-g2`,
      duration: '4320h',
      renewBefore: '1440h',
      issuerRef: { name: 'istio-root-ca-g2', kind: 'ClusterIssuer' },
    });
    const { signer } = await bench.look();
    expect(signer.ok && signer.value.generations.map(({ generation }) => generation)).toEqual([1, 2]);
    await carry({ kind: 'retire', generation: 2 });
    await carry({ kind: 'retire', generation: 2 });
    const after = await bench.look();
    expect(after.signer.ok && after.signer.value.generations.map(({ generation }) => generation)).toEqual([1]);
  });

  it('does not know a cluster that is not configured', async () => {
    expect(await refused({ kind: 'nudge', cluster: 'nowhere', pods: [], contentId: '' })).toMatchObject({ reason: 'invalid' });
  });
});
