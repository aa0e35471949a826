import { z } from 'zod';
import { OperatorError, type OperatorErrorInit, type Reason } from '../core/errors.ts';
import { redact } from '../core/logger.ts';

/** What was asked of which cluster, for the words of an error. */
export interface CallSubject {
  readonly cluster: string;
  readonly verb: string;
  /** Such as `secrets`. */
  readonly resource: string;
  readonly group: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** A field that an apply would have taken from somebody else. */
export interface FieldConflict {
  /** The field manager that owns it. */
  readonly manager: string;
  /** As the server writes it, such as `.data.root-cert.pem`. */
  readonly field: string;
}

/** An answer of an API server that is no success. */
export class ApiError extends OperatorError {
  /** The HTTP status, or the code of an event that a watch ended with. */
  readonly status: number;
  /** The server does not know the kind at all: what brings it is not installed. */
  readonly kindMissing: boolean;
  /** What an apply without force ran into; empty for every other failure. */
  readonly conflicts: readonly FieldConflict[];

  constructor(init: OperatorErrorInit & Pick<ApiError, 'status' | 'kindMissing' | 'conflicts'>) {
    super(init);
    this.name = 'ApiError';
    this.status = init.status;
    this.kindMissing = init.kindMissing;
    this.conflicts = init.conflicts;
  }
}

const StatusBody = z.object({
  kind: z.literal('Status'),
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional(), field: z.string().optional() })).optional(),
    })
    .optional(),
});

/** How much of a message from elsewhere is repeated. */
const MAX_WORDS = 300;

/** What the answer of an API server means when it is no success. Bodies are Status objects, plain text, or a proxy's page. */
export function answerError(subject: CallSubject, status: number, headers: Readonly<Record<string, string>>, body: string): ApiError {
  const told = readStatus(body);
  const conflicts = told?.conflicts ?? [];
  const kindMissing = status === 404 && told === undefined;
  const retryAfterMs = Number(headers['retry-after']) * 1_000;
  const next = conflicts.length > 0 ? takeOver(conflicts) : nextOf(subject, status, kindMissing);
  return new ApiError({
    reason: reasonOf(status, told),
    what: whatOf(subject),
    where: whereOf(subject),
    why: `${status} ${told?.message ?? plainWords(body, headers)}`.trim(),
    status,
    kindMissing,
    conflicts,
    ...(next === undefined ? {} : { next }),
    ...(Number.isFinite(retryAfterMs) && retryAfterMs > 0 ? { retryAfterMs } : {}),
  });
}

interface Told {
  readonly message: string;
  readonly reason: string | undefined;
  readonly conflicts: readonly FieldConflict[];
}

function readStatus(body: string): Told | undefined {
  const parsed = StatusBody.safeParse(jsonOrNothing(body));
  if (!parsed.success) return undefined;
  const { message = '', reason, details } = parsed.data;
  const conflicts = (details?.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map(({ message = '', field = '' }) => ({ manager: /"(?<name>[^"]*)"/.exec(message)?.groups?.['name'] ?? '', field }));
  return { message: cutWords(message), reason, conflicts };
}

/** Undefined where it is not JSON: an answer in plain text, or not the API server's. */
function jsonOrNothing(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // the caller reads it as text then
  }
}

function takeOver(conflicts: readonly FieldConflict[]): string {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].join(', ');
  return `These fields belong to ${managers}: change them there, or take them over on purpose.`;
}

function plainWords(body: string, headers: Readonly<Record<string, string>>): string {
  if (headers['content-type']?.includes('html') === true) return 'a web page answered instead of an API server';
  return cutWords(body.replaceAll(/\s+/g, ' ').trim());
}

/** A server repeats what it refuses, and that may be the whole object with a Secret's data. */
const REPEATED = [/(?<=Invalid value: )"(?:[^"\\]|\\.)*"/g, /(?<=Invalid value: )[[{].*/gs, /\(?\{\\?".*/gs];

/** What somebody else said, short and without what we sent. */
export function cutWords(text: string): string {
  const clean = REPEATED.reduce((rest, pattern) => rest.replaceAll(pattern, '…'), redact(text));
  return clean.length > MAX_WORDS ? `${clean.slice(0, MAX_WORDS)}…` : clean;
}

/** 500 stands for what is really our input where an apply or a resourceVersion is malformed; the message tells (recorded from 1.37). */
const OUR_INPUT = /^(?:\.|failed to create typed patch object|error decoding|resourceVersion|strconv|invalid object|json:)/i;

function reasonOf(status: number, told: Told | undefined): Reason {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'notFound';
  if (status === 409) return 'conflict';
  if (status === 410 || told?.reason === 'Expired') return 'conflict';
  if (status === 429) return 'rateLimited';
  if (status === 504 || status === 408) return 'timeout';
  if (status >= 500) return told !== undefined && OUR_INPUT.test(told.message) ? 'invalid' : 'serverError';
  if (status >= 400) return 'invalid';
  return 'protocol';
}

function nextOf(subject: CallSubject, status: number, noStatus: boolean): string | undefined {
  if (status === 401) return 'The credentials are not valid any more: write the kubeconfig of this cluster again.';
  if (status === 403) return `Grant this: ${missingRule(subject)}`;
  if (status === 404 && noStatus) return `The API server knows no ${subject.group || 'such'} kinds: install what brings them.`;
  if (status === 429) return 'The API server is overloaded: it is tried again later.';
  if (status === 504) return 'The API server waits for its own storage (etcd): look at the control plane of this cluster.';
  if (status >= 500) return 'Look at the logs of the API server of this cluster.';
  return undefined;
}

/** The RBAC rule whose lack a 403 shows, as it would stand in a Role. */
export function missingRule({ verb, resource, group, namespace }: CallSubject): string {
  const rule = `apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]`;
  return namespace === undefined ? `${rule} in a ClusterRole` : `${rule} in a Role of namespace ${namespace}`;
}

interface Transport {
  readonly reason: Reason;
  readonly why: string;
  readonly next: string;
}

const UNTRUSTED = 'The kubeconfig holds another certificate authority than the server: write it again.';

/** What the codes of a failed connection mean. Measured with undici 8 on Node 24. */
const TRANSPORT: Readonly<Record<string, Transport>> = {
  ECONNREFUSED: {
    reason: 'unreachable',
    why: 'connection refused',
    next: 'Nothing listens there: is the API server running, and is the address right?',
  },
  ENOTFOUND: {
    reason: 'unreachable',
    why: 'the name of the server is not known',
    next: 'Correct the server in the kubeconfig, or the DNS of this machine.',
  },
  EAI_AGAIN: { reason: 'unreachable', why: 'the name of the server cannot be looked up now', next: 'Look at the DNS of this machine.' },
  EHOSTUNREACH: { reason: 'unreachable', why: 'no route to the host', next: 'Is Tailscale up on this machine and on the other side?' },
  ENETUNREACH: { reason: 'unreachable', why: 'no route to the network', next: 'Is Tailscale up on this machine?' },
  ETIMEDOUT: { reason: 'timeout', why: 'connecting timed out', next: 'Is Tailscale up, and do its rules allow this port?' },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'timeout', why: 'connecting timed out', next: 'Is Tailscale up, and do its rules allow this port?' },
  ECONNRESET: { reason: 'unreachable', why: 'the connection was cut', next: 'It is tried again.' },
  UND_ERR_SOCKET: { reason: 'unreachable', why: 'the connection was closed by the other side', next: 'It is tried again.' },
  CERT_HAS_EXPIRED: {
    reason: 'tls',
    why: "the server's certificate has expired",
    next: 'Renew the certificates of the API server (k3s: restart it; kubeadm certs renew).',
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { reason: 'tls', why: "the server's certificate is signed by another authority", next: UNTRUSTED },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { reason: 'tls', why: "the server's certificate is signed by another authority", next: UNTRUSTED },
  SELF_SIGNED_CERT_IN_CHAIN: { reason: 'tls', why: "the server's certificate is signed by another authority", next: UNTRUSTED },
  DEPTH_ZERO_SELF_SIGNED_CERT: { reason: 'tls', why: "the server's certificate is self-signed", next: UNTRUSTED },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'tls',
    why: "the server's certificate does not name the address that is used",
    next: 'Add the address to the certificate (k3s --tls-san, kubeadm certSANs), or set tls-server-name: kubernetes.default.svc in the kubeconfig.',
  },
};

/** Anything thrown on the way to an answer, as an error that names the cluster and what to do. */
export function transportError(subject: CallSubject, thrown: unknown): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  const code = codeOf(thrown);
  const known = TRANSPORT[code] ?? alertMeaning(thrown, code);
  const base = { what: whatOf(subject), where: whereOf(subject) };
  if (known !== undefined) return new OperatorError({ ...base, ...known, cause: code });
  // The words of an unknown failure are not repeated: undici's quote the header that it refuses, which holds the token.
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new OperatorError({
    ...base,
    reason: 'unreachable',
    why: `no answer (${[name, code].filter((part) => part !== '').join(' ')})`,
    next: 'Try the same kubeconfig with kubectl.',
    cause: code,
  });
}

/** A client certificate that the server does not take comes back as a TLS alert. */
function alertMeaning(thrown: unknown, code: string): Transport | undefined {
  const text = thrown instanceof Error ? rootMessage(thrown) : '';
  const alert = /SSL alert number (?<number>\d+)/.exec(text)?.groups?.['number'];
  if (alert === undefined && !code.startsWith('ERR_SSL')) return undefined;
  const refused = alert === '42' || alert === '45' || alert === '46' || alert === '48' || alert === '116';
  const why = refused ? 'the server refuses the client certificate of the kubeconfig' : `TLS failed (${code})`;
  return {
    reason: refused ? 'unauthorized' : 'tls',
    why,
    next: 'Write the kubeconfig of this cluster again; its client certificate may have expired.',
  };
}

function codeOf(thrown: unknown): string {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  }
  return '';
}

function rootMessage(error: Error): string {
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}

function whatOf({ verb, resource, name }: CallSubject): string {
  return `Cannot ${verb} ${resource}${name === undefined ? '' : ` ${name}`}`;
}

function whereOf({ cluster, namespace }: CallSubject): string {
  return namespace === undefined ? `cluster ${cluster}` : `cluster ${cluster}, namespace ${namespace}`;
}
