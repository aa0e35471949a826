import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldsAt, type KubeObject } from '../../../lab/kubernetes/object.ts';
import { createAuthority } from '../../../lab/pki/authority.ts';
import {
  caIssuer,
  certificate,
  certificateSecret,
  type CertificateShape,
  intermediateOf,
  lifeOf,
  ROOT,
  selfSignedIssuer,
} from '../../../lab/scene/cert-manager.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const GOLDEN = join(import.meta.dirname, '..', '..', 'golden', 'cert-manager');

interface Recording {
  readonly final: Readonly<Record<string, readonly KubeObject[]>>;
  readonly timeline: readonly { readonly event: string; readonly object?: KubeObject }[];
}

function recording(file: string): Recording {
  return JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as Recording;
}

/** An object as the real cert-manager left it, without what only a server knows. */
function recorded(kind: string, name: string): KubeObject {
  const objects = Object.values(recording('hierarchy.json').final).flat();
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`The recording holds no ${kind} ${name}`);
  return bare(found);
}

function bare({ metadata, ...object }: KubeObject): KubeObject {
  const { managedFields: _, uid: __, resourceVersion: ___, generation: ____, creationTimestamp: _____, ...head } = metadata;
  return { ...object, metadata: head };
}

/** The recording's own names in the place of the lab's, and a placeholder for everything that differs each time. */
function placed(object: KubeObject, renamed: Readonly<Record<string, string>>): unknown {
  let text = JSON.stringify(object);
  for (const [from, to] of Object.entries(renamed)) text = text.replaceAll(`"${from}"`, `"${to}"`);
  return JSON.parse(text, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (/^\d{4}-\d\d-\d\dT/.test(value) || /^<time:\d+>$/.test(value)) return '<time>';
    return ['ca.crt', 'tls.crt', 'tls.key'].includes(key) ? '<pem>' : value;
  });
}

const RENAMED = { 'istio-root': 'mesh-root-g1', 'istio-root-ca': 'mesh-ca-g1', 'istio-root-selfsigned': 'mesh-root-selfsigned' };

describe('lab/scene/cert-manager', () => {
  const shape = intermediateOf('cluster-a');
  const root = createAuthority({ commonName: ROOT.name, ...lifeOf(ROOT, NOW) });
  const intermediate = root.issueIntermediate({ commonName: shape.name, ...lifeOf(shape, NOW) });

  it('makes the Certificate of an intermediate as the real one leaves it', () => {
    expect(placed(certificate(shape, lifeOf(shape, NOW), 1), RENAMED)).toEqual(placed(recorded('Certificate', 'istio-ica-cluster-a'), {}));
  });

  it('makes the Certificate of the root as the real one leaves it, but that it is never renewed', () => {
    const made = placed(certificate({ ...ROOT, renewBeforeHours: 29_200 } satisfies CertificateShape, lifeOf(ROOT, NOW), 1), RENAMED);
    const never = certificate(ROOT, lifeOf(ROOT, NOW), 1);
    const disabled = recording('renewal-by-time.json').timeline.find(({ event }) => event === 'ADDED Certificate rec-cm-time/disabled');
    const { renewBefore: _, ...spec } = (made as { spec: Record<string, unknown> }).spec;

    expect({ ...(made as object), spec }).toEqual(placed(recorded('Certificate', 'mesh-root-g1'), {}));
    expect(fieldsAt(never, 'spec', 'renewal')).toEqual(fieldsAt(disabled?.object, 'spec', 'renewal'));
    expect(Object.keys(never['status'] as object)).toEqual(['conditions', 'notAfter', 'notBefore', 'revision']);
  });

  it.each([
    { what: 'an intermediate', made: certificateSecret(shape, intermediate, root.certificatePem), name: 'istio-ica-cluster-a' },
    { what: 'the root', made: certificateSecret(ROOT, root, root.certificatePem), name: 'mesh-root-g1' },
  ])('makes the Secret of $what as the real one leaves it', ({ made, name }) => {
    expect(placed(made, RENAMED)).toEqual(placed(recorded('Secret', name), {}));
  });

  it('makes the issuers as the real one leaves them', () => {
    const wrong = recording('guide-wrong-setup.json').timeline.findLast(({ event }) => event.startsWith('MODIFIED ClusterIssuer'));

    expect(placed(caIssuer(NOW), RENAMED)).toEqual(placed(recorded('ClusterIssuer', 'mesh-ca-g1'), {}));
    expect((placed(selfSignedIssuer(NOW), {}) as KubeObject)['status']).toEqual(
      (placed(wrong?.object ?? { metadata: {} }, {}) as KubeObject)['status'],
    );
  });

  it('lets an intermediate live 180 days and renews it after 120', () => {
    const { status } = certificate(shape, lifeOf(shape, NOW), 3) as unknown as { status: Record<string, unknown> };

    expect(status).toMatchObject({
      notBefore: '2026-11-24T12:00:00Z',
      renewalTime: '2027-03-24T12:00:00Z',
      notAfter: '2027-05-23T12:00:00Z',
      revision: 3,
    });
  });
});
