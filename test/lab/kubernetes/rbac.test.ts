import { describe, expect, it } from 'vitest';
import { Authorizer, type Attributes } from '../../../lab/kubernetes/rbac.ts';
import { BUILT_IN } from '../../../lab/kubernetes/resources.ts';
import { Storage } from '../../../lab/kubernetes/store.ts';
import type { User } from '../../../lab/kubernetes/users.ts';

const BOT: User = { name: 'system:serviceaccount:meshwarden:bot', groups: ['system:serviceaccounts', 'system:authenticated'] };

function put(storage: Storage, kind: string, name: string, namespace: string, rest: object): void {
  const resource = BUILT_IN.find((one) => one.kind === kind);
  if (resource === undefined) throw new Error(`no kind ${kind}`);
  const metadata = { name, ...(namespace === '' ? {} : { namespace }) };
  storage.put(resource, { kind, apiVersion: 'rbac.authorization.k8s.io/v1', metadata, ...rest });
}

function authorizer(rules: readonly object[], where: 'cluster' | 'istio-system'): Authorizer {
  const storage = new Storage();
  const subjects = [{ kind: 'ServiceAccount', name: 'bot', namespace: 'meshwarden' }];
  if (where === 'cluster') {
    put(storage, 'ClusterRole', 'bot', '', { rules });
    put(storage, 'ClusterRoleBinding', 'bot', '', { subjects, roleRef: { kind: 'ClusterRole', name: 'bot' } });
  } else {
    put(storage, 'Role', 'bot', where, { rules });
    put(storage, 'RoleBinding', 'bot', where, { subjects, roleRef: { kind: 'Role', name: 'bot' } });
  }
  return new Authorizer(storage);
}

const GET_CACERTS: Attributes = {
  verb: 'get',
  group: '',
  resource: 'secrets',
  subresource: '',
  namespace: 'istio-system',
  name: 'cacerts',
};

describe('rights', () => {
  it('come from a Role in its own namespace only', () => {
    const rights = authorizer([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }], 'istio-system');

    expect(rights.decide(BOT, GET_CACERTS)).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "bot/istio-system" of Role "bot" to ServiceAccount "bot/meshwarden"',
    });
    expect(rights.decide(BOT, { ...GET_CACERTS, namespace: 'default' })).toEqual({ allowed: false, reason: '' });
    expect(rights.decide(BOT, { ...GET_CACERTS, verb: 'list' })).toEqual({ allowed: false, reason: '' });
  });

  it('come from a ClusterRole everywhere', () => {
    const rights = authorizer([{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }], 'cluster');
    const crd = { ...GET_CACERTS, group: 'cert-manager.io', resource: 'certificates', namespace: '', verb: 'list', name: '' };

    expect(rights.decide(BOT, crd).allowed).toEqual(true);
    expect(rights.decide(BOT, { ...crd, verb: 'patch' }).allowed).toEqual(false);
  });

  it('can be limited to names, and do not reach subresources by themselves', () => {
    const rights = authorizer(
      [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['cacerts'], verbs: ['patch', 'get'] }],
      'istio-system',
    );

    expect(rights.decide(BOT, { ...GET_CACERTS, verb: 'patch' }).allowed).toEqual(true);
    expect(rights.decide(BOT, { ...GET_CACERTS, name: 'other' }).allowed).toEqual(false);
    expect(rights.decide(BOT, { ...GET_CACERTS, subresource: 'status' }).allowed).toEqual(false);
  });

  it('let everyone with a name ask about himself and read discovery, and nobody else', () => {
    const rights = authorizer([], 'cluster');
    const review = {
      verb: 'create',
      group: 'authorization.k8s.io',
      resource: 'selfsubjectaccessreviews',
      subresource: '',
      namespace: '',
      name: '',
    };
    const nobody: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

    expect([rights.decide(BOT, review).allowed, rights.decide(nobody, review).allowed]).toEqual([true, false]);
    expect([rights.mayReadPath(BOT, '/apis'), rights.mayReadPath(nobody, '/apis')]).toEqual([true, false]);
    expect([rights.mayReadPath(nobody, '/version'), rights.mayReadPath(BOT, '/metrics')]).toEqual([true, false]);
  });
});
