/** Rights, evaluated from the Role and ClusterRole objects that the cluster holds. */
import { isFields, listAt, textAt, type KubeObject } from './object.ts';
import { failure, qualified } from './status.ts';
import type { Storage } from './store.ts';
import type { User } from './users.ts';

/** What somebody wants to do. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Whether he may. */
export interface Decision {
  readonly allowed: boolean;
  /** Which binding allowed it, as access reviews say it. */
  readonly reason: string;
}

const RBAC = 'rbac.authorization.k8s.io';
const PUBLIC_PATHS = new Set(['/version', '/version/', '/healthz', '/livez', '/readyz']);
const DISCOVERY_PATHS = new Set(['/api', '/api/', '/apis', '/apis/', '/openapi', '/openapi/', '/version', '/version/']);

/** Decides from the roles and bindings as they are at that moment. */
export class Authorizer {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The same with the reason that an access review gives. */
  decidePath(user: User, path: string): Decision {
    const allowed = this.mayReadPath(user, path);
    if (!allowed || user.groups.includes('system:masters')) return { allowed, reason: '' };
    const role = PUBLIC_PATHS.has(path) ? 'system:public-info-viewer' : 'system:discovery';
    return { allowed, reason: `RBAC: allowed by ClusterRoleBinding "${role}" of ClusterRole "${role}" to Group "system:authenticated"` };
  }

  /** Discovery is for everyone who has a name, health and version for all. */
  mayReadPath(user: User, path: string): boolean {
    if (user.groups.includes('system:masters')) return true;
    if (PUBLIC_PATHS.has(path) || /^\/(healthz|livez|readyz)\//.test(path)) return true;
    const known = user.groups.includes('system:authenticated');
    return known && (DISCOVERY_PATHS.has(path) || /^\/(api|apis|openapi)\//.test(path));
  }

  decide(user: User, wanted: Attributes): Decision {
    if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
    if (isSelfReview(wanted, user)) return { allowed: true, reason: basicUserReason() };
    for (const binding of this.#bindings(wanted.namespace)) {
      if (!listAt(binding.object, 'subjects').some((subject) => isSubject(subject, user, binding.namespace))) continue;
      const rules = this.#rules(binding.object, binding.namespace);
      if (rules.some((rule) => allows(rule, wanted))) return { allowed: true, reason: bindingReason(binding, user) };
    }
    return { allowed: false, reason: '' };
  }

  #bindings(namespace: string): Binding[] {
    const everywhere = this.#storage.all({ group: RBAC, resource: 'clusterrolebindings' }).map(({ object }) => ({ object, namespace: '' }));
    if (namespace === '') return everywhere;
    const here = this.#storage
      .all({ group: RBAC, resource: 'rolebindings' })
      .filter(({ object }) => object.metadata.namespace === namespace);
    return [...everywhere, ...here.map(({ object }) => ({ object, namespace }))];
  }

  #rules(binding: unknown, namespace: string): unknown[] {
    const name = textAt(binding, 'roleRef', 'name') ?? '';
    const own = textAt(binding, 'roleRef', 'kind') === 'Role';
    const role = own
      ? this.#storage.get({ group: RBAC, resource: 'roles' }, namespace, name)
      : this.#storage.get({ group: RBAC, resource: 'clusterroles' }, '', name);
    return listAt(role?.object, 'rules');
  }
}

interface Binding {
  readonly object: KubeObject;
  readonly namespace: string;
}

/** `system:basic-user` lets everyone who has a name ask about himself. */
function isSelfReview({ verb, group, resource }: Attributes, user: User): boolean {
  if (verb !== 'create' || !user.groups.includes('system:authenticated')) return false;
  if (group === 'authorization.k8s.io') return resource === 'selfsubjectaccessreviews' || resource === 'selfsubjectrulesreviews';
  return group === 'authentication.k8s.io' && resource === 'selfsubjectreviews';
}

function basicUserReason(): string {
  return 'RBAC: allowed by ClusterRoleBinding "system:basic-user" of ClusterRole "system:basic-user" to Group "system:authenticated"';
}

function isSubject(subject: unknown, user: User, bindingNamespace: string): boolean {
  if (!isFields(subject)) return false;
  const name = textAt(subject, 'name') ?? '';
  if (subject['kind'] === 'User') return name === user.name;
  if (subject['kind'] === 'Group') return user.groups.includes(name);
  const namespace = textAt(subject, 'namespace') ?? bindingNamespace;
  return subject['kind'] === 'ServiceAccount' && user.name === `system:serviceaccount:${namespace}:${name}`;
}

function has(rule: unknown, field: string, wanted: string): boolean {
  const list = listAt(rule, field);
  return list.includes('*') || list.includes(wanted);
}

function allows(rule: unknown, { verb, group, resource, subresource, name }: Attributes): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  const listed = has(rule, 'resources', combined) || (subresource !== '' && listAt(rule, 'resources').includes(`*/${subresource}`));
  const names = listAt(rule, 'resourceNames');
  return has(rule, 'verbs', verb) && has(rule, 'apiGroups', group) && listed && (names.length === 0 || names.includes(name));
}

function bindingReason({ object, namespace }: Binding, user: User): string {
  const own = textAt(object, 'metadata', 'name') ?? '';
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const shown = namespace === '' ? own : `${own}/${namespace}`;
  const role = `${textAt(object, 'roleRef', 'kind')} "${textAt(object, 'roleRef', 'name')}"`;
  return `RBAC: allowed by ${kind} "${shown}" of ${role} to ${subjectText(object, user, namespace)}`;
}

function subjectText(binding: unknown, user: User, namespace: string): string {
  const found = listAt(binding, 'subjects').find((subject) => isSubject(subject, user, namespace));
  const name = textAt(found, 'name') ?? '';
  if (textAt(found, 'kind') !== 'ServiceAccount') return `${textAt(found, 'kind')} "${name}"`;
  return `ServiceAccount "${name}/${textAt(found, 'namespace') ?? namespace}"`;
}

/** Throws the 403 that names user, verb, resource and scope. */
export function requireAllowed(authorizer: Authorizer, user: User, wanted: Attributes): void {
  if (authorizer.decide(user, wanted).allowed) return;
  const { verb, group, resource, namespace, name, subresource } = wanted;
  const shown = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(shown)} in API group ${JSON.stringify(group)} ${where}`;
  const object = name === '' ? '' : ` ${JSON.stringify(name)}`;
  const message = `${qualified({ group, resource })}${object} is forbidden: ${who}`;
  const details = { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource };
  throw failure({ code: 403, message, reason: 'Forbidden', details });
}
