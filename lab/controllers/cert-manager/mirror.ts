/** What the controller knows of the cluster: the objects of the kinds it watches as they are now, kept by the events of the store. */
import { fieldsAt, textAt, type KubeObject } from '../../kubernetes/object.ts';
import type { ObjectStore } from '../../kubernetes/objects.ts';
import { objectKey, type StoreEvent } from '../../kubernetes/store.ts';

/** The kinds that cert-manager watches. */
export const WATCHED = ['Issuer', 'ClusterIssuer', 'Certificate', 'CertificateRequest', 'Secret'] as const;

/** One of them. */
export type WatchedKind = (typeof WATCHED)[number];

/** Names that lead from one object to others. */
export const ANNOTATION = {
  certificate: 'cert-manager.io/certificate-name',
  revision: 'cert-manager.io/certificate-revision',
  keySecret: 'cert-manager.io/private-key-secret-name',
} as const;

/** The objects at rest: nobody may change one. */
export class Mirror {
  readonly #store: ObjectStore;
  readonly #objects = new Map<string, Map<string, KubeObject>>();

  constructor(store: ObjectStore) {
    this.#store = store;
    this.refresh();
  }

  /** False while the definitions are missing. */
  get served(): boolean {
    return this.#store.get('CustomResourceDefinition', '', 'certificates.cert-manager.io') !== undefined;
  }

  /** Lists everything anew. */
  refresh(): void {
    const { served } = this;
    for (const kind of WATCHED) {
      const found = served || kind === 'Secret' ? this.#store.list(kind) : [];
      this.#objects.set(kind, new Map(found.map((object) => [keyOf(object), object])));
    }
  }

  /** Takes an event in. True where it is of a kind that is watched. */
  note({ type, object }: StoreEvent): boolean {
    const shelf = this.#objects.get(object.kind ?? '');
    if (shelf === undefined) return false;
    if (type === 'DELETED') shelf.delete(keyOf(object));
    else shelf.set(keyOf(object), object);
    return true;
  }

  get(kind: WatchedKind, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(kind)?.get(objectKey(namespace, name));
  }

  all(kind: WatchedKind): KubeObject[] {
    return [...(this.#objects.get(kind)?.values() ?? [])];
  }

  /** The requests that were made for a Certificate. */
  requestsOf({ metadata }: KubeObject): KubeObject[] {
    return this.all('CertificateRequest').filter(
      (request) => request.metadata.namespace === metadata.namespace && request.metadata.ownerReferences?.[0]?.uid === metadata.uid,
    );
  }

  /** The Certificates that want the same Secret. */
  sharing(namespace: string, secretName: string): KubeObject[] {
    return this.all('Certificate').filter(
      (one) => one.metadata.namespace === namespace && textAt(one, 'spec', 'secretName') === secretName,
    );
  }

  /** The issuers that sign with a Secret. */
  signingWith(namespace: string, secretName: string, resourceNamespace: string): KubeObject[] {
    const names = (object: KubeObject): boolean => textAt(object, 'spec', 'ca', 'secretName') === secretName;
    return [
      ...this.all('Issuer').filter((one) => one.metadata.namespace === namespace && names(one)),
      ...(namespace === resourceNamespace ? this.all('ClusterIssuer').filter(names) : []),
    ];
  }
}

/** The revision that a request was made for. */
export function revisionOf(request: KubeObject): number {
  return Number(request.metadata.annotations?.[ANNOTATION.revision]);
}

/** The revision that a Certificate has; undefined for one that adopted its Secret. */
export function currentRevision(certificate: KubeObject): number | undefined {
  const revision = fieldsAt(certificate, 'status')['revision'];
  return typeof revision === 'number' ? revision : undefined;
}

function keyOf({ metadata }: KubeObject): string {
  return objectKey(metadata.namespace ?? '', metadata.name ?? '');
}
