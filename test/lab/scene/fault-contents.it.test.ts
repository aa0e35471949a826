// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { createPublicKey } from 'node:crypto';
import { X509Certificate } from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createStillClock } from '../still-clock.ts';
import { createFaults, type LabFaults } from '../../../lab/faults.ts';
import { fieldsAt, listAt, textAt, type KubeObject } from '../../../lab/kubernetes/object.ts';
import { meshFaults } from '../../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';
import { fromBase64 } from '../../../lab/scene/text.ts';

const HOUR = 3_600_000;

describe('lab/scene/faults: what is then there', () => {
  let mesh: LabMesh;
  let faults: LabFaults;

  beforeAll(async () => {
    mesh = await buildMesh({ clock: createStillClock() });
    faults = createFaults(meshFaults(mesh));
  });
  afterEach(() => faults.reset());
  afterAll(() => mesh.stop());

  const object = (cluster: string, kind: string, namespace: string, name: string): KubeObject | undefined =>
    mesh.member(cluster).api.store.get(kind, namespace, name);
  const texts = (cluster: string, namespace: string, name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(fieldsAt(object(cluster, 'Secret', namespace, name), 'data')).map(([key, value]) => [key, fromBase64(value)]),
    );
  const cacerts = (cluster: string): Record<string, string> => texts(cluster, 'istio-system', 'cacerts');
  const first = (pem: string | undefined): X509Certificate => new X509Certificate(pem ?? '');
  /** The public half of a certificate or of a private key. */
  const half = (pem: string | undefined): string =>
    createPublicKey(pem ?? '')
      .export({ type: 'spki', format: 'pem' })
      .toString();

  it('an expired intermediate ended an hour ago, where it was issued and where it signs', async () => {
    await faults.set('intermediate-expired-cluster-b', true);
    const issued = texts('cluster-a', 'istio-ca', 'istio-ica-cluster-b');
    const certificate = first(cacerts('cluster-b')['ca-cert.pem']);
    const root = first(issued['ca.crt']);
    const status = fieldsAt(object('cluster-a', 'Certificate', 'istio-ca', 'istio-ica-cluster-b'), 'status');

    expect(mesh.clock.now() - certificate.notAfter.getTime()).toBe(HOUR);
    expect(await certificate.verify({ publicKey: root.publicKey, signatureOnly: true })).toBe(true);
    expect(cacerts('cluster-b')['ca-cert.pem']).toBe(issued['tls.crt']);
    expect(half(cacerts('cluster-b')['ca-key.pem'])).toBe(half(cacerts('cluster-b')['ca-cert.pem']));
    expect(listAt(status, 'conditions').map((one) => [textAt(one, 'type'), textAt(one, 'status'), textAt(one, 'reason')])).toEqual([
      ['Ready', 'False', 'Expired'],
    ]);
    expect(Date.parse(String(status['notAfter']))).toBe(certificate.notAfter.getTime());
  });

  it("the guide's mistake leaves roots of their own, and cert-manager content", async () => {
    await faults.set('guide-mistake', true);

    for (const cluster of ['cluster-a', 'cluster-b']) {
      const secret = texts('cluster-a', 'istio-ca', `istio-ica-${cluster}`);
      const certificate = object('cluster-a', 'Certificate', 'istio-ca', `istio-ica-${cluster}`);
      const signing = first(cacerts(cluster)['ca-cert.pem']);

      expect(secret['tls.crt']).toBe(secret['ca.crt']);
      expect(cacerts(cluster)['ca-cert.pem']).toBe(secret['tls.crt']);
      expect([signing.subject, await signing.isSelfSigned()]).toEqual([`CN=istio-ica-${cluster}`, true]);
      expect(cacerts(cluster)['root-cert.pem']).toBe(mesh.root.certificatePem);
      expect(fieldsAt(certificate, 'spec', 'issuerRef')['name']).toBe('istio-root-selfsigned');
      expect(listAt(certificate, 'status', 'conditions').map((one) => textAt(one, 'reason'))).toEqual(['Ready']);
    }
  });

  it('a root of its own is another one in cacerts and in every bundle of that cluster alone', async () => {
    await faults.set('other-root-cluster-b', true);
    const root = cacerts('cluster-b')['root-cert.pem'];
    const bundles = mesh
      .member('cluster-b')
      .api.store.list('ConfigMap')
      .filter(({ metadata }) => metadata.name === 'istio-ca-root-cert')
      .map((one) => fieldsAt(one, 'data')['root-cert.pem']);

    expect(root).not.toBe(mesh.root.certificatePem);
    expect(new Set(bundles)).toEqual(new Set([root]));
    expect(await first(cacerts('cluster-b')['ca-cert.pem']).verify({ publicKey: first(root).publicKey, signatureOnly: true })).toBe(true);
    expect(cacerts('cluster-a')['root-cert.pem']).toBe(mesh.root.certificatePem);
  });

  it('cacerts of an older generation verify, and are not what was issued last', async () => {
    await faults.set('cacerts-old-cluster-b', true);
    const old = cacerts('cluster-b');
    const last = texts('cluster-a', 'istio-ca', 'istio-ica-cluster-b');
    const verified = await first(old['ca-cert.pem']).verify({
      publicKey: first(mesh.root.certificatePem).publicKey,
      date: new Date(mesh.clock.now()),
    });

    expect(verified).toBe(true);
    expect(half(old['ca-key.pem'])).toBe(half(old['ca-cert.pem']));
    expect(old['ca-cert.pem']).not.toBe(last['tls.crt']);
  });

  it('a foreign key is a good key that does not match', async () => {
    await faults.set('cacerts-wrong-key-cluster-b', true);

    expect(half(cacerts('cluster-b')['ca-key.pem'])).not.toBe(half(cacerts('cluster-b')['ca-cert.pem']));
  });

  it('a fifth key stands beside the four', async () => {
    await faults.set('cacerts-fifth-key-cluster-b', true);

    expect(Object.keys(cacerts('cluster-b')).toSorted()).toEqual([
      'ca-cert.pem',
      'ca-key.pem',
      'cert-chain.pem',
      'root-cert.pem',
      'tls.crt',
    ]);
  });

  it('a gateway that is not ready has neither replicas nor endpoints', async () => {
    await faults.set('gateway-not-ready-cluster-b', true);
    const { store } = mesh.member('cluster-b').api;
    const status = fieldsAt(store.get('Deployment', 'istio-system', 'istio-eastwestgateway'), 'status');
    const endpoints = store.list('EndpointSlice', 'istio-system').flatMap((slice) => listAt(slice, 'endpoints'));

    expect([status['replicas'], status['availableReplicas'], status['unavailableReplicas']]).toEqual([1, undefined, 1]);
    expect(endpoints.map((one) => fieldsAt(one, 'conditions')['ready'])).toEqual([false]);
  });

  it('an expired remote secret holds a token that says so', async () => {
    await faults.set('remote-secret-expired-cluster-a-cluster-b', true);
    const kubeconfig = texts('cluster-a', 'istio-system', 'istio-remote-secret-cluster-b')['cluster-b'] ?? '';
    const claims = /token: [^.]+\.(?<claims>[^.]+)\./.exec(kubeconfig)?.groups?.['claims'] ?? '';

    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number };

    expect(mesh.clock.now() / 1000 - exp).toBe(3600);
  });

  it('cert-manager that is stopped renews nothing, and does so when it is back', async () => {
    const revision = (): unknown => fieldsAt(object('cluster-a', 'Certificate', 'istio-ca', 'istio-ica-cluster-a'), 'status')['revision'];
    await faults.set('cert-manager-stopped', true);
    await faults.set('advance-renewal', true);
    const stopped = revision();

    await faults.set('cert-manager-stopped', false);

    expect([stopped, revision()]).toEqual([1, 2]);
  });

  it('a request that is denied or waits leaves the intermediate as it is', async () => {
    const state = (): Record<string, unknown> =>
      fieldsAt(mesh.signer.api.store.get('Certificate', 'istio-ca', 'istio-ica-cluster-a'), 'status');
    const before = Number(state()['revision']);
    await faults.set('deny-next-request', true);
    await faults.set('fail-next-request', true);
    await faults.set('cert-manager-slow', true);
    mesh.clock.advance((mesh.certManager.nextRenewal() ?? 0) - mesh.clock.now());
    const denied =
      state()['failedIssuanceAttempts'] ??
      fieldsAt(mesh.signer.api.store.get('Certificate', 'istio-ca', 'istio-ica-cluster-b'), 'status')['failedIssuanceAttempts'];
    const held = Number(state()['revision']);
    await faults.set('cert-manager-slow', false);
    mesh.clock.advance(3 * 3_600_000);

    expect([denied, held - before, Number(state()['revision']) - before]).toEqual([1, 0, 1]);
  });
});
