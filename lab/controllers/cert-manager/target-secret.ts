/** The Secret that a Certificate keeps. */
import { fieldsAt, sameJson, type KubeObject } from '../../kubernetes/object.ts';
import { base64 } from '../../scene/text.ts';
import type { Certificate } from '../../../src/pki/certificate.ts';
import { secretFacts } from './facts.ts';
import { printKey } from './keys.ts';
import { WATCHED_LABEL } from './next-key.ts';
import { answered } from './requests.ts';
import type { CertificateSpec } from './spec.ts';
import type { World } from './world.ts';
import type { KeyObject } from 'node:crypto';
import { readCertificates } from '../../../src/pki/certificate.ts';
import { fromBase64 } from '../../scene/text.ts';

const MANAGER = { manager: 'cert-manager-certificates-issuing' };
/** RFC 1123, as the API server demands of a Secret: the lab's own writes are not checked. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Names of the certificate, for people who look at the Secret. */
function informational({ commonName, dnsNames, uriNames }: Certificate): Record<string, string> {
  return {
    'cert-manager.io/alt-names': dnsNames.join(','),
    'cert-manager.io/common-name': commonName ?? '',
    'cert-manager.io/ip-sans': '',
    'cert-manager.io/uri-sans': uriNames.join(','),
  };
}

/** Writes key, certificate and authority in one update; what others put into the Secret stays. False where the name is none. */
export function writeSecret(
  world: World,
  certificate: KubeObject,
  spec: CertificateSpec,
  issued: { readonly key: KeyObject; readonly request: KubeObject },
): boolean {
  if (!NAME.test(spec.secretName)) return false;
  const { namespace = '', name = '' } = certificate.metadata;
  const before = world.mirror.get('Secret', namespace, spec.secretName);
  const { certificate: chain, ca } = answered(issued.request);
  const [leaf] = readCertificates(fromBase64(chain)).certificates;
  const template = fieldsAt(certificate, 'spec', 'secretTemplate');
  world.store.put(
    {
      ...before,
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        ...before?.metadata,
        namespace,
        name: spec.secretName,
        labels: { ...before?.metadata.labels, ...texts(template, 'labels'), ...WATCHED_LABEL },
        annotations: {
          ...before?.metadata.annotations,
          ...texts(template, 'annotations'),
          ...(leaf === undefined ? {} : informational(leaf)),
          'cert-manager.io/certificate-name': name,
          'cert-manager.io/issuer-group': spec.issuerRef.group,
          'cert-manager.io/issuer-kind': spec.issuerRef.kind,
          'cert-manager.io/issuer-name': spec.issuerRef.name,
        },
      },
      data: { ...fieldsAt(before, 'data'), 'ca.crt': ca, 'tls.crt': chain, 'tls.key': base64(printKey(issued.key, spec.pkcs8)) },
      type: before?.['type'] ?? 'kubernetes.io/tls',
    },
    MANAGER,
  );
  return true;
}

function texts(template: unknown, field: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fieldsAt(template, field)).map(([key, value]) => [key, String(value)]));
}

/** Mends the label and the informational annotations in place, without a new certificate. */
export function mendSecret(world: World, secret: KubeObject | undefined): void {
  if (secret === undefined) return;
  const [leaf] = secretFacts(secret).certificates;
  if (leaf === undefined) return;
  const { labels, annotations } = secret.metadata;
  const wanted = { labels: { ...labels, ...WATCHED_LABEL }, annotations: { ...annotations, ...informational(leaf) } };
  if (sameJson(wanted, { labels, annotations })) return;
  world.store.patch('Secret', secret.metadata.namespace ?? '', secret.metadata.name ?? '', { metadata: wanted }, MANAGER);
}
