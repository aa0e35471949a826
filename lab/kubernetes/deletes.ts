/** Deletion: preconditions, finalizers, what the answer shows, and what follows by itself. */
import type { Clock } from '../../src/core/clock.ts';
import { jsonReply, type Answer, type ResourceCall } from './call.ts';
import { isFields, kubeTime, textAt, type Fields, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resources.ts';
import { matcherOf } from './selectors.ts';
import { badRequest, deletedStatus, failure, invalid, notFound, resourceDetails } from './status.ts';
import type { Storage } from './store.ts';

/** What a deletion needs. */
export interface DeletionContext {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly clock: Clock;
}

/** Kinds whose deletion answers with the object instead of a Status. */
const ANSWER_OBJECT = new Set(['services', 'namespaces', 'serviceaccounts', 'pods']);

interface Options {
  readonly preconditions: { readonly uid: string | undefined; readonly resourceVersion: string | undefined };
  readonly dryRun: boolean;
  /** A finalizer that the deletion itself adds, for the garbage collector. */
  readonly finalizer?: string;
  readonly graceSeconds?: number;
}

const POLICY_FINALIZERS: Readonly<Record<string, string>> = { Foreground: 'foregroundDeletion', Orphan: 'orphan' };
const POLICIES = ['Foreground', 'Background', 'Orphan'];

function unknownPolicy(policy: string): Error {
  const values = [...POLICIES, 'nil'].map((value) => JSON.stringify(value)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${values}`;
  const fault = { field: 'propagationPolicy', reason: 'FieldValueNotSupported', message };
  return invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [fault]);
}

function readOptions(call: ResourceCall): Options {
  const body: Fields = call.body.length === 0 ? fromQuery(call.query) : parse(call.body);
  const grace = body['gracePeriodSeconds'];
  const policy = textAt(body, 'propagationPolicy') ?? 'Background';
  if (!POLICIES.includes(policy)) throw unknownPolicy(policy);
  const dryRun = Array.isArray(body['dryRun']) && body['dryRun'].includes('All');
  return {
    preconditions: { uid: textAt(body, 'preconditions', 'uid'), resourceVersion: textAt(body, 'preconditions', 'resourceVersion') },
    dryRun,
    ...(POLICY_FINALIZERS[policy] === undefined ? {} : { finalizer: POLICY_FINALIZERS[policy] }),
    ...(grace === undefined || grace === null ? {} : { graceSeconds: Number(grace) }),
  };
}

/** Only without a body: with one, the server reads no option from the query. */
function fromQuery(query: URLSearchParams): Fields {
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  return {
    dryRun: query.getAll('dryRun'),
    ...(grace === null ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
  };
}

function parse(body: Buffer): Fields {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isFields(value) ? value : {};
  } catch {
    // the parser's words would be JavaScript's
    throw badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
  }
}

function requirePreconditions(resource: Resource, object: KubeObject, { uid, resourceVersion }: Options['preconditions']): void {
  const { metadata } = object;
  const name = metadata.name ?? '';
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const refuse = (what: string, wanted: string, found: string): Error => {
    const message = `Operation cannot be fulfilled on ${kind} "${name}": the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been deleted and then recreated`;
    const details = { ...resourceDetails(resource, name), kind: resource.kind };
    return failure({ code: 409, message, reason: 'Conflict', details });
  };
  if (uid !== undefined && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid ?? '');
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const message = `Operation cannot be fulfilled on ${kind} "${name}": the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw failure({ code: 409, message, reason: 'Conflict', details: { ...resourceDetails(resource, name), kind: resource.kind } });
  }
}

/** Deletes, or marks for deletion what a finalizer, a node or its content still holds. Answers the state after it. */
export function removeObject(
  { storage, clock }: DeletionContext,
  resource: Resource,
  object: KubeObject,
  options: Pick<Options, 'finalizer' | 'graceSeconds'>,
): { object: KubeObject; gone: boolean } {
  const { metadata } = object;
  const marked = markHeld(clock, resource, object, options);
  if (marked === undefined)
    return { object: storage.remove(resource, metadata.namespace ?? '', metadata.name ?? '') ?? object, gone: true };
  return { object: marked === object ? object : storage.put(resource, marked).object, gone: false };
}

/** The object as a deletion leaves it; undefined where nothing holds it. */
function markHeld(
  clock: Clock,
  resource: Resource,
  object: KubeObject,
  options: Pick<Options, 'finalizer' | 'graceSeconds'>,
): KubeObject | undefined {
  const { metadata } = object;
  const finalizers = [...(metadata.finalizers ?? []), ...(options.finalizer === undefined ? [] : [options.finalizer])];
  const running = resource.resource === 'pods' && (textAt(object, 'spec', 'nodeName') ?? '') !== '' && options.graceSeconds !== 0;
  if (finalizers.length === 0 && !running && resource.resource !== 'namespaces') return undefined;
  if (metadata.deletionTimestamp !== undefined) return object;
  const graceSeconds = running ? (options.graceSeconds ?? POD_GRACE_SECONDS) : 0;
  return markDeleted(resource, object, { finalizers, graceSeconds, at: clock.now() });
}

const POD_GRACE_SECONDS = 30;

interface Mark {
  readonly finalizers: readonly string[];
  readonly graceSeconds: number;
  readonly at: number;
}

function markDeleted(resource: Resource, object: KubeObject, { finalizers, graceSeconds, at }: Mark): KubeObject {
  const { metadata } = object;
  const head = {
    ...metadata,
    deletionTimestamp: kubeTime(at + graceSeconds * 1000),
    ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }),
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
  };
  if (resource.resource === 'namespaces') return { ...object, metadata: head, status: { phase: 'Terminating' } };
  return { ...object, metadata: { ...head, deletionGracePeriodSeconds: graceSeconds } };
}

/** Items leave kind and version to their list. */
function asItem(object: KubeObject): object {
  const { kind: _, apiVersion: __, ...item } = object;
  return item;
}

const PROTECTED = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

function requireUnprotected({ target }: ResourceCall): void {
  if (target.resource.resource !== 'namespaces' || !PROTECTED.has(target.name)) return;
  const message = `namespaces "${target.name}" is forbidden: this namespace may not be deleted`;
  throw failure({ code: 403, message, reason: 'Forbidden', details: { name: target.name, kind: 'namespaces' } });
}

/** DELETE of one object. 409 when a precondition does not hold. */
export function deleteObject(context: DeletionContext, call: ResourceCall): Answer {
  requireUnprotected(call);
  const { resource, namespace, name } = call.target;
  const stored = context.storage.get(resource, namespace, name);
  if (stored === undefined) throw notFound(resource, name);
  const options = readOptions(call);
  requirePreconditions(resource, stored.object, options.preconditions);
  if (options.dryRun) {
    const marked = markHeld(context.clock, resource, stored.object, options);
    return answered(resource, marked ?? stored.object, marked === undefined);
  }
  const { object, gone } = removeObject(context, resource, stored.object, options);
  return answered(resource, object, gone);
}

function answered(resource: Resource, object: KubeObject, gone: boolean): Answer {
  if (!gone || (resource.group === '' && ANSWER_OBJECT.has(resource.resource))) return jsonReply(200, object);
  return jsonReply(200, deletedStatus(resource, object.metadata.name ?? '', object.metadata.uid ?? ''));
}

/** Deletes everything that a selector names, and answers it as a list. */
export function deleteCollection(context: DeletionContext, call: ResourceCall): Answer {
  const { resource, namespace } = call.target;
  const { matches } = matcherOf(call.query, resource);
  const options = readOptions(call);
  const found = context.storage
    .all(resource)
    .map(({ object }) => object)
    .filter((object) => (namespace === '' || object.metadata.namespace === namespace) && matches(object));
  const metadata = { resourceVersion: String(context.storage.revision) };
  if (!options.dryRun) for (const object of found) removeObject(context, resource, object, options);
  const items = found.map(asItem);
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return jsonReply(200, { kind: `${resource.kind}List`, apiVersion, metadata, items });
}
