import { OperatorError } from '../core/errors.ts';
import { Caller, type CallOptions, type ClientDependencies, type Request } from './caller.ts';
import { ApiError, type CallSubject } from './errors.ts';
import type { PooledKubeConfig } from './pooled-kubeconfig.ts';
import { pathOf, type Place, type Resource } from './resources.ts';
import type { ClusterTarget } from './target.ts';

export type { CallOptions, CallRecord, ClientDependencies } from './caller.ts';
export type { Place, Resource } from './resources.ts';

export interface ListOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** All objects, and the version of the state that they are. */
export interface Listing {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
}

export interface WriteOptions extends CallOptions {
  /** Everything is checked and nothing is kept. */
  readonly dryRun?: boolean;
}

/** An object that is sent. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface DeleteOptions extends WriteOptions {
  /** Deletes only this very object, in this very state. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

type Named = Place & { readonly name: string };

/** Under this name the API server remembers which fields are ours. */
export const FIELD_MANAGER = 'meshwarden';
/** Objects asked for at a time. */
const PAGE = 500;

/**
 * One cluster. Every call has a deadline, can be aborted, and fails with an OperatorError that names cluster, verb, object and what to do. Reads ask
 * for the newest state (a quorum read: no resourceVersion is sent) and are tried again where a retry may help; writes only where they cannot have
 * happened.
 */
export class ClusterClient {
  readonly cluster: string;
  readonly #caller: Caller;

  /** @throws OperatorError when the kubeconfig cannot be used. */
  constructor(target: Pick<ClusterTarget, 'identity' | 'kubeconfig' | 'context'>, dependencies: ClientDependencies) {
    this.cluster = target.identity.name;
    this.#caller = new Caller(target, dependencies);
  }

  /** The address of the API server, as the kubeconfig has it. */
  get server(): string {
    return this.#caller.server;
  }

  /** The client's own configuration, for its watches and port-forwards. It is another one after {@link renewCredentials}. */
  get kubeconfig(): PooledKubeConfig {
    return this.#caller.config;
  }

  /** Reads the kubeconfig again, unless somebody did since `refused` was in use. */
  renewCredentials(refused: PooledKubeConfig): void {
    this.#caller.renewCredentials(refused);
  }

  /** Reads a path of the API server that is no object, such as `/version`. */
  async raw(path: string, options: CallOptions): Promise<unknown> {
    const subject = { cluster: this.cluster, verb: 'get', resource: path, group: '', namespace: undefined, name: undefined };
    return this.#json({ subject, method: 'GET', path, options });
  }

  /** The text of an answer that need not be JSON. */
  async text(resource: Resource, place: Named, { suffix, ...options }: CallOptions & { readonly suffix?: string }): Promise<string> {
    const subject = this.#subject('get', resource, place);
    return this.#caller.send({ subject, method: 'GET', path: pathOf(resource, place) + (suffix ?? ''), options });
  }

  /** @throws OperatorError with reason `notFound` where there is no such object. */
  async get(resource: Resource, place: Named, options: CallOptions): Promise<unknown> {
    return this.#json({ subject: this.#subject('get', resource, place), method: 'GET', path: pathOf(resource, place), options });
  }

  /** All objects, page by page. */
  async list(resource: Resource, options: ListOptions): Promise<readonly unknown[]> {
    return (await this.listing(resource, options)).items;
  }

  /** All objects, with the version to watch from. A list that takes so long that its pages expire is begun once more. */
  async listing(resource: Resource, options: ListOptions): Promise<Listing> {
    try {
      return await this.#pages(resource, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 410) throw error;
      return this.#pages(resource, options);
    }
  }

  /** @throws OperatorError with reason `conflict` where there is such an object already. */
  async create(resource: Resource, object: Manifest, options: WriteOptions): Promise<unknown> {
    const { namespace } = object.metadata;
    const subject = this.#subject('create', resource, object.metadata);
    const path = pathOf(resource, namespace === undefined ? {} : { namespace });
    return this.#json({ subject, method: 'POST', path, query: { fieldManager: FIELD_MANAGER, ...dry(options) }, body: object, options });
  }

  /** Asks a question that is written as an object and keeps nothing, such as an access review: it is tried again like a read. */
  async review(resource: Resource, question: object, options: CallOptions): Promise<unknown> {
    return this.#json({
      subject: this.#subject('create', resource, {}),
      method: 'POST',
      path: pathOf(resource, {}),
      body: question,
      asks: true,
      options,
    });
  }

  /**
   * Puts a whole object in the place of the one that was read. The API server would overwrite whatever is there without a `resourceVersion`, so it
   * must be given. @throws OperatorError with reason `conflict` where the object has changed since.
   */
  async replace(
    resource: Resource,
    object: Manifest & { readonly metadata: { readonly resourceVersion: string } },
    { subresource, ...options }: WriteOptions & { readonly subresource?: 'status' },
  ): Promise<unknown> {
    const place = { ...placeOf(object), ...(subresource === undefined ? {} : { subresource }) };
    const query = { fieldManager: FIELD_MANAGER, ...dry(options) };
    const subject = this.#subject('update', resource, place);
    return this.#json({ subject, method: 'PUT', path: pathOf(resource, place), query, body: object, options });
  }

  /**
   * Server-side apply: the fields of `object` become ours, those that we applied before and that are not in it go.
   * @throws ApiError with the fields and their owners in `conflicts`, unless `force` takes them over.
   */
  async apply(resource: Resource, object: Manifest, { force, ...options }: WriteOptions & { readonly force?: boolean }): Promise<unknown> {
    const place = placeOf(object);
    const query = { fieldManager: FIELD_MANAGER, force: String(force ?? false), ...dry(options) };
    const subject = this.#subject('patch', resource, place);
    const contentType = 'application/apply-patch+yaml';
    return this.#json({ subject, method: 'PATCH', path: pathOf(resource, place), query, body: object, contentType, options });
  }

  /** JSON merge patch: lists are replaced as a whole, `null` removes a field. With `metadata.resourceVersion` in it, only that state is changed. */
  async mergePatch(resource: Resource, place: Named, patch: object, options: WriteOptions): Promise<unknown> {
    const query = { fieldManager: FIELD_MANAGER, ...dry(options) };
    const subject = this.#subject('patch', resource, place);
    const contentType = 'application/merge-patch+json';
    return this.#json({ subject, method: 'PATCH', path: pathOf(resource, place), query, body: patch, contentType, options });
  }

  /** @throws OperatorError with reason `notFound` where there is none, `conflict` where a precondition does not hold. */
  async delete(resource: Resource, place: Named, { preconditions, ...options }: DeleteOptions): Promise<void> {
    // A server that gets a body reads no option from the query.
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(preconditions === undefined ? {} : { preconditions }),
      ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
    };
    const subject = this.#subject('delete', resource, place);
    await this.#json({ subject, method: 'DELETE', path: pathOf(resource, place), body, options });
  }

  async close(): Promise<void> {
    await this.#caller.close();
  }

  async #pages(resource: Resource, options: ListOptions): Promise<Listing> {
    const { namespace, labelSelector, fieldSelector } = options;
    const place = namespace === undefined ? {} : { namespace };
    const subject = this.#subject('list', resource, place);
    const items: unknown[] = [];
    let token: string | undefined;
    for (;;) {
      const query = { labelSelector, fieldSelector, limit: String(PAGE), continue: token };
      const page = readPage(await this.#json({ subject, method: 'GET', path: pathOf(resource, place), query, options }), subject);
      items.push(...page.items);
      if (page.next === undefined) return { items, resourceVersion: page.resourceVersion };
      token = page.next;
    }
  }

  async #json(request: Request): Promise<unknown> {
    const body = await this.#caller.send(request);
    try {
      return JSON.parse(body);
    } catch {
      // The parser's words quote the answer, which may hold a Secret: they are not kept as the cause.
      throw noSense(request.subject, 'the answer is no JSON');
    }
  }

  #subject(verb: string, resource: Resource, { namespace, name, subresource }: Place): CallSubject {
    const { plural, group } = resource;
    return {
      cluster: this.cluster,
      verb,
      resource: subresource === undefined ? plural : `${plural}/${subresource}`,
      group,
      namespace,
      name,
    };
  }
}

function placeOf({ metadata: { namespace, name } }: Manifest): Named {
  return namespace === undefined ? { name } : { namespace, name };
}

function dry({ dryRun }: WriteOptions): { readonly dryRun?: 'All' } {
  return dryRun === true ? { dryRun: 'All' } : {};
}

interface Page extends Listing {
  readonly next: string | undefined;
}

function readPage(page: unknown, subject: CallSubject): Page {
  const list = page as {
    readonly items?: unknown;
    readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  } | null;
  if (list === null || typeof list !== 'object' || !Array.isArray(list.items)) throw noSense(subject, 'the answer is no list');
  const next = list.metadata?.continue;
  return { items: list.items, resourceVersion: list.metadata?.resourceVersion ?? '', next: next === '' ? undefined : next };
}

function noSense(subject: CallSubject, why: string): OperatorError {
  return new OperatorError({
    reason: 'protocol',
    what: `Cannot ${subject.verb} ${subject.resource}`,
    where: `cluster ${subject.cluster}`,
    why,
    next: 'Is the server in the kubeconfig really a Kubernetes API server?',
  });
}
