/** What the objects of the authority are called in the clusters, and the marks that are ours. */
import type { Generation } from '../../rotation/model.ts';

export const CACERTS = 'cacerts';
/** The port on which istiod serves xDS and signs requests, with the certificate that it made for itself from `cacerts`. */
export const ISTIOD_PORT = 15_012;
/** Every istiod carries it, whatever its revision. */
export const ISTIOD_SELECTOR = 'app=istiod';
/** istiod writes it into every namespace that it serves. */
export const TRUST_BUNDLE = 'istio-ca-root-cert';
export const TRUST_BUNDLE_KEY = 'root-cert.pem';

export const INTENT_NAME = 'meshwarden-intent';
export const INTENT_KEY = 'intent';
export const LEASE_NAME = 'meshwarden-changes';

/** Labels of everything that we make. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'meshwarden' } as const;
export const KIND_LABEL = 'meshwarden.dev/kind';
export const BACKUP_KIND = 'cacerts-backup';

/** Annotations on `cacerts`. */
export const MARKS = {
  source: 'meshwarden.dev/source',
  writtenAt: 'meshwarden.dev/written-at',
  proved: 'meshwarden.dev/proved',
  provedAt: 'meshwarden.dev/proved-at',
  rootsSince: 'meshwarden.dev/roots-since',
  signerSince: 'meshwarden.dev/signer-since',
  hold: 'meshwarden.dev/hold',
  holdWhy: 'meshwarden.dev/hold-why',
  holdAt: 'meshwarden.dev/hold-at',
  revoked: 'meshwarden.dev/revoked',
} as const;

/** Annotations on a backup. */
export const BACKUP_MARKS = {
  content: 'meshwarden.dev/content',
  takenAt: 'meshwarden.dev/taken-at',
  takenFor: 'meshwarden.dev/taken-for',
  archivedAt: 'meshwarden.dev/archived-at',
} as const;

/** On an istiod pod: the kubelet projects its Secrets anew when the pod changes. */
export const NUDGE_MARK = 'meshwarden.dev/cacerts';
/** On the template of istiod's Deployment. */
export const RESTART_MARK = 'meshwarden.dev/restarted-at';
/** `kubectl apply` keeps the whole object in it, keys too. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** How much of a content id is in the name of a backup. */
const SHOWN_OF_ID = 10;

export function backupName(contentId: string): string {
  return `cacerts-backup-${contentId.slice(0, SHOWN_OF_ID)}`;
}

/** The name of an object in a generation: the first is called as the configuration says. */
export function inGeneration(name: string, generation: Generation): string {
  return generation === 1 ? name : `${name}-g${generation}`;
}

/** Which generation of `base` an object is; undefined where it is none. */
export function generationOf(base: string, name: string): Generation | undefined {
  if (name === base) return 1;
  const number = name.startsWith(`${base}-g`) ? name.slice(base.length + 2) : '';
  return /^[1-9]\d{0,5}$/.test(number) && number !== '1' ? Number(number) : undefined;
}

/** Times in marks: RFC 3339, UTC, milliseconds. */
export function markTime(instant: number): string {
  return new Date(instant).toISOString();
}
