/** Questions about oneself: who am I, what may I do. Also the tokens of service accounts. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/core/clock.ts';
import { readObject } from './bodies.ts';
import { jsonReply, type Answer, type ResourceCall } from './call.ts';
import { managedFieldsOf, ownersAfterUpdate } from './managed.ts';
import { fieldsAt, kubeTime, listAt, textAt, type KubeObject, type ManagedFieldsEntry } from './object.ts';
import type { Authorizer } from './rbac.ts';
import type { Registry } from './registry.ts';
import { invalid, notFound, type FieldFault } from './status.ts';
import type { Storage } from './store.ts';
import { PLAIN } from './structure.ts';
import { DEFAULT_AUDIENCE, type Users } from './users.ts';

/** What reviews and tokens need. */
export interface ReviewContext {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly users: Users;
  readonly clock: Clock;
}

/** SelfSubjectReview: the user as the server knows him. */
export function reviewSelf({ clock }: ReviewContext, call: ResourceCall): Answer {
  const { name, groups, uid, extra } = call.user;
  const userInfo = { username: name, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
  const metadata = { creationTimestamp: kubeTime(clock.now()) };
  return jsonReply(201, { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata, status: { userInfo } });
}

/** managedFields of an object that is answered but never stored. */
function managed(call: ResourceCall, object: KubeObject, clock: Clock, apiVersion: string): ManagedFieldsEntry[] {
  const agent = (call.headers['user-agent'] ?? '').split('/')[0] ?? '';
  const { subresource } = call.target;
  const writer = { manager: agent === '' ? 'unknown' : agent, apiVersion, subresource, now: clock.now() };
  return managedFieldsOf(ownersAfterUpdate(undefined, object, PLAIN, writer));
}

/** Attributes that say nothing are not repeated. */
function withoutEmpty(object: KubeObject): KubeObject {
  const stated = fieldsAt(object, 'spec');
  if (stated['resourceAttributes'] === undefined) return object;
  const resourceAttributes = Object.fromEntries(Object.entries(fieldsAt(stated, 'resourceAttributes')).filter(([, value]) => value !== ''));
  return { ...object, spec: { ...stated, resourceAttributes } };
}

/** SelfSubjectAccessReview: evaluated against the same rights as every call. */
export function reviewAccess({ authorizer, clock }: ReviewContext, call: ResourceCall): Answer {
  const { object: asked } = readObject(call);
  const object = withoutEmpty(asked);
  const wanted = fieldsAt(object, 'spec', 'resourceAttributes');
  const path = textAt(object, 'spec', 'nonResourceAttributes', 'path');
  const field = (name: string): string => textAt(wanted, name) ?? '';
  const { allowed, reason } =
    path === undefined
      ? authorizer.decide(call.user, {
          verb: field('verb'),
          group: field('group'),
          resource: field('resource'),
          subresource: field('subresource'),
          namespace: field('namespace'),
          name: field('name'),
        })
      : authorizer.decidePath(call.user, path);
  const managedFields = managed(call, object, clock, 'authorization.k8s.io/v1');
  const status = { allowed, ...(reason === '' ? {} : { reason }) };
  return jsonReply(201, { ...object, metadata: { ...object.metadata, managedFields }, status });
}

const MINIMUM_SECONDS = 600;
const MAXIMUM_SECONDS = 2 ** 32;

function lifeFault(seconds: number): FieldFault | undefined {
  const fault = (why: string): FieldFault => ({
    field: 'spec.expirationSeconds',
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${seconds}: ${why}`,
  });
  if (seconds < MINIMUM_SECONDS) return fault('may not specify a duration less than 10 minutes');
  return seconds > MAXIMUM_SECONDS ? fault('may not specify a duration larger than 2^32 seconds') : undefined;
}

/** A token may be bound to a Secret or Pod, which must be there. */
function requireBound({ storage, registry }: ReviewContext, namespace: string, reference: unknown): void {
  const kind = textAt(reference, 'kind');
  if (kind === undefined) return;
  const resource = registry.findKind(textAt(reference, 'apiVersion') ?? 'v1', kind);
  const name = textAt(reference, 'name') ?? '';
  if (resource !== undefined && storage.get(resource, namespace, name) === undefined) throw notFound(resource, name);
}

/** TokenRequest: a bearer token of a service account, good until it expires on the lab's clock. */
export function requestToken(context: ReviewContext, call: ResourceCall): Answer {
  const { storage, users, clock } = context;
  const { resource, namespace, name } = call.target;
  const account = storage.get(resource, namespace, name)?.object;
  if (account === undefined) throw notFound(resource, name);
  const stated = fieldsAt(parsed(call), 'spec');
  const seconds = Number(stated['expirationSeconds'] ?? 3600);
  const fault = lifeFault(seconds);
  if (fault !== undefined) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [fault]);
  requireBound(context, namespace, stated['boundObjectRef']);
  const expiresAt = clock.now() + seconds * 1000;
  const audiences = listAt(stated, 'audiences').map(String);
  const user = `system:serviceaccount:${namespace}:${name}`;
  const id = randomUUID();
  const token = tokenText({ user, now: clock.now(), expiresAt, id, audiences: audiences.length === 0 ? [ISSUER] : audiences });
  users.give(token, { user, audiences: audiences.length === 0 ? [ISSUER] : audiences, expiresAt });
  if (audiences.length === 0 || audiences.includes(ISSUER)) {
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
    const extra = { 'authentication.kubernetes.io/credential-id': [`JTI=${id}`] };
    users.add(user, { token, groups, expiresAt, uid: account.metadata.uid ?? '', extra });
  }
  const owned = { metadata: {}, spec: { ...(audiences.length === 0 ? {} : { audiences }), expirationSeconds: seconds } };
  const metadata = {
    name,
    namespace,
    uid: account.metadata.uid,
    creationTimestamp: kubeTime(clock.now()),
    managedFields: managed(call, owned, clock, 'authentication.k8s.io/v1'),
  };
  return jsonReply(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata,
    spec: {
      audiences: audiences.length === 0 ? [ISSUER] : audiences,
      expirationSeconds: seconds,
      boundObjectRef: stated['boundObjectRef'] ?? null,
    },
    status: { token, expirationTimestamp: kubeTime(expiresAt) },
  });
}

const ISSUER = DEFAULT_AUDIENCE;

function parsed(call: ResourceCall): unknown {
  return call.body.length === 0 ? {} : (JSON.parse(call.body.toString()) as unknown);
}

interface Claims {
  readonly user: string;
  readonly now: number;
  readonly expiresAt: number;
  readonly id: string;
  readonly audiences: readonly string[];
}

/** Shaped like a JWT, so that a client can read its expiry; the lab knows it by its text, not by a signature. */
function tokenText({ user, now, expiresAt, id, audiences }: Claims): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [, , namespace = '', name = ''] = user.split(':');
  const claims = {
    aud: audiences,
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor(now / 1000),
    iss: ISSUER,
    jti: id,
    'kubernetes.io': { namespace, serviceaccount: { name } },
    nbf: Math.floor(now / 1000),
    sub: user,
  };
  return `${part({ alg: 'RS256', kid: 'lab' })}.${part(claims)}.${Buffer.from(id).toString('base64url')}`;
}
