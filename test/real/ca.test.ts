import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createAuthority } from '../../lab/pki/authority.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createAuthorityPort, type ClusterAuthority } from '../../src/k8s/ca/authority.ts';
import { SECRETS } from '../../src/k8s/resources.ts';
import type { Step } from '../../src/rotation/goal.ts';
import type { CacertsObject, Intent } from '../../src/rotation/model.ts';
import { EVEN, NEVER, recordLog, rejectionOf } from '../k8s/lab.ts';
import { makeNamespace, startBench, type Bench } from './clients.ts';

const NAMESPACE = 'real-ca';
const DAY = 86_400_000;

function encoded(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}

describe('src/k8s/ca on a real API server', () => {
  let bench: Bench;
  let port: ClusterAuthority;
  const now = Date.now();
  const root = createAuthority({ commonName: 'real root', notBefore: now - DAY, notAfter: now + 3_650 * DAY });
  const life = { notBefore: now - DAY, notAfter: now + 179 * DAY };
  const first = root.issueIntermediate({ commonName: 'first', ...life });
  const second = root.issueIntermediate({ commonName: 'second', ...life });

  beforeAll(async () => {
    bench = await startBench(inject('servers').a);
    await makeNamespace(bench.side, NAMESPACE);
    const identity = { name: 'cluster-a', network: '', roles: [], gateway: undefined };
    const member = { identity, application: undefined, client: { ok: true, value: bench.client } } as const;
    port = createAuthorityPort({
      members: [member],
      signer: member,
      target: {
        root: { namespace: NAMESPACE, certificate: 'root' },
        issuer: 'root',
        intermediates: [{ cluster: 'cluster-a', namespace: NAMESPACE, certificate: 'source' }],
      },
      istioNamespace: NAMESPACE,
      policy: { pinnedRoot: undefined, leafLifeMs: DAY, proofWithinMs: 1_000, renewBeforeMs: 60 * DAY },
      holder: 'one',
      clock: systemClock,
      random: EVEN,
      log: recordLog().log,
    });
  });
  afterAll(() => bench.stop());

  async function cacerts(): Promise<CacertsObject> {
    const { clusters } = await port.look({ probe: 'none' }, NEVER);
    const seen = clusters[0]?.cacerts;
    if (seen?.ok !== true || seen.value === null) throw new Error('There is no cacerts');
    return seen.value;
  }

  it('takes over what kubectl made, backs it up, restores it, and refuses what is late', async () => {
    const data = encoded({
      'ca-cert.pem': first.certificatePem,
      'ca-key.pem': first.keyPem,
      'cert-chain.pem': first.chainPem + first.rootPem,
      'root-cert.pem': first.rootPem,
    });
    const path = `/api/v1/namespaces/${NAMESPACE}/secrets`;
    const { must } = await import('./call.ts');
    const made = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cacerts' }, data };
    await must(bench.side, { method: 'POST', path: `${path}?fieldManager=kubectl-create`, body: made });
    const tls = encoded({ 'tls.crt': second.chainPem, 'tls.key': second.keyPem, 'ca.crt': second.rootPem });
    const source = (await bench.client.create(
      SECRETS,
      { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { namespace: NAMESPACE, name: 'source' }, data: tls },
      { signal: NEVER },
    )) as { metadata: { uid: string; resourceVersion: string } };
    const before = await cacerts();
    expect(before.ownership).toEqual({ kind: 'kubectl', managers: ['kubectl-create'], application: undefined });
    const { X509Certificate } = await import('node:crypto');
    const step: Step = {
      kind: 'write',
      cluster: 'cluster-a',
      source: { namespace: NAMESPACE, name: 'source', ...pick(source.metadata) },
      fingerprint: new X509Certificate(second.certificatePem).fingerprint256,
      roots: 'keep',
      expects: pick(before),
      takeOver: true,
    };
    await port.carryOut(
      { kind: 'backup', cluster: 'cluster-a', contentId: before.contentId, expects: pick(before), takenFor: 'real' },
      NEVER,
    );
    await port.carryOut(step, NEVER);
    const after = await cacerts();
    expect([after.ownership, after.facts.signing[0]?.commonName, after.facts.rootBytesSha256]).toEqual([
      { kind: 'meshwarden', managers: [], application: undefined },
      'second',
      before.facts.rootBytesSha256,
    ]);
    expect(await rejectionOf(port.carryOut(step, NEVER))).toMatchObject({ reason: 'conflict' });
    const backup = `cacerts-backup-${before.contentId.slice(0, 10)}`;
    const hold = { fingerprint: step.fingerprint, why: 'Not proved.' };
    const contentId = before.contentId;
    await port.carryOut({ kind: 'restore', cluster: 'cluster-a', backup, contentId, expects: pick(after), hold }, NEVER);
    expect(await cacerts()).toMatchObject({ contentId, record: { hold } });
  });

  it('keeps an intent and refuses a late change of it; holds the lease', async () => {
    const intent: Intent = {
      id: 'abcd2345',
      goal: { kind: 'intermediate', cluster: 'cluster-a' },
      planHash: 'f',
      direction: 'forward',
      paused: false,
      startsAt: 1,
      createdAt: 1,
      by: 'test',
      approvedBy: [],
      baseline: { signers: {}, contents: {}, revision: undefined, roots: [], generation: 1, leafLifeMs: 1 },
      shownIn: undefined,
      agreed: [],
    };
    const created = await port.createIntent(intent, NEVER);
    const changed = await port.updateIntent({ ...created, intent: { ...intent, paused: true } }, NEVER);
    expect(await rejectionOf(port.updateIntent(created, NEVER))).toMatchObject({ reason: 'conflict' });
    await port.carryOut({ kind: 'closeIntent', expects: pick(changed), outcome: 'done' }, NEVER);
    const lease = await port.lease(NEVER);
    await lease.release();
    expect((await port.look({ probe: 'none' }, NEVER)).intent).toEqual({ ok: true, value: null });
  });
});

function pick({ uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string }) {
  return { uid, resourceVersion };
}
