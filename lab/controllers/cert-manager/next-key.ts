/** The next private key of a Certificate, in a Secret of its own until the certificate is there. */
import { randomBytes, type KeyObject } from 'node:crypto';
import { fieldsAt, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { secretData } from '../../scene/text.ts';
import { secretFacts } from './facts.ts';
import { keyViolations, newKey, printKey } from './keys.ts';
import { type CertificateSpec, specOf } from './spec.ts';
import { type World, writeStatus } from './world.ts';

/** The label of every Secret that cert-manager watches. */
export const WATCHED_LABEL = { 'controller.cert-manager.io/fao': 'true' } as const;
const SOURCE = 'certificates-key-manager';
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

/** A key and the Secret it lies in. */
export interface NextKey {
  readonly name: string;
  readonly key: KeyObject;
  /** True where it was made just now. */
  readonly fresh: boolean;
}

/** The name that a Certificate says its next key lies under. */
export function nextKeyName(certificate: KubeObject): string | undefined {
  return textAt(certificate, 'status', 'nextPrivateKeySecretName');
}

/** The next key, made where it is missing or does not fit the spec; undefined where cert-manager cannot make one. */
export function ensureNextKey(world: World, certificate: KubeObject): NextKey | undefined {
  const { namespace = '' } = certificate.metadata;
  const spec = specOf(certificate);
  const name = nextKeyName(certificate);
  const secret = name === undefined ? undefined : world.mirror.get('Secret', namespace, name);
  const key = secret === undefined ? undefined : secretFacts(secret).key;
  if (name !== undefined && key !== undefined && keyViolations(key, spec).length === 0) return { name, key, fresh: false };
  if (name !== undefined && secret !== undefined) world.store.delete('Secret', namespace, name);
  const chosen = choose(world, certificate, spec);
  return chosen === undefined ? undefined : store(world, certificate, chosen);
}

interface Chosen {
  readonly key: KeyObject;
  readonly reused: boolean;
}

function choose(world: World, certificate: KubeObject, spec: CertificateSpec): Chosen | undefined {
  const secret = world.mirror.get('Secret', certificate.metadata.namespace ?? '', spec.secretName);
  const old = secret === undefined ? undefined : secretFacts(secret).key;
  if (!spec.keepKey || old === undefined) {
    const key = newKey(spec);
    return key === undefined ? undefined : { key, reused: false };
  }
  const fields = keyViolations(old, spec);
  if (fields.length === 0) return { key: old, reused: true };
  const message =
    `User intervention required: existing private key in Secret "${spec.secretName}" does not match requirements on Certificate resource, ` +
    `mismatching fields: [${fields.join(' ')}], but cert-manager cannot create new private key as the Certificate's ` +
    `.spec.privateKey.rotationPolicy is unset or set to Never. To allow cert-manager to create a new private key you can set ` +
    `.spec.privateKey.rotationPolicy to 'Always' (this will result in the private key being regenerated every time a cert is renewed) `;
  world.tell(certificate, { type: 'Warning', reason: 'CannotRegenerateKey', message, source: SOURCE });
  return undefined;
}

function store(world: World, certificate: KubeObject, { key, reused }: Chosen): NextKey {
  const { namespace = '', name: owner = '', uid = '' } = certificate.metadata;
  const name = `${owner}-${suffix()}`;
  world.store.put(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace,
        name,
        generateName: `${owner}-`,
        labels: { 'cert-manager.io/next-private-key': 'true', ...WATCHED_LABEL },
        ownerReferences: [
          { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', name: owner, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      data: secretData({ 'tls.key': printKey(key, true) }),
      type: 'Opaque',
    },
    { manager: `cert-manager-${SOURCE}` },
  );
  writeStatus(world, certificate, { ...fieldsAt(certificate, 'status'), nextPrivateKeySecretName: name }, SOURCE);
  const told = reused
    ? { reason: 'Reused', message: `Reusing private key stored in existing Secret resource "${specOf(certificate).secretName}"` }
    : { reason: 'Generated', message: `Stored new private key in temporary Secret resource "${name}"` };
  world.tell(certificate, { type: 'Normal', ...told, source: SOURCE });
  return { name, key, fresh: true };
}

/** Five characters as the API server generates them. */
function suffix(): string {
  return [...randomBytes(5)].map((byte) => SUFFIX[byte % SUFFIX.length]).join('');
}

/** Takes the next key away once nothing is being issued. */
export function dropNextKey(world: World, certificate: KubeObject): void {
  const name = nextKeyName(certificate);
  if (name === undefined) return;
  const { namespace = '' } = certificate.metadata;
  if (world.mirror.get('Secret', namespace, name) !== undefined) world.store.delete('Secret', namespace, name);
  const { nextPrivateKeySecretName: _, ...status } = fieldsAt(certificate, 'status');
  writeStatus(world, certificate, status, SOURCE);
}
