/** Ways in which the Secret `cacerts` of a cluster can be wrong. */
import { createAuthority, createKey, type Authority } from '../../pki/authority.ts';
import type { LabFault } from '../../faults.ts';
import { fieldsAt, type KubeObject } from '../../kubernetes/object.ts';
import { intermediateOf, lifeOf, ROOT } from '../cert-manager.ts';
import { cacertsTexts, TRUST_BUNDLE } from '../control-plane.ts';
import type { MeshMember } from '../member.ts';
import { ISTIO_NAMESPACE } from '../namespaces.ts';
import type { Change, Overlay } from '../overlays.ts';
import { base64 } from '../text.ts';
import { changingOne, gone, withTexts } from './changes.ts';

const GROUP = 'cacerts';
const DAY_MS = 86_400_000;

/** The Secret `cacerts`, changed. */
export function cacertsChange(change: Change): Overlay {
  return { kind: 'Secret', namespace: ISTIO_NAMESPACE, name: 'cacerts', change };
}

function withData(change: (data: Record<string, unknown>) => Record<string, unknown>): Change {
  return (object: KubeObject | undefined) => object && { ...object, data: change(fieldsAt(object, 'data')) };
}

interface Variant {
  readonly id: string;
  readonly title: string;
  readonly explain: string;
  /** Made anew each time it is switched on. */
  readonly change: () => Change;
}

/** Of one cluster: wrong key, garbage, one key too many, an older generation, none at all, and another root. */
export function cacertsFaults(member: MeshMember, root: Authority, now: () => number): LabFault[] {
  const { name } = member;
  const shape = intermediateOf(name);
  const variants: Variant[] = [
    {
      id: 'wrong-key',
      title: `Put a foreign key into cacerts of ${name}`,
      explain: 'The private key does not belong to the certificate: istiod refuses it.',
      change: () => {
        const key = base64(createKey());
        return withData((data) => ({ ...data, 'ca-key.pem': key }));
      },
    },
    {
      id: 'garbage',
      title: `Put garbage into cacerts of ${name}`,
      explain: 'The certificate is no PEM: istiod refuses it, and does not start any more.',
      change: () => withData((data) => ({ ...data, 'ca-cert.pem': base64('this is no certificate\n') })),
    },
    {
      id: 'fifth-key',
      title: `Add tls.crt to cacerts of ${name}`,
      explain: 'A data key tls.crt wins over the four others: istiod reads the wrong files.',
      change: () => withData((data) => ({ ...data, 'tls.crt': data['ca-cert.pem'] })),
    },
    {
      id: 'old',
      title: `Put an older generation into cacerts of ${name}`,
      explain: 'It is valid, but no longer what cert-manager issued last.',
      change: () => withTexts(cacertsTexts(root.issueIntermediate({ commonName: shape.name, ...lifeOf(shape, now() - 90 * DAY_MS) }))),
    },
    {
      id: 'missing',
      title: `Delete cacerts of ${name}`,
      explain: 'istiod would sign with a root of its own after a restart.',
      change: () => gone,
    },
  ];
  const faults = variants.map(({ id, title, explain, change }) =>
    changingOne({ id: `cacerts-${id}-${name}`, title, explain, group: GROUP }, member, () => [cacertsChange(change())]),
  );
  return [...faults, otherRoot(member, now)];
}

function otherRoot(member: MeshMember, now: () => number): LabFault {
  const text = {
    id: `other-root-${member.name}`,
    title: `Give ${member.name} a root of its own`,
    explain: 'Its workloads and those of the other clusters do not trust each other.',
    group: GROUP,
  };
  const fault = changingOne(text, member, () => {
    const { name, api } = member;
    const life = lifeOf(ROOT, now() - 30 * DAY_MS);
    const shape = intermediateOf(name);
    const other = createAuthority({ commonName: `istio-root-${name}`, ...life });
    const signing = other.issueIntermediate({ commonName: shape.name, ...lifeOf(shape, now() - 20 * DAY_MS) });
    const bundle: Change = (object) => object && { ...object, data: { 'root-cert.pem': other.certificatePem } };
    const bundles = api.store
      .list('ConfigMap')
      .filter(({ metadata }) => metadata.name === TRUST_BUNDLE)
      .map(({ metadata }) => ({ kind: 'ConfigMap', namespace: metadata.namespace ?? '', name: TRUST_BUNDLE, change: bundle }));
    return [cacertsChange(withTexts(cacertsTexts(signing))), ...bundles];
  });
  return {
    ...text,
    kind: 'toggle',
    get on() {
      return fault.on;
    },
    async set(wanted) {
      if (wanted === fault.on) return;
      await fault.set(wanted);
      // Only a start takes another root.
      member.istiod.restartAll();
    },
  };
}
