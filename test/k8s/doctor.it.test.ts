import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { secretsIn } from '../../lab/pki/keys.ts';
import { PRODUCT_USER } from '../../lab/scene/rbac.ts';
import { canaryAskerRights, signerWriterRights, writerRights } from '../../src/k8s/rights.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { meshFaults } from '../../lab/scene/faults/index.ts';
import { tryCluster } from '../../src/k8s/doctor.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { ClusterSetup } from '../../src/mesh/setup.ts';
import { EVEN, identityOf, NEVER } from './lab.ts';

/** Deadlines pass a hundred times as fast. */
function hurried(clock: Clock): Clock {
  return { now: () => clock.now(), after: (ms, run) => clock.after(ms / 100, run), sleep: (ms, signal) => clock.sleep(ms, signal) };
}

describe('src/k8s/doctor.ts', () => {
  let mesh: LabMesh;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwarden-doctor-'));
    mesh = await buildMesh({ clock: createLabClock() });
    await mesh.writeKubeconfigs(folder);
  });
  afterAll(async () => {
    await mesh.stop();
    await rm(folder, { recursive: true });
  });

  async function attempt(name: string, file = join(folder, `${name}.yaml`), clock: Clock = mesh.clock): Promise<ClusterSetup> {
    const setup = await tryCluster({
      target: { identity: { ...identityOf(name), roles: name === 'cluster-a' ? ['signer'] : [] }, kubeconfig: [file] },
      istioNamespace: 'istio-system',
      authority: {
        root: { namespace: 'cert-manager', certificate: 'istio-root' },
        issuer: 'istio-root-ca',
        intermediates: [{ cluster: name, namespace: 'istio-ca', certificate: 'istio-ica-cluster-a' }],
      },
      canary: { namespace: 'mesh-canary', service: 'mesh-canary-{cluster}', port: 8080 },
      clock,
      random: EVEN,
      signal: NEVER,
    });
    expect(secretsIn(JSON.stringify(setup))).toEqual([]);
    return setup;
  }

  /** Runs with a fault of the scene, and takes it back. */
  async function during<T>(id: string, work: () => Promise<T>): Promise<T> {
    const fault = meshFaults(mesh).find((one) => one.id === id);
    if (fault === undefined) throw new Error(`The scene has no fault ${id}`);
    await fault.set(true);
    try {
      return await work();
    } finally {
      await fault.set(false);
    }
  }

  it('sees all of a healthy signer, and changes nothing', async () => {
    const before = mesh.signer.api.audit.length;
    const { kubeconfig, api, inside } = await attempt('cluster-a');
    expect(kubeconfig).toEqual({
      ok: true,
      value: { server: mesh.signer.api.url, execPlugin: undefined, certificateEnds: undefined, tokenEnds: undefined, unverified: false },
    });
    expect(api).toEqual({
      ok: true,
      value: {
        gitVersion: 'v1.36.2+k3s1',
        major: 1,
        minor: 36,
        latencyMs: expect.any(Number),
        clockAheadMs: expect.any(Number),
      },
    });
    expect(inside).toEqual({
      user: { ok: true, value: PRODUCT_USER },
      missingRights: { ok: true, value: [] },
      missingWriteRights: { ok: true, value: [] },
      missingAskerRights: { ok: true, value: canaryAskerRights('mesh-canary') },
      writeRights: [...writerRights('istio-system'), ...signerWriterRights('cert-manager', 'istio-ca')].length,
      everything: { ok: true, value: false },
      rootSecret: { ok: true, value: false },
      uid: { ok: true, value: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      istioNamespace: { ok: true, value: true },
      istioIds: { ok: true, value: ['cluster-a'] },
      canary: { ok: true, value: null },
      authority: {
        kinds: { ok: true, value: true },
        issuers: { ok: true, value: ['istio-root-ca', 'istio-root-selfsigned'] },
        roots: { ok: true, value: ['istio-root'] },
        intermediates: { ok: true, value: ['istio-ica-cluster-a', 'istio-ica-cluster-b'] },
      },
    });
    const written = mesh.signer.api.audit
      .slice(before)
      .filter(({ verb, path }) => !['get', 'list'].includes(verb) && !path.includes('/selfsubject'));
    expect(written).toEqual([]);
  });

  it('asks a cluster that does not sign for nothing of the authority', async () => {
    const { inside } = await attempt('cluster-b');
    expect([inside?.rootSecret, inside?.authority]).toEqual([undefined, undefined]);
  });

  it('names the rights that are missing', async () => {
    const { inside } = await during('no-right-secrets-cluster-b', () => attempt('cluster-b'));
    expect(inside?.missingRights).toEqual({
      ok: true,
      value: ['get', 'list', 'watch'].map((verb) => ({ group: '', resource: 'secrets', verb, namespace: 'istio-system', name: undefined })),
    });
  });

  it('sees that an administrator may do everything', async () => {
    const file = join(folder, 'admin.yaml');
    await writeFile(file, mesh.signer.api.kubeconfig());
    const { inside } = await attempt('cluster-a', file);
    expect([inside?.everything, inside?.rootSecret]).toEqual([
      { ok: true, value: true },
      { ok: true, value: true },
    ]);
  });

  it('sees when a client certificate ends', async () => {
    const ends = Math.floor((mesh.clock.now() + 5 * 86_400_000) / 1_000) * 1_000;
    const file = join(folder, 'certificate.yaml');
    await writeFile(file, mesh.signer.api.certificateKubeconfig(PRODUCT_USER, ends));
    const { kubeconfig } = await attempt('cluster-a', file);
    expect(kubeconfig.ok && kubeconfig.value.certificateEnds).toBe(ends);
  });

  it('says that cert-manager is not installed', async () => {
    const file = join(folder, 'b-as-signer.yaml');
    await writeFile(file, mesh.member('cluster-b').api.kubeconfig());
    const { inside } = await attempt('cluster-a', file);
    expect(inside?.authority?.kinds).toEqual({ ok: true, value: false });
  });

  it('does not use a kubeconfig that is not there', async () => {
    const file = join(folder, 'none.yaml');
    expect(await attempt('cluster-b', file)).toEqual({
      kubeconfig: {
        ok: false,
        failure: {
          reason: 'invalid',
          message: `The kubeconfig cannot be used (cluster cluster-b, ${file}): there is no such file`,
          next: 'Correct clusters[].kubeconfig in the configuration, or put the file there.',
        },
      },
      api: undefined,
      inside: undefined,
    });
  });

  it('says that nothing answers, and looks no further', async () => {
    const { api } = mesh.member('cluster-b');
    await api.faults.down();
    const setup = await attempt('cluster-b');
    await api.faults.up();
    expect([setup.api?.ok === false && setup.api.failure.reason, setup.inside]).toEqual(['unreachable', undefined]);
  });

  it('says that a server accepts and does not answer', async () => {
    const { api } = mesh.member('cluster-b');
    api.faults.freeze();
    const setup = await attempt('cluster-b', undefined, hurried(mesh.clock));
    api.faults.thaw();
    expect(setup.api).toEqual({
      ok: false,
      failure: { reason: 'timeout', message: 'Cannot get /version (cluster cluster-b): no answer within 5000 ms' },
    });
  });

  it('says that the token is refused', async () => {
    const { api } = mesh.member('cluster-b');
    api.faults.tokenExpired(PRODUCT_USER);
    const setup = await attempt('cluster-b');
    expect(setup.api?.ok === false && setup.api.failure.reason).toBe('unauthorized');
    expect(setup.inside).toBeUndefined();
  });
});
