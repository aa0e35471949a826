import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createStillClock } from '../still-clock.ts';
import { createFaults, type LabFaults } from '../../../lab/faults.ts';
import { fieldsAt } from '../../../lab/kubernetes/object.ts';
import { meshFaults } from '../../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';
import { assembleCacerts } from '../../../src/pki/assemble-cacerts.ts';
import { inspectCacerts } from '../../../src/pki/cacerts.ts';
import { crossCheckCacerts } from '../../../src/pki/cross-check-cacerts.ts';

describe('lab/scene: cacerts as the product reads it', () => {
  let mesh: LabMesh;
  let faults: LabFaults;

  beforeAll(async () => {
    mesh = await buildMesh({ clock: createStillClock() });
    faults = createFaults(meshFaults(mesh));
  });
  afterEach(() => faults.reset());
  afterAll(() => mesh.stop());

  function secret(cluster: string, namespace: string, name: string): Record<string, Buffer> {
    const data = fieldsAt(mesh.member(cluster).api.store.get('Secret', namespace, name), 'data');
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64')]));
  }

  function codes(): string[] {
    const facts = inspectCacerts(secret('cluster-b', 'istio-system', 'cacerts'));
    return crossCheckCacerts(facts, { now: mesh.clock.now(), skewMs: 60_000 }).map(({ code }) => code);
  }

  it('is without a fault in a healthy mesh, and byte for byte what the product makes of the source', () => {
    const source = secret('cluster-a', 'istio-ca', 'istio-ica-cluster-b');
    const made = assembleCacerts({ tlsCrt: source['tls.crt'], tlsKey: source['tls.key'], caCrt: source['ca.crt'] });
    const files = made.ok ? { ...made.files, 'ca-key.pem': made.files['ca-key.pem'].reveal() } : made.faults;
    const published = Object.entries(secret('cluster-b', 'istio-system', 'cacerts')).map(([key, bytes]) => [key, bytes.toString()]);

    expect(codes()).toEqual([]);
    expect(files).toEqual(Object.fromEntries(published));
  });

  it.each([
    { id: 'cacerts-wrong-key-cluster-b', expected: ['key-mismatch'] },
    { id: 'cacerts-garbage-cluster-b', expected: ['unreadable'] },
    { id: 'cacerts-fifth-key-cluster-b', expected: ['foreign-keys'] },
    { id: 'cacerts-old-cluster-b', expected: [] },
    { id: 'other-root-cluster-b', expected: [] },
    { id: 'intermediate-expired-cluster-b', expected: ['untrusted'] },
    { id: 'guide-mistake', expected: ['self-signed', 'chain-foreign'] },
  ])('has $expected with the fault $id', async ({ id, expected }) => {
    await faults.set(id, true);

    expect(codes()).toEqual(expected);
  });
});
