// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { fieldsAt, type KubeObject, listAt } from '../../../lab/kubernetes/object.ts';
import { createFaults } from '../../../lab/faults.ts';
import { meshFaults } from '../../../lab/scene/faults/index.ts';
import { clustersOf } from '../../../lab/scene/cluster.ts';
import { cacertsTexts } from '../../../lab/scene/control-plane.ts';
import type { MeshMember } from '../../../lab/scene/member.ts';
import { buildMesh, type LabMesh, type MeshOptions } from '../../../lab/scene/mesh.ts';
import { secretData } from '../../../lab/scene/text.ts';
import { servedChain } from '../../conformance/istiod/client.ts';
import { createStillClock } from '../still-clock.ts';

const SYSTEM = 'istio-system';
const DAY_MS = 86_400_000;

/** A GET as the cluster's administrator. */
async function get({ api }: MeshMember, path: string): Promise<{ status: number | undefined; body: string }> {
  const token = api.addUser('reader', { groups: ['system:masters'] });
  return new Promise((resolve, reject) => {
    const call = request(`${api.url}${path}`, { ca: api.caPem, headers: { authorization: `Bearer ${token}` }, agent: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    call.on('error', reject);
    call.end();
  });
}

describe('lab/controllers/istiods', () => {
  let mesh: LabMesh | undefined;
  afterEach(() => mesh?.stop());

  async function started(options: Omit<MeshOptions, 'clock'> = {}): Promise<{ mesh: LabMesh; member: MeshMember }> {
    mesh = await buildMesh({ clock: createStillClock(), ...options });
    return { mesh, member: mesh.member('cluster-b') };
  }
  const istiodPods = ({ api }: MeshMember): KubeObject[] =>
    api.store.list('Pod', SYSTEM).filter(({ metadata }) => metadata.labels?.['app'] === 'istiod');
  const nameOf = (pod: KubeObject | undefined): string => pod?.metadata.name ?? '';
  const containers = (pod: KubeObject | undefined): unknown[] => listAt(pod, 'status', 'containerStatuses');

  /** Writes another good intermediate of the same root into `cacerts`, and answers its certificate. */
  function renew(where: LabMesh, { api }: MeshMember): string {
    const now = where.clock.now();
    const issued = where.root.issueIntermediate({
      commonName: 'istio-ica-cluster-b',
      notBefore: now - 60_000,
      notAfter: now + 180 * DAY_MS,
    });
    api.store.patch('Secret', SYSTEM, 'cacerts', { data: secretData(cacertsTexts(issued)) });
    return issued.certificatePem;
  }
  function spoil({ api }: MeshMember): void {
    api.store.patch('Secret', SYSTEM, 'cacerts', { data: secretData({ 'ca-cert.pem': 'this is no certificate\n' }) });
  }
  async function nudge({ api, istiod }: MeshMember): Promise<void> {
    for (const pod of api.store.list('Pod', SYSTEM)) {
      api.store.patch('Pod', SYSTEM, nameOf(pod), { metadata: { annotations: { nudged: api.store.resourceVersion } } });
    }
    await istiod.settled();
  }
  async function restart({ api, istiod }: MeshMember): Promise<void> {
    const annotations = { 'meshwarden.dev/restarted-at': api.store.resourceVersion };
    api.store.patch('Deployment', SYSTEM, 'istiod', { spec: { template: { metadata: { annotations } } } });
    await istiod.settled();
  }
  const signs = ({ istiod }: MeshMember): (string | undefined)[] =>
    istiod.instances.map(({ authority }) => authority?.signing.certificatePem);

  it('listens only where somebody came', async () => {
    const {
      mesh: { members },
      member,
    } = await started({ clusters: clustersOf(3) });
    const open = (): number[] => members.map(({ istiod }) => istiod.instances.reduce((sum, { openListeners }) => sum + openListeners, 0));

    expect(open()).toEqual([0, 0, 0]);
    const [, signing] = await servedChain(member.api, nameOf(istiodPods(member)[0]));
    expect(signing).toBe(member.signing.certificatePem);
    expect(open()).toEqual([0, 1, 0]);
  });

  it('brings a changed Secret when its time comes, between 60 and 90 s', async () => {
    const {
      mesh: { clock },
      mesh: where,
      member,
    } = await started();
    const old = member.signing.certificatePem;
    const next = renew(where, member);
    await member.istiod.settled();

    clock.advance(59_000);
    expect(signs(member)).toEqual([old]);
    clock.advance(31_000);
    expect(signs(member)).toEqual([next]);
  });

  it('brings it at once to a pod whose annotations change', async () => {
    const { mesh: where, member } = await started();
    const next = renew(where, member);
    await nudge(member);

    expect(signs(member)).toEqual([next]);
    const [, served] = await servedChain(member.api, nameOf(istiodPods(member)[0]));
    expect(served).toBe(next);
  });

  it('leaves behind a pod with a stuck volume, one that is deaf, and one that comes later', async () => {
    const { mesh: where, member } = await started({ istiodReplicas: 4 });
    const [stuck = '', deaf = '', behind = ''] = istiodPods(member).map(nameOf);
    const { knobs } = member.istiod;
    knobs.stuckVolumes.add(stuck);
    knobs.deaf.add(deaf);
    knobs.behind.set(behind, 120_000);
    const old = member.signing.certificatePem;
    const next = renew(where, member);
    await nudge(member);

    expect(signs(member)).toEqual([old, old, old, next]);
    where.clock.advance(120_000);
    expect(signs(member)).toEqual([old, old, next, next]);
  });

  it('refuses what it would take when it is told to', async () => {
    const { mesh: where, member } = await started();
    member.istiod.knobs.refusal = 'made up';
    renew(where, member);
    await nudge(member);

    expect(signs(member)).toEqual([member.signing.certificatePem]);
    expect(member.istiod.instances[0]?.log.lines().at(-1)).toBe('error\tFailed to update new Plug-in CA certs: made up');
  });

  it('does so in every pod where a fault says so, until it is taken back', async () => {
    const { mesh: where, member } = await started();
    const faults = createFaults(meshFaults(where));
    const seen: unknown[] = [];
    for (const id of ['istiod-volume-stuck', 'istiod-deaf', 'istiod-refuses']) {
      const [before] = signs(member);
      await faults.set(`${id}-cluster-b`, true);
      renew(where, member);
      await nudge(member);
      const during = signs(member)[0] === before;
      await faults.set(`${id}-cluster-b`, false);
      const next = renew(where, member);
      await nudge(member);
      seen.push({ id, during, after: signs(member)[0] === next });
    }

    expect(seen).toEqual(['istiod-volume-stuck', 'istiod-deaf', 'istiod-refuses'].map((id) => ({ id, during: true, after: true })));
  });

  it('takes a root of its own with the fault that gives it one, and the old one again after it', async () => {
    const { mesh: where, member } = await started();
    const faults = createFaults(meshFaults(where));
    const root = (): string | undefined => member.istiod.instances[0]?.authority?.signing.texts.roots;
    const before = root();
    await faults.set('other-root-cluster-b', true);
    const during = root();
    const published = fieldsAt(member.api.store.get('ConfigMap', 'sample-a', 'istio-ca-root-cert'), 'data')['root-cert.pem'];
    await faults.set('other-root-cluster-b', false);

    expect(during).not.toBe(before);
    expect(published).toBe(during);
    expect(root()).toBe(before);
  });

  it('replaces its pods when the template changes, and says so in the Deployment', async () => {
    const {
      mesh: { clock },
      member,
    } = await started({ istiodReplicas: 2 });
    const before = istiodPods(member);
    clock.advance(5000);
    await restart(member);
    const after = istiodPods(member);
    const startedAt = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');

    expect(
      after.filter(({ metadata }) => before.some((one) => one.metadata.uid === metadata.uid || one.metadata.name === metadata.name)),
    ).toEqual([]);
    expect(after.flatMap(containers)).toEqual(
      after.map(() => ({
        name: 'discovery',
        image: 'docker.io/istio/pilot:1.30.4',
        imageID: 'docker.io/istio/pilot:1.30.4',
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt } },
        lastState: {},
      })),
    );
    expect(fieldsAt(member.api.store.get('Deployment', SYSTEM, 'istiod'), 'status')).toMatchObject({
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(member.istiod.instances.map(({ pod }) => pod).toSorted()).toEqual(after.map(nameOf).toSorted());
  });

  it('replaces a pod that was deleted', async () => {
    const { member } = await started();
    const [before] = istiodPods(member);
    member.api.store.delete('Pod', SYSTEM, nameOf(before));
    await member.istiod.settled();
    const after = istiodPods(member);

    expect(after.length).toBe(1);
    expect(nameOf(after[0])).not.toBe(nameOf(before));
    expect(member.istiod.instances.map(({ pod }) => pod)).toEqual([nameOf(after[0])]);
  });

  it('keeps the old pod while the new one crashes on a bad bundle, restarts it with growing pauses, and goes on when it is mended', async () => {
    const { mesh: where, member } = await started();
    const { clock } = where;
    const [old] = istiodPods(member);
    spoil(member);
    await restart(member);
    const crashing = (): KubeObject | undefined => istiodPods(member).find((pod) => nameOf(pod) !== nameOf(old));
    const status = (): Record<string, unknown> => {
      const [{ restartCount, ready, lastState } = {}] = containers(crashing()) as Record<string, unknown>[];
      return { restartCount, ready, exitCode: fieldsAt(lastState, 'terminated')['exitCode'] };
    };

    expect(istiodPods(member).map(nameOf)).toContain(nameOf(old));
    expect(status()).toEqual({ restartCount: 0, ready: false, exitCode: 255 });
    expect(member.istiod.instance(nameOf(crashing())).crash).toBe(
      'failed to create discovery service: failed to create CA: failed to create an istiod CA: failed to create CA KeyCertBundle (failed to parse cert PEM: invalid PEM encoded certificate)',
    );
    clock.advance(10_000);
    expect(status()).toEqual({ restartCount: 1, ready: false, exitCode: 255 });
    clock.advance(19_000);
    expect(status()).toEqual({ restartCount: 1, ready: false, exitCode: 255 });
    const next = renew(where, member);
    clock.advance(1000);
    await member.istiod.settled();

    expect(status()).toEqual({ restartCount: 2, ready: true, exitCode: 255 });
    expect(istiodPods(member).map(nameOf)).toEqual([nameOf(crashing())]);
    expect(signs(member)).toEqual([next]);
  });

  it('takes another root by a reload only with MULTIROOT, and publishes it then', async () => {
    for (const multiRoot of [false, true]) {
      const { mesh: where, member } = await started({ multiRoot });
      const { root } = where;
      const other = root.certificatePem;
      const both = `${other}\n`;
      member.api.store.patch('Secret', SYSTEM, 'cacerts', { data: secretData({ 'root-cert.pem': both }) });
      await nudge(member);

      expect(fieldsAt(member.api.store.get('ConfigMap', 'sample-a', 'istio-ca-root-cert'), 'data')['root-cert.pem']).toBe(
        multiRoot ? both : other,
      );
      await where.stop();
    }
  });

  it('answers metrics, version and readiness through the API server, and debug pages only to a port-forward', async () => {
    const { member } = await started();
    const pod = nameOf(istiodPods(member)[0]);
    const ask = (path: string): Promise<{ status: number | undefined; body: string }> =>
      get(member, `/api/v1/namespaces/${SYSTEM}/pods/${pod}${path}`);
    const metrics = await ask(':15014/proxy/metrics');
    const { body: log } = await ask('/log?tailLines=1');

    expect(await ask(':15014/proxy/version')).toEqual({ status: 200, body: '1.30.4-unknown-Clean' });
    expect(await ask(':8080/proxy/ready')).toEqual({ status: 200, body: '' });
    expect(await ask(':15014/proxy/debug/clusterz')).toEqual({ status: 401, body: '' });
    expect(metrics.status).toBe(200);
    expect(metrics.body.match(/^citadel_\w+/gm)).toEqual([
      'citadel_server_cert_chain_expiry_seconds',
      'citadel_server_cert_chain_expiry_timestamp',
      'citadel_server_root_cert_expiry_seconds',
      'citadel_server_root_cert_expiry_timestamp',
    ]);
    expect(log).toMatch(/\tinfo\tleader election lock obtained: istio-namespace-controller-election\n$/);
  });

  it('starts 100 clusters without listening anywhere', async () => {
    mesh = await buildMesh({ clock: createStillClock(), clusters: clustersOf(100) });
    const open = mesh.members.flatMap(({ istiod }) => istiod.instances.map(({ openListeners }) => openListeners));

    expect(open).toEqual(Array.from({ length: 100 }, () => 0));
  });
});
