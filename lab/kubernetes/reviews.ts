/** Questions about oneself: who am I, what may I do. Also the tokens of service accounts. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/core/clock.ts';
import { readObject } from './bodies.ts';
import { jsonReply, type Answer, type ResourceCall } from './call.ts';
import { fieldsAt, kubeTime, listAt, textAt } from './object.ts';
import type { Authorizer } from './rbac.ts';
import { invalid, notFound } from './status.ts';
import type { Storage } from './store.ts';
import type { Users } from './users.ts';

export interface ReviewContext {
  readonly storage: Storage;
  readonly authorizer: Authorizer;
  readonly users: Users;
  readonly clock: Clock;
}

/** SelfSubjectReview: the user as the server knows him. */
export function reviewSelf({ clock }: ReviewContext, call: ResourceCall): Answer {
  const { name, groups, uid } = call.user;
  const userInfo = { username: name, ...(uid === undefined ? {} : { uid }), groups };
  const metadata = { creationTimestamp: kubeTime(clock.now()) };
  return jsonReply(201, { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata, status: { userInfo } });
}

/** SelfSubjectAccessReview: evaluated against the same rights as every call. */
export function reviewAccess({ authorizer }: ReviewContext, call: ResourceCall): Answer {
  const { object: body } = readObject(call);
  const wanted = fieldsAt(body, 'spec', 'resourceAttributes');
  const path = fieldsAt(body, 'spec', 'nonResourceAttributes');
  const decision =
    Object.keys(path).length > 0
      ? { allowed: authorizer.mayReadPath(call.user, textAt(path, 'path') ?? ''), reason: '' }
      : authorizer.decide(call.user, {
          verb: textAt(wanted, 'verb') ?? '',
          group: textAt(wanted, 'group') ?? '',
          resource: textAt(wanted, 'resource') ?? '',
          subresource: textAt(wanted, 'subresource') ?? '',
          namespace: textAt(wanted, 'namespace') ?? '',
          name: textAt(wanted, 'name') ?? '',
        });
  const status = { allowed: decision.allowed, ...(decision.reason === '' ? {} : { reason: decision.reason }) };
  return jsonReply(201, { ...body, status });
}

const MINIMUM_SECONDS = 600;

/** TokenRequest: a bearer token of a service account, good until it expires on the lab's clock. */
export function requestToken({ storage, users, clock }: ReviewContext, call: ResourceCall): Answer {
  const { resource, namespace, name } = call.target;
  const account = storage.get(resource, namespace, name)?.object;
  if (account === undefined) throw notFound(resource, name);
  const stated = fieldsAt(parsed(call), 'spec');
  const seconds = Number(stated['expirationSeconds'] ?? 3600);
  if (seconds < MINIMUM_SECONDS) {
    const message = `Invalid value: ${seconds}: may not specify a duration less than 10 minutes`;
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
      { field: 'spec.expirationSeconds', reason: 'FieldValueInvalid', message },
    ]);
  }
  const now = clock.now();
  const expiresAt = now + seconds * 1000;
  const user = `system:serviceaccount:${namespace}:${name}`;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const audiences = listAt(stated, 'audiences').map(String);
  const token = users.add(user, { token: tokenText({ user, now, expiresAt }), groups, expiresAt, uid: account.metadata.uid ?? '' });
  const spec = {
    audiences: audiences.length === 0 ? [ISSUER] : audiences,
    expirationSeconds: seconds,
    boundObjectRef: stated['boundObjectRef'] ?? null,
  };
  return jsonReply(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: kubeTime(now) },
    spec,
    status: { token, expirationTimestamp: kubeTime(expiresAt) },
  });
}

const ISSUER = 'https://kubernetes.default.svc';

function parsed(call: ResourceCall): unknown {
  return call.body.length === 0 ? {} : (JSON.parse(call.body.toString()) as unknown);
}

/** Shaped like a JWT, so that a client can read its expiry; the lab knows it by its text, not by a signature. */
function tokenText({ user, now, expiresAt }: { user: string; now: number; expiresAt: number }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [, , namespace = '', name = ''] = user.split(':');
  const claims = {
    aud: [ISSUER],
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor(now / 1000),
    iss: ISSUER,
    jti: randomUUID(),
    'kubernetes.io': { namespace, serviceaccount: { name } },
    nbf: Math.floor(now / 1000),
    sub: user,
  };
  return `${part({ alg: 'RS256', kid: 'lab' })}.${part(claims)}.${Buffer.from(randomUUID()).toString('base64url')}`;
}
