// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabClock } from '../../../lab/clock.ts';
import { createStillClock } from '../still-clock.ts';
import { fieldsAt, type KubeObject } from '../../../lab/kubernetes/object.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';
import { everyKeyEverMade } from '../../../lab/pki/keys.ts';
import { fromBase64 } from '../../../lab/scene/text.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const RECORDING = join(import.meta.dirname, '..', '..', 'golden', 'cert-manager', 'renewal-by-time.json');

/** States with the instants numbered in the order in which they appear, so that two histories can be compared. */
function numbered(states: readonly unknown[]): unknown {
  const seen: string[] = [];
  const text = JSON.stringify(states)
    .replaceAll(/scheduled at [^"]*"/g, 'scheduled"')
    .replaceAll(/"(?:<time:\d+>|\d{4}-\d\d-\d\dT[^"]*)"/g, (time) => {
      if (!seen.includes(time)) seen.push(time);
      return `"time ${seen.indexOf(time)}"`;
    });
  return JSON.parse(text);
}

/** What a watcher of the real one saw of a Certificate's status through its first renewal, without the temporary key. */
function recordedRenewal(): unknown[] {
  const { timeline } = JSON.parse(readFileSync(RECORDING, 'utf8')) as {
    timeline: { event: string; t_ms: number; object?: KubeObject }[];
  };
  return statesOf(
    timeline
      .filter(({ event, t_ms }) => event === 'MODIFIED Certificate rec-cm-time/short' && t_ms > 25_000 && t_ms < 35_000)
      .map(({ object }) => fieldsAt(object, 'status')),
  );
}

/** The temporary key comes and goes beside the rest. */
function statesOf(statuses: readonly Record<string, unknown>[]): unknown[] {
  const states = statuses.map((status) => Object.fromEntries(Object.entries(status).filter(([key]) => key !== 'nextPrivateKeySecretName')));
  return states.filter((state, index) => JSON.stringify(state) !== JSON.stringify(states[index - 1]));
}

describe('lab/controllers/cert-manager', () => {
  let clock: LabClock;
  let mesh: LabMesh;

  beforeEach(async () => {
    clock = createStillClock();
    mesh = await buildMesh({ clock });
  });
  afterEach(() => mesh.stop());

  const store = (): LabMesh['signer']['api']['store'] => mesh.signer.api.store;
  const status = (): Record<string, unknown> => fieldsAt(store().get('Certificate', 'istio-ca', 'istio-ica-cluster-b'), 'status');
  const secret = (key: string): string => fromBase64(fieldsAt(store().get('Secret', 'istio-ca', 'istio-ica-cluster-b'), 'data')[key]);

  it('has nothing to do or to tell in a mesh that is well', () => {
    mesh.certManager.settle();

    expect([store().list('Event'), store().list('CertificateRequest')]).toEqual([[], []]);
  });

  it('leaves everything as it is before the renewal time', () => {
    const before = store().resourceVersion;

    clock.advance(99 * DAY);

    expect(store().resourceVersion).toBe(before);
  });

  it('issues with a new key at the renewal time, through the states of the real one', () => {
    const old = { key: secret('tls.key'), revision: status()['revision'], renewalTime: status()['renewalTime'] };
    const states: Record<string, unknown>[] = [];
    const letGo = store().onWrite(({ object }) => {
      if (object.kind === 'Certificate' && object.metadata.name === 'istio-ica-cluster-b') states.push(fieldsAt(object, 'status'));
    });

    clock.advance(101 * DAY);
    letGo();

    expect(numbered(statesOf(states))).toEqual(numbered(recordedRenewal()));
    expect(old.revision).toBe(1);
    expect(status()).toMatchObject({ revision: 2, notBefore: old.renewalTime });
    expect(secret('tls.key')).not.toBe(old.key);
  });

  it('signs with the root, so that an independent reader verifies what it wrote', async () => {
    clock.advance(101 * DAY);
    const issued = new X509Certificate(secret('tls.crt'));
    const root = new X509Certificate(secret('ca.crt'));

    expect(root.toString('pem').trim()).toBe(mesh.root.certificatePem.trim());
    expect(issued.issuer).toBe('CN=istio-root');
    expect(await issued.verify({ publicKey: root.publicKey, date: new Date(clock.now()) })).toBe(true);
    expect(issued.notAfter.getTime()).toBe(Date.parse(String(status()['notAfter'])));
  });

  it('issues as often as time has passed', () => {
    clock.advance(100 * DAY + 2 * 120 * DAY + DAY);

    expect(status()['revision']).toBe(4);
  });

  it('issues nothing while it is stopped, and catches up from when it starts again', () => {
    mesh.certManager.stop('scaled down');
    mesh.certManager.stop('removed');
    clock.advance(110 * DAY);
    mesh.certManager.start('removed');
    const stopped = { running: mesh.certManager.running, revision: status()['revision'] };

    mesh.certManager.start('scaled down');

    expect(stopped).toEqual({ running: false, revision: 1 });
    expect(status()).toMatchObject({
      revision: 2,
      notBefore: new Date(Math.floor(clock.now() / 1000) * 1000).toISOString().replace('.000', ''),
    });
  });

  it('never issues the root again', () => {
    const root = store().get('Secret', 'cert-manager', 'istio-root');

    clock.advance(3000 * DAY);

    expect(store().get('Secret', 'cert-manager', 'istio-root')).toEqual(root);
  });

  it('denies the next request and backs off for an hour that doubles', () => {
    const { certManager } = mesh;
    certManager.denyNext();
    certManager.denyNext();
    const due = certManager.nextRenewal() ?? 0;
    clock.advance(due - clock.now());
    const failed = status();
    clock.advance(HOUR - 1000);
    const waiting = status()['failedIssuanceAttempts'];
    clock.advance(1000);
    const again = status()['failedIssuanceAttempts'];
    clock.advance(2 * HOUR);

    expect(failed).toMatchObject({
      revision: 1,
      failedIssuanceAttempts: 1,
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Issuing', status: 'False', reason: 'NoSuchPolicy' },
      ],
    });
    expect([waiting, again]).toEqual([1, 2]);
    // The request that was made beside the denied one is gone by then: another one is made and signed.
    expect(status()).toMatchObject({ revision: 2, conditions: [{ type: 'Ready', status: 'True' }] });
  });

  it('leaves a failed renewal by hand alone while the certificate is good', () => {
    mesh.certManager.failNext('no signer today');
    trigger();
    mesh.certManager.settle();
    clock.advance(50 * DAY);

    expect(status()).toMatchObject({
      revision: 1,
      failedIssuanceAttempts: 1,
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Issuing', status: 'False', reason: 'Failed' },
      ],
    });
  });

  it('holds requests until they are released, or as old as was said', () => {
    const { certManager } = mesh;
    certManager.slow();
    trigger();
    certManager.settle();
    clock.advance(DAY);
    const held = status()['revision'];
    certManager.release();
    certManager.settle();
    const released = status()['revision'];
    certManager.slow(5 * 60_000);
    trigger();
    certManager.settle();
    clock.advance(5 * 60_000 - 1000);
    const young = status()['revision'];
    clock.advance(1000);

    expect([held, released, young, status()['revision']]).toEqual([1, 2, 2, 3]);
  });

  it('makes another generation of root, issuer and intermediate when somebody asks for it', () => {
    const { signer, certManager } = mesh;
    for (const object of secondGeneration()) signer.api.store.put(object);
    certManager.settle();
    const texts = (namespace: string, name: string, key: string): string =>
      fromBase64(fieldsAt(store().get('Secret', namespace, name), 'data')[key]);

    expect(new X509Certificate(texts('cert-manager', 'istio-root-g2', 'tls.crt')).subject).toBe('CN=istio-root g2');
    expect(texts('istio-ca', 'istio-ica-cluster-b-g2', 'ca.crt')).toBe(texts('cert-manager', 'istio-root-g2', 'tls.crt'));
    expect(store().get('ClusterIssuer', '', 'istio-root-ca-g2')?.['status']).toMatchObject({
      conditions: [{ type: 'Ready', status: 'True', reason: 'KeyPairVerified' }],
    });
  });

  it('issues for nobody while one Certificate cannot be decoded', () => {
    const [bad] = secondGeneration();
    store().put({ ...bad, spec: { ...fieldsAt(bad, 'spec'), duration: 'ten years' } } as KubeObject);
    trigger();
    clock.advance(200 * DAY);
    const blocked = status()['revision'];
    store().delete('Certificate', 'cert-manager', 'istio-root-g2');
    mesh.certManager.settle();

    expect([blocked, Number(status()['revision']) > 1]).toEqual([1, true]);
  });

  it('remembers every key it made, for those who look for leaks', () => {
    clock.advance(101 * DAY);

    expect(everyKeyEverMade()).toContain(secret('tls.key'));
  });

  function trigger(): void {
    const at = { lastTransitionTime: new Date(clock.now()).toISOString().replace(/\.\d+/, ''), observedGeneration: 1 };
    const issuing = {
      type: 'Issuing',
      status: 'True',
      reason: 'ManuallyTriggered',
      message: 'Certificate re-issuance manually triggered',
      ...at,
    };
    const ready = (status()['conditions'] as { type: string }[]).filter(({ type }) => type === 'Ready');
    const patch = { status: { conditions: [...ready, issuing] } };
    store().patch('Certificate', 'istio-ca', 'istio-ica-cluster-b', patch, { subresource: 'status' });
  }
});

/** What a rotation of the root asks for. */
function secondGeneration(): KubeObject[] {
  const privateKey = { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' };
  const of = (kind: string, namespace: string | undefined, name: string, spec: object): KubeObject => ({
    apiVersion: 'cert-manager.io/v1',
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec,
  });
  const signedBy = (name: string): object => ({ group: 'cert-manager.io', kind: 'ClusterIssuer', name });
  const root = { commonName: 'istio-root g2', isCA: true, duration: '87600h', privateKey, secretName: 'istio-root-g2' };
  const intermediate = {
    commonName: 'istio-ica-cluster-b',
    isCA: true,
    duration: '4320h',
    renewBefore: '1440h',
    secretName: 'istio-ica-cluster-b-g2',
  };
  return [
    of('Certificate', 'cert-manager', 'istio-root-g2', { ...root, issuerRef: signedBy('istio-root-selfsigned') }),
    of('ClusterIssuer', undefined, 'istio-root-ca-g2', { ca: { secretName: 'istio-root-g2' } }),
    of('Certificate', 'istio-ca', 'istio-ica-cluster-b-g2', { ...intermediate, privateKey, issuerRef: signedBy('istio-root-ca-g2') }),
  ];
}
