import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { found, NAMES, OTHER, POLICY, startAuthority, type AuthorityBench } from './bench.ts';
import { NEVER } from '../lab.ts';

describe('src/k8s/ca/look.ts', () => {
  let bench: AuthorityBench;
  beforeAll(async () => {
    bench = await startAuthority();
  });
  afterAll(() => bench.stop());

  it('sees cacerts, istiod, bundles and the signer of every cluster', async () => {
    const state = await bench.look();
    const { root, members } = bench.mesh;
    expect(state.policy).toBe(POLICY);
    expect(state.intent).toEqual({ ok: true, value: null });
    expect(state.clusters.map(({ identity }) => identity.name)).toEqual(NAMES);
    for (const [at, cluster] of state.clusters.entries()) {
      expect(cluster.api.ok && cluster.api.value.gitVersion).toBe('v1.36.2+k3s1');
      // Whole seconds in the header, and what the call took.
      expect(cluster.skewMs).toEqual({ ok: true, value: expect.any(Number) });
      expect(cluster.skewMs.ok && cluster.skewMs.value).toBeLessThan(3_000);
      expect(cluster.backups).toEqual({ ok: true, value: [] });
      expect(cluster.cacerts).toMatchObject({
        ok: true,
        value: { immutable: false, keyInAnnotation: false, contentId: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      expect(cluster.published).toMatchObject({ ok: true, value: [{ certificates: [{ commonName: 'istio-root' }] }] });
      expect(cluster.istiods).toMatchObject({ ok: true, value: [{ revision: 'default', version: '1.30.4', served: undefined }] });
      const signing = cluster.cacerts.ok ? cluster.cacerts.value?.facts.signing[0]?.commonName : undefined;
      expect(signing).toBe(`istio-ica-${found(members[at]).name}`);
    }
    const signer = state.signer.ok ? state.signer.value : undefined;
    expect(signer?.available).toBe(true);
    expect(signer?.generations).toMatchObject([
      { generation: 1, root: { name: 'istio-root' }, issuerName: 'istio-root-ca', issuer: { type: 'ca' } },
    ]);
    expect(signer?.sources.map(({ cluster, generation, object }) => [cluster, generation, object])).toEqual(
      NAMES.map((name) => [name, 1, { namespace: 'istio-ca', name: `istio-ica-${name}` }]),
    );
    expect(signer?.sources[0]?.secret).toMatchObject({
      ok: true,
      value: { assembly: { ok: true, signing: { commonName: 'istio-ica-cluster-a' } } },
    });
    expect(root.certificatePem).toContain('BEGIN CERTIFICATE');
  });

  it('looks only where it is told to, and at the signer in any case', async () => {
    const state = await bench.port.look({ only: [OTHER], probe: 'none' }, NEVER);
    expect(state.clusters.map(({ identity }) => identity.name)).toEqual([OTHER]);
    expect([state.signer.ok, state.intent.ok]).toEqual([true, true]);
  });

  it('asks a cluster that is away once, and sees the others', async () => {
    const { api } = bench.mesh.member(OTHER);
    await api.faults.down();
    const { clusters, signer } = await bench.look();
    await api.faults.up();
    expect(clusters.map((one) => [one.api.ok, one.cacerts.ok, one.istiods.ok, one.backups.ok, one.published.ok, one.skewMs.ok])).toEqual([
      [true, true, true, true, true, true],
      [false, false, false, false, false, false],
    ]);
    expect(signer.ok).toBe(true);
  });

  it('says why a source gives no cacerts', async () => {
    const { store } = bench.mesh.signer.api;
    const before = found(store.get('Secret', 'istio-ca', `istio-ica-${OTHER}`));
    store.patch('Secret', 'istio-ca', `istio-ica-${OTHER}`, { data: { 'ca.crt': null } });
    const { secret } = await bench.source(OTHER);
    store.restore(before);
    expect(secret).toMatchObject({ ok: true, value: { assembly: { ok: false, faults: [{ code: 'missing', key: 'ca.crt' }] } } });
  });

  it('reads the flags of istiod, its last end and what agents are told', async () => {
    const { store } = bench.mesh.member(OTHER).api;
    const pod = found(store.list('Pod', 'istio-system').find(({ metadata }) => metadata.labels?.['app'] === 'istiod'));
    const spec = pod['spec'] as { containers: object[] };
    const containers = spec.containers.map((one) => ({ ...one, env: [{ name: 'ISTIO_MULTIROOT_MESH', value: '1' }] }));
    const state = { running: { startedAt: '2026-01-02T03:04:05Z' } };
    const lastState = { terminated: { reason: 'Error', exitCode: 255 } };
    store.put({
      ...pod,
      spec: { ...spec, containers },
      status: { phase: 'Running', containerStatuses: [{ name: 'discovery', restartCount: 3, state, lastState }] },
    });
    const mesh = 'defaultConfig:\n  proxyMetadata:\n    PROXY_CONFIG_XDS_AGENT: "true"\n';
    store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'istio-system', name: 'istio' }, data: { mesh } });
    const { istiods } = await bench.cluster(OTHER);
    store.put(pod);
    store.delete('ConfigMap', 'istio-system', 'istio');
    expect(istiods).toEqual({
      ok: true,
      value: [
        {
          name: pod.metadata.name,
          uid: pod.metadata.uid,
          revision: 'default',
          ready: false,
          startedAt: Date.parse('2026-01-02T03:04:05Z'),
          restarts: 3,
          lastExit: 'Error (exit code 255)',
          version: '1.30.4',
          flags: { multiRoot: true, cacertsForSelfSigned: false, xdsAgent: true },
          nudged: undefined,
          served: undefined,
        },
      ],
    });
  });

  it('sees the chain that each istiod serves as it was sent, and says which one does not answer', async () => {
    const served = async () => {
      const { clusters } = await bench.look('all');
      return clusters.map(({ istiods }) => (istiods.ok ? istiods.value[0]?.served : undefined));
    };
    const names = (await served()).map((one) => one?.ok === true && one.value.certificates.map(({ commonName }) => commonName));
    expect(names).toEqual(NAMES.map((name) => [undefined, `istio-ica-${name}`, 'istio-root']));
    const { api } = bench.mesh.member(OTHER);
    const istiod = api.store.list('Pod', 'istio-system').find(({ metadata }) => metadata.labels?.['app'] === 'istiod');
    // Nothing listens on that port of this machine.
    api.registerEndpoint('istio-system', found(istiod?.metadata.name), 15012, { host: '127.0.0.1', port: 1 });
    const [first, second] = await served();
    expect([first?.ok, second]).toMatchObject([true, { ok: false, failure: { reason: 'unreachable' } }]);
  });

  it('says that it was cancelled instead of calling clusters unreachable', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(bench.port.look({ probe: 'none' }, stop.signal)).rejects.toMatchObject({ reason: 'cancelled' });
  });
});
