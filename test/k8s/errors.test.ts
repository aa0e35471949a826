import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { answerError, missingRule, transportError, type CallSubject } from '../../src/k8s/errors.ts';

interface Exchange {
  readonly title: string;
  readonly request?: { readonly method: string; readonly path: string };
  readonly response?: { readonly status: number | null; readonly headers: Record<string, string>; readonly body: unknown };
}

const FOLDER = new URL('../golden/kubernetes/', import.meta.url);

function recorded(): readonly (Exchange & { readonly file: string })[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .flatMap((file) =>
      (JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as { exchanges: Exchange[] }).exchanges.map((one) => ({ ...one, file })),
    );
}

function find(file: string, status: number, part: string): { status: number; headers: Record<string, string>; body: string } {
  const found = recorded().find((one) => one.file === file && one.response?.status === status && bodyOf(one).includes(part));
  if (found?.response === undefined) throw new Error(`${file} has no answer ${status} with ${part}`);
  return { status, headers: found.response.headers, body: bodyOf(found) };
}

function bodyOf({ response }: Exchange): string {
  const body = response?.body;
  return typeof body === 'string' ? body : JSON.stringify(body ?? '');
}

const SECRETS: CallSubject = {
  cluster: 'cluster-a',
  verb: 'list',
  resource: 'secrets',
  group: '',
  namespace: 'istio-system',
  name: undefined,
};

function shown(answer: { status: number; headers: Record<string, string>; body: string }, subject: CallSubject = SECRETS): object {
  const { reason, message, next, retryAfterMs, status, kindMissing, conflicts, retryable } = answerError(
    subject,
    answer.status,
    answer.headers,
    answer.body,
  );
  return { reason, message, next, retryAfterMs, status, kindMissing, conflicts, retryable };
}

const PLAIN = { next: undefined, retryAfterMs: undefined, kindMissing: false, conflicts: [], retryable: false };

describe('src/k8s/errors.ts: recorded answers', () => {
  it('names the missing rule for a 403', () => {
    expect(shown(find('crud.json', 403, 'cannot list resource'))).toEqual({
      ...PLAIN,
      reason: 'forbidden',
      status: 403,
      message:
        'Cannot list secrets (cluster cluster-a, namespace istio-system): 403 secrets is forbidden: User "system:serviceaccount:rec-crud:default" ' +
        'cannot list resource "secrets" in API group "" in the namespace "rec-crud"',
      next: 'Grant this: apiGroups: [""], resources: ["secrets"], verbs: ["list"] in a Role of namespace istio-system',
    });
  });

  it('asks for new credentials after a 401', () => {
    expect(shown(find('crud.json', 401, 'Unauthorized'))).toEqual({
      ...PLAIN,
      reason: 'unauthorized',
      status: 401,
      message: 'Cannot list secrets (cluster cluster-a, namespace istio-system): 401 Unauthorized',
      next: 'The credentials are not valid any more: write the kubeconfig of this cluster again.',
    });
  });

  it('calls an unknown field our own fault although the server says 500', () => {
    expect(shown(find('server-side-apply.json', 500, '.dta'))).toMatchObject({ reason: 'invalid', status: 500, retryable: false });
  });

  it('calls a duplicate key of a list our own fault although the server says 500', () => {
    expect(shown(find('server-side-apply.json', 500, 'duplicate entries'))).toMatchObject({ reason: 'invalid', retryable: false });
  });

  it('tells a kind that is not installed from an object that is not there', () => {
    const subject = { ...SECRETS, resource: 'certificates', group: 'cert-manager.io' };
    expect(shown(find('crd.json', 404, '404 page not found'), subject)).toEqual({
      ...PLAIN,
      reason: 'notFound',
      status: 404,
      kindMissing: true,
      message: 'Cannot list certificates (cluster cluster-a, namespace istio-system): 404 404 page not found',
      next: 'The API server knows no cert-manager.io kinds: install what brings them.',
    });
    expect(shown(find('crud.json', 404, '"Status"'))).toMatchObject({ reason: 'notFound', kindMissing: false });
  });

  it('names the fields and their owners after an apply in conflict', () => {
    expect(shown(find('server-side-apply.json', 409, 'Apply failed with 2 conflicts'))).toMatchObject({
      reason: 'conflict',
      conflicts: [
        { manager: 'clew', field: '.data.root-cert.pem' },
        { manager: 'clew', field: '.metadata.labels.app.kubernetes.io/managed-by' },
      ],
      next: 'These fields belong to clew: change them there, or take them over on purpose.',
    });
  });

  it('reads the owner out of a conflict with another version of the kind', () => {
    expect(shown(find('server-side-apply.json', 409, 'kubectl-edit')).valueOf()).toMatchObject({
      conflicts: [{ manager: 'kubectl-edit', field: '.data.mesh' }],
    });
  });

  it('reads both forms of 429, and keeps how long the server asked to wait', () => {
    expect(shown(find('starting-and-overload.json', 429, 'Too many'))).toMatchObject({
      reason: 'rateLimited',
      retryAfterMs: 1000,
      retryable: true,
    });
    expect(shown(find('pods.json', 429, 'DisruptionBudget'))).toMatchObject({ reason: 'rateLimited', retryAfterMs: undefined });
  });

  it('reads a 504 whose JSON is labelled as text', () => {
    const answer = find('starting-and-overload.json', 504, 'Status');
    expect(shown(answer)).toMatchObject({ reason: 'timeout', status: 504, kindMissing: false });
  });

  it('reads a page of a proxy without repeating it', () => {
    const body = '<html><head><title>502</title></head><body>nginx</body></html>';
    expect(shown({ status: 502, headers: { 'content-type': 'text/html' }, body })).toEqual({
      ...PLAIN,
      reason: 'serverError',
      status: 502,
      retryable: true,
      message: 'Cannot list secrets (cluster cluster-a, namespace istio-system): 502 a web page answered instead of an API server',
      next: 'Look at the logs of the API server of this cluster.',
    });
  });

  it('says something of at most one line about every recorded failure', () => {
    const failures = recorded().filter(({ response }) => (response?.status ?? 0) >= 400);
    expect(failures.length).toBeGreaterThan(100);
    const unfit = failures.filter((one) => {
      const error = answerError(SECRETS, one.response?.status ?? 0, one.response?.headers ?? {}, bodyOf(one));
      return error.message.length > 500 || error.message.includes('undefined') || error.reason === 'internal';
    });
    expect(unfit.map(({ file, title }) => [file, title])).toEqual([]);
  });
});

describe('src/k8s/errors.ts: what is not repeated', () => {
  it('leaves out the object that the server repeats, which may be a Secret', () => {
    const secret = 'c3VwZXItc2VjcmV0';
    const message = `Secret "x" is invalid: patch: Invalid value: "{\\"data\\":{\\"ca-key.pem\\":\\"${secret}\\"}}": cannot unmarshal`;
    const body = JSON.stringify({ kind: 'Status', message, code: 422 });
    const error = answerError(SECRETS, 422, {}, body);
    expect(inspect(error, { depth: null })).not.toContain(secret);
    expect(error.why).toBe('422 Secret "x" is invalid: patch: Invalid value: …: cannot unmarshal');
  });

  it('leaves out the start of a body that the server could not read', () => {
    const message = 'couldn\'t get version/kind; json parse error: unexpected end of JSON input ({"data":{"tls.key":"c2VjcmV0 ...)';
    const error = answerError(SECRETS, 400, {}, JSON.stringify({ kind: 'Status', message, code: 400 }));
    expect(error.why).toBe("400 couldn't get version/kind; json parse error: unexpected end of JSON input …");
  });

  it('leaves out the header that undici refuses', () => {
    const thrown = new TypeError('Headers.append: "Bearer very-secret\n" is an invalid header value.');
    const error = transportError(SECRETS, thrown);
    expect(inspect(error, { depth: null })).not.toContain('very-secret');
    expect(error.message).toBe('Cannot list secrets (cluster cluster-a, namespace istio-system): no answer (TypeError)');
  });
});

describe('src/k8s/errors.ts: no answer', () => {
  function failed(code: string, message = 'x'): TypeError {
    return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
  }

  it.each([
    ['ECONNREFUSED', 'unreachable', 'connection refused'],
    ['ENOTFOUND', 'unreachable', 'the name of the server is not known'],
    ['ECONNRESET', 'unreachable', 'the connection was cut'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'connecting timed out'],
    ['CERT_HAS_EXPIRED', 'tls', "the server's certificate has expired"],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls', "the server's certificate is signed by another authority"],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', "the server's certificate does not name the address that is used"],
  ])('%s is %s', (code, reason, why) => {
    const error = transportError(SECRETS, failed(code));
    expect({ reason: error.reason, why: error.why, where: error.where }).toEqual({
      reason,
      why,
      where: 'cluster cluster-a, namespace istio-system',
    });
    expect(error.next).not.toBe(undefined);
  });

  it('reads the alert of a server that refuses our client certificate', () => {
    const error = transportError(SECRETS, failed('ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'ssl3_read_bytes: SSL alert number 45'));
    expect({ reason: error.reason, why: error.why }).toEqual({
      reason: 'unauthorized',
      why: 'the server refuses the client certificate of the kubeconfig',
    });
  });

  it('looks into the several failures of an address that has several', () => {
    const both = new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' })], 'all failed');
    expect(transportError(SECRETS, new TypeError('fetch failed', { cause: both })).reason).toBe('unreachable');
  });
});

describe('src/k8s/errors.ts: missingRule', () => {
  it('names a ClusterRole where no namespace is asked about', () => {
    expect(missingRule({ ...SECRETS, verb: 'get', resource: 'nodes', namespace: undefined })).toBe(
      'apiGroups: [""], resources: ["nodes"], verbs: ["get"] in a ClusterRole',
    );
  });
});
