import { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from '@kubernetes/client-node';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { OperatorError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { authenticate, explain } from './credentials.ts';
import { answerError, transportError, type CallSubject } from './errors.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { PooledKubeConfig } from './pooled-kubeconfig.ts';
import type { ClusterTarget } from './target.ts';

export interface CallOptions {
  readonly signal: AbortSignal;
  /** How long one attempt may take, in milliseconds. */
  readonly deadlineMs?: number;
  /** Told of the server's clock by every answer to this call. */
  readonly onServerTime?: (time: ServerTime) => void;
}

/** The clock of a server that answers, and the call on our own, in UTC milliseconds. */
export interface ServerTime {
  /** Its header Date: cut to whole seconds. */
  readonly server: number;
  readonly begun: number;
  readonly ended: number;
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
  /** How many connections are kept for calls at most. */
  readonly connections?: number;
  /** Told of every attempt, for metrics. */
  readonly onCall?: (call: CallRecord) => void;
  /** Told of the clock of a server that answers (its header Date, UTC milliseconds), with the middle of the call on our own. */
  readonly onServerTime?: (server: number, ours: number) => void;
}

export interface Request {
  readonly subject: CallSubject;
  readonly method: keyof typeof HttpMethod;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** `application/json` where there is a body and nothing else is said. */
  readonly contentType?: string;
  /** True where it changes nothing although it is no GET. */
  readonly asks?: boolean;
  readonly options: CallOptions;
}

const DEADLINE_MS = 5_000;
/** Attempts in all, and the first wait between two, in milliseconds; each later wait is twice as long, with up to half more by chance. */
const ATTEMPTS = 3;
const FIRST_WAIT_MS = 150;
/** Whoever is asked to wait longer than this is told instead. */
const LONGEST_WAIT_MS = 5_000;
/** Failures before a byte of the call was sent: a write that failed so did not happen. */
const NOT_SENT: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CLOSED']);

/** Sends calls to one cluster: deadline, abort, credentials, and another try where it can do no harm. */
export class Caller {
  readonly #target: Pick<ClusterTarget, 'identity' | 'kubeconfig' | 'context'>;
  readonly #dependencies: ClientDependencies;
  readonly #http = new IsomorphicFetchHttpLibrary();
  readonly #retired = new Set<PooledKubeConfig>();
  #config: PooledKubeConfig;

  /** @throws OperatorError when the kubeconfig cannot be used. */
  constructor(target: Pick<ClusterTarget, 'identity' | 'kubeconfig' | 'context'>, dependencies: ClientDependencies) {
    this.#target = target;
    this.#dependencies = dependencies;
    this.#config = loadKubeconfig(target, dependencies.connections);
  }

  get config(): PooledKubeConfig {
    return this.#config;
  }

  get server(): string {
    return this.#config.getCurrentCluster()?.server ?? '';
  }

  /** The text of a successful answer. @throws OperatorError for everything else. */
  async send(request: Request): Promise<string> {
    const { clock, random } = this.#dependencies;
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const used = this.#config;
      try {
        return await this.#once(request, used);
      } catch (error) {
        const failure = transportError(request.subject, error);
        if (failure.reason === 'unauthorized' && !renewed && !request.options.signal.aborted) {
          // A refused call did not happen, and the files may hold newer credentials by now.
          renewed = true;
          this.renewCredentials(used);
          continue;
        }
        const wait = attempt >= ATTEMPTS || request.options.signal.aborted ? undefined : waitBefore(request, failure, attempt);
        if (wait === undefined) throw explain(failure, this.#config, clock.now());
        await clock.sleep(wait * (1 + random.next() / 2), request.options.signal);
      }
    }
  }

  /**
   * Reads the kubeconfig and everything it names again; a plugin is asked for a new token. Where another call did so already, nothing happens.
   * @param refused the configuration whose credentials were refused
   */
  renewCredentials(refused: PooledKubeConfig): void {
    if (refused !== this.#config) return;
    this.#config = loadKubeconfig(this.#target, this.#dependencies.connections);
    this.#retired.add(refused);
    // Other calls may still run on its connections.
    void refused.drain().finally(() => this.#retired.delete(refused));
  }

  async close(): Promise<void> {
    await Promise.all([this.#config, ...this.#retired].map((config) => config.close()));
  }

  async #once(request: Request, config: PooledKubeConfig): Promise<string> {
    const { subject, options } = request;
    const { clock, onCall, onServerTime } = this.#dependencies;
    const begun = clock.now();
    let status: number | undefined;
    const attempt = async (signal: AbortSignal): Promise<string> => {
      const context = this.#context(request, config);
      context.setSignal(signal);
      await authenticate(config, context, subject.cluster);
      const answer = await this.#http.send(context).toPromise();
      status = answer.httpStatusCode;
      const told = Date.parse(answer.headers['date'] ?? '');
      if (!Number.isNaN(told)) {
        const ended = clock.now();
        onServerTime?.(told, (begun + ended) / 2);
        options.onServerTime?.({ server: told, begun, ended });
      }
      const body = await answer.body.text();
      if (status >= 300) throw answerError(subject, status, answer.headers, body);
      return body;
    };
    const what = `Cannot ${subject.verb} ${subject.resource} (cluster ${subject.cluster})`;
    try {
      return await withDeadline(clock, options.deadlineMs ?? DEADLINE_MS, what, attempt, options.signal);
    } finally {
      onCall?.({ cluster: subject.cluster, verb: subject.verb, resource: subject.resource, ms: clock.now() - begun, status });
    }
  }

  #context({ method, path, query, body, contentType }: Request, config: PooledKubeConfig): RequestContext {
    const url = new URL((config.getCurrentCluster()?.server ?? '').replace(/\/$/, '') + path);
    for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(key, value);
    const context = new RequestContext(url.href, HttpMethod[method]);
    context.setHeaderParam('Accept', 'application/json, */*');
    if (body !== undefined) {
      context.setHeaderParam('Content-Type', contentType ?? 'application/json');
      context.setBody(JSON.stringify(body));
    }
    return context;
  }
}

/** How long to wait before another attempt, in milliseconds and before jitter; undefined where there must be none. */
function waitBefore({ method, asks }: Request, failure: OperatorError, attempt: number): number | undefined {
  const { reason, retryAfterMs } = failure;
  // A deadline that passed once will most likely pass again: whoever waits should hear of it now.
  const mayRepeat =
    method === 'GET' || asks === true ? failure.retryable && reason !== 'timeout' && reason !== 'conflict' : harmless(failure);
  const wait = retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
  return mayRepeat && wait <= LONGEST_WAIT_MS ? wait : undefined;
}

/** The write cannot have happened: nothing was sent, or the server turned it away at its door (429 with a time to come back). */
function harmless({ reason, retryAfterMs, cause }: OperatorError): boolean {
  return NOT_SENT.has(cause) || (reason === 'rateLimited' && retryAfterMs !== undefined);
}
