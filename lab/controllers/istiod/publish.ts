/** The ConfigMaps in which the leading istiod hands out roots: one pair in every namespace (istio: namespacecontroller.go). */
import { fieldsAt } from '../../kubernetes/object.ts';
import type { ObjectStore } from '../../kubernetes/objects.ts';

/** The ConfigMap with the roots. */
export const TRUST_BUNDLE = 'istio-ca-root-cert';
/** The ConfigMap with revocations, beside it. */
export const CRL_BUNDLE = 'istio-ca-crl';
/** Namespaces that get none of them. */
const WITHOUT_BUNDLE = new Set(['kube-public', 'kube-node-lease', 'local-path-storage']);
const MANAGER = 'pilot-discovery';

/** What it writes to, and which objects it must leave alone because a fault lies over them. */
export interface PublishContext {
  readonly store: ObjectStore;
  readonly handsOff: (kind: string, namespace: string, name: string) => boolean;
}

/** Writes what is missing or different in every namespace. */
export function publishEverywhere(context: PublishContext, roots: string): void {
  for (const { metadata } of context.store.list('Namespace')) publish(context, metadata.name ?? '', roots);
}

/** Writes what is missing or different in one namespace. Foreign keys stay, and so does a label that somebody took away. */
export function publish(context: PublishContext, namespace: string, roots: string): void {
  const found = context.store.get('Namespace', '', namespace);
  if (found === undefined || found.metadata.deletionTimestamp !== undefined || WITHOUT_BUNDLE.has(namespace)) return;
  keep(context, { namespace, name: TRUST_BUNDLE, key: 'root-cert.pem', text: roots });
  keep(context, { namespace, name: CRL_BUNDLE, key: 'ca-crl.pem', text: '' });
}

interface Wanted {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  readonly text: string;
}

function keep({ store, handsOff }: PublishContext, { namespace, name, key, text }: Wanted): void {
  if (handsOff('ConfigMap', namespace, name)) return;
  const found = store.get('ConfigMap', namespace, name);
  if (fieldsAt(found, 'data')[key] === text) return;
  const metadata = { namespace, name, labels: { 'istio.io/config': 'true' } };
  const fresh = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [key]: text } };
  store.put(found === undefined ? fresh : { ...found, data: { ...fieldsAt(found, 'data'), [key]: text } }, { manager: MANAGER });
}
