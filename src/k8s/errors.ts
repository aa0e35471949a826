import { z } from 'zod';
import { OperatorError, type Reason } from '../core/errors.ts';

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

const StatusBody = z.object({
  kind: z.literal('Status'),
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z.object({ causes: z.array(z.object({ message: z.string().optional(), field: z.string().optional() })).optional() }).optional(),
});

/** How much of a message from elsewhere is repeated. */
const MAX_WORDS = 300;

/** What the answer of an API server means when it is no success. Bodies are Status objects, plain text, or a proxy's page. */
export function answerError(subject: CallSubject, status: number, headers: Readonly<Record<string, string>>, body: string): OperatorError {
  const told = readStatus(body);
  const why = `${status} ${told?.message ?? plainWords(body, headers)}`.trim();
  const base = { what: whatOf(subject), where: whereOf(subject), why };
  const retryAfterMs = Number(headers['retry-after']) * 1_000;
  const next = nextOf(subject, status, told === undefined);
  return new OperatorError({
    ...base,
    reason: reasonOf(status, told),
    ...(next === undefined ? {} : { next }),
    ...(Number.isFinite(retryAfterMs) && retryAfterMs > 0 ? { retryAfterMs } : {}),
  });
}

function readStatus(body: string): { readonly message: string; readonly reason: string | undefined } | undefined {
  try {
    const parsed = StatusBody.safeParse(JSON.parse(body));
    if (!parsed.success) return undefined;
    const causes = parsed.data.details?.causes?.map(({ message, field }) => `${field ?? ''} ${message ?? ''}`.trim()) ?? [];
    const message = [parsed.data.message ?? '', ...causes.slice(0, 3)].filter((part) => part !== '').join('; ');
    return { message: cutWords(message), reason: parsed.data.reason };
  } catch {
    return undefined; // not JSON: an answer in plain text, or not the API server's
  }
}

function plainWords(body: string, headers: Readonly<Record<string, string>>): string {
  if (headers['content-type']?.includes('html') === true) return 'a web page answered instead of an API server';
  return cutWords(body.replaceAll(/\s+/g, ' ').trim());
}

function cutWords(text: string): string {
  return text.length > MAX_WORDS ? `${text.slice(0, MAX_WORDS)}…` : text;
}

/** 500 stands for what is really our input where an apply or a resourceVersion is malformed; the message tells (recorded from 1.37). */
const OUR_INPUT = /^(?:\.|failed to create typed patch object|error decoding|resourceVersion|strconv|invalid object|json:)/i;

function reasonOf(status: number, told: { readonly message: string; readonly reason: string | undefined } | undefined): Reason {
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
  const message = thrown instanceof Error ? rootMessage(thrown) : String(thrown);
  return new OperatorError({
    ...base,
    reason: 'unreachable',
    why: cutWords(message),
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
