import { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from '@kubernetes/client-node';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { answerError, transportError, type CallSubject } from './errors.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { PooledKubeConfig } from './pooled-kubeconfig.ts';
import type { ClusterTarget } from './target.ts';

/** A kind of object as the API server addresses it. */
export interface Resource {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, such as `secrets`. */
  readonly plural: string;
}

export interface Place {
  readonly namespace?: string;
  readonly name?: string;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** How long one attempt may take, in milliseconds. */
  readonly deadlineMs?: number;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface CallRecord {
  readonly cluster: string;
  readonly verb: string;
  readonly resource: string;
  readonly ms: number;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
}

export interface ClientDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Told of every attempt, for metrics. */
  readonly onCall?: (call: CallRecord) => void;
}

const DEADLINE_MS = 5_000;
/** Attempts of a read in all, and the first wait between two, in milliseconds; each later wait is twice as long, with up to half more by chance. */
const ATTEMPTS = 3;
const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 5_000;
/** Objects asked for at a time. */
const PAGE = 500;

interface Request {
  readonly subject: CallSubject;
  readonly method: keyof typeof HttpMethod;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly options: CallOptions;
}

/**
 * One cluster. Every call has a deadline, can be aborted, and fails with an OperatorError that names cluster, verb, object and what to do. Reads ask
 * for the newest state (a quorum read: no resourceVersion is sent) and are tried again where a retry may help.
 */
export class ClusterClient {
  readonly cluster: string;
  readonly #config: PooledKubeConfig;
  readonly #http = new IsomorphicFetchHttpLibrary();
  readonly #dependencies: ClientDependencies;

  /** @throws OperatorError when the kubeconfig cannot be used. */
  constructor(target: Pick<ClusterTarget, 'identity' | 'kubeconfig' | 'context'>, dependencies: ClientDependencies) {
    this.cluster = target.identity.name;
    this.#config = loadKubeconfig(target);
    this.#dependencies = dependencies;
  }

  /** The address of the API server, as the kubeconfig has it. */
  get server(): string {
    return this.#config.getCurrentCluster()?.server ?? '';
  }

  /** The client's own configuration, for its watches and port-forwards. */
  get kubeconfig(): PooledKubeConfig {
    return this.#config;
  }

  /** Reads a path of the API server that is no object, such as `/version`. */
  async raw(path: string, options: CallOptions): Promise<unknown> {
    const subject = { cluster: this.cluster, verb: 'get', resource: path, group: '', namespace: undefined, name: undefined };
    return this.#read({ subject, method: 'GET', path, query: {}, options });
  }

  /** @throws OperatorError with reason `notFound` where there is no such object. */
  async get(resource: Resource, place: Required<Pick<Place, 'name'>> & Place, options: CallOptions): Promise<unknown> {
    return this.#read({ subject: this.#subject('get', resource, place), method: 'GET', path: pathOf(resource, place), query: {}, options });
  }

  /** All objects, page by page. */
  async list(resource: Resource, options: ListOptions): Promise<readonly unknown[]> {
    const place = options.namespace === undefined ? {} : { namespace: options.namespace };
    const subject = this.#subject('list', resource, place);
    const items: unknown[] = [];
    let token: string | undefined;
    do {
      const { labelSelector, fieldSelector } = options;
      const query = { labelSelector, fieldSelector, limit: String(PAGE), continue: token };
      const page = await this.#read({ subject, method: 'GET', path: pathOf(resource, place), query, options });
      const { items: some, next } = readPage(page, subject);
      items.push(...some);
      token = next;
    } while (token !== undefined);
    return items;
  }

  async close(): Promise<void> {
    await this.#config.close();
  }

  #subject(verb: string, resource: Resource, place: Place): CallSubject {
    return { cluster: this.cluster, verb, resource: resource.plural, group: resource.group, namespace: place.namespace, name: place.name };
  }

  async #read(request: Request): Promise<unknown> {
    const { clock, random } = this.#dependencies;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(request);
      } catch (error) {
        const failure = transportError(request.subject, error);
        // A deadline that passed once will most likely pass again: whoever waits should hear of it now.
        if (attempt >= ATTEMPTS || !failure.retryable || failure.reason === 'timeout' || request.options.signal.aborted) throw failure;
        const wait = failure.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1) * (1 + random.next() / 2);
        await clock.sleep(Math.min(wait, LONGEST_WAIT_MS), request.options.signal);
      }
    }
  }

  async #once({ subject, method, path, query, options }: Request): Promise<unknown> {
    const { clock, onCall } = this.#dependencies;
    const begun = clock.now();
    let status: number | undefined;
    try {
      const what = `Cannot ${subject.verb} ${subject.resource}`;
      return await withDeadline(
        clock,
        options.deadlineMs ?? DEADLINE_MS,
        `${what} (cluster ${this.cluster})`,
        async (signal) => {
          const context = new RequestContext(this.#url(path, query), HttpMethod[method]);
          context.setHeaderParam('Accept', 'application/json');
          context.setSignal(signal);
          await this.#authenticate(context, subject);
          const answer = await this.#http.send(context).toPromise();
          status = answer.httpStatusCode;
          const body = await answer.body.text();
          if (status >= 300) throw answerError(subject, status, answer.headers, body);
          return parseJson(body, subject);
        },
        options.signal,
      );
    } finally {
      onCall?.({ cluster: this.cluster, verb: subject.verb, resource: subject.resource, ms: clock.now() - begun, status });
    }
  }

  #url(path: string, query: Request['query']): string {
    const url = new URL(this.server.replace(/\/$/, '') + path);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
    return url.href;
  }

  /** Credentials may come from files, a plugin or an identity provider, each of which can fail. Their own words may hold a token. */
  async #authenticate(context: RequestContext, subject: CallSubject): Promise<void> {
    try {
      await this.#config.applySecurityAuthentication(context);
    } catch (error) {
      const plugin = (this.#config.getCurrentUser()?.exec as { readonly command?: string } | undefined)?.command;
      const name = error instanceof Error ? error.name : 'unknown';
      throw new OperatorError({
        reason: 'unauthorized',
        what: 'Cannot get credentials',
        where: `cluster ${subject.cluster}`,
        why:
          plugin === undefined
            ? `what the kubeconfig names cannot be read (${name})`
            : `the program "${plugin}" of the kubeconfig gave none`,
        next:
          plugin === undefined
            ? 'Write the kubeconfig of this cluster again.'
            : `Run it by hand on this machine: ${plugin}. A service account's token needs no program.`,
        cause: name,
      });
    }
  }
}

function pathOf({ group, version, plural }: Resource, { namespace, name }: Place): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const space = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${space}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

function parseJson(body: string, subject: CallSubject): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw noSense(subject, 'the answer is no JSON', error);
  }
}

function readPage(page: unknown, subject: CallSubject): { readonly items: readonly unknown[]; readonly next: string | undefined } {
  const list = page as { readonly items?: unknown; readonly metadata?: { readonly continue?: string } } | null;
  if (list === null || typeof list !== 'object' || !Array.isArray(list.items)) throw noSense(subject, 'the answer is no list');
  const next = list.metadata?.continue;
  return { items: list.items, next: next === undefined || next === '' ? undefined : next };
}

function noSense(subject: CallSubject, why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    reason: 'protocol',
    what: `Cannot ${subject.verb} ${subject.resource}`,
    where: `cluster ${subject.cluster}`,
    why,
    next: 'Is the server in the kubeconfig really a Kubernetes API server?',
    cause,
  });
}
