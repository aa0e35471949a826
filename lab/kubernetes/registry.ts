/** Every resource that the server knows at this moment: the built-in ones and those of established definitions. */
import { fieldsAt, isFields, listAt, textAt, type KubeObject } from './object.ts';
import { BUILT_IN, groupVersion, type Resource, type Subresource } from './resources.ts';
import type { Storage } from './store.ts';

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
/** The resource that defines others. */
export const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' } as const;

/** Finds resources by path, kind or any of their names. */
export class Registry {
  readonly #builtIn: ReadonlyMap<string, Resource>;
  #custom: ReadonlyMap<string, Resource> = new Map();
  #definitions: ReadonlyMap<string, KubeObject> = new Map();
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#builtIn = new Map(BUILT_IN.map((resource) => [`${groupVersion(resource)}/${resource.resource}`, resource]));
    storage.follow(DEFINITIONS, () => this.#read());
  }

  #read(): void {
    const custom = new Map<string, Resource>();
    const definitions = new Map<string, KubeObject>();
    for (const { object } of this.#storage.all(DEFINITIONS)) {
      if (!isEstablished(object)) continue;
      for (const resource of servedBy(object)) {
        const key = `${groupVersion(resource)}/${resource.resource}`;
        custom.set(key, resource);
        definitions.set(key, object);
      }
    }
    this.#custom = custom;
    this.#definitions = definitions;
  }

  find(group: string, version: string, resource: string): Resource | undefined {
    const key = `${groupVersion({ group, version })}/${resource}`;
    return this.#builtIn.get(key) ?? this.#custom.get(key);
  }

  /** By `apiVersion` and `kind`, as manifests name it. */
  findKind(apiVersion: string, kind: string): Resource | undefined {
    return this.all().find((resource) => resource.kind === kind && groupVersion(resource) === apiVersion);
  }

  /** By plural, singular, short name or kind, in any group: for callers inside the lab. */
  findNamed(name: string): Resource | undefined {
    const wanted = name.toLowerCase();
    return this.all().find(
      (one) =>
        one.resource === wanted ||
        one.singular === wanted ||
        one.kind.toLowerCase() === wanted ||
        `${one.resource}.${one.group}` === wanted,
    );
  }

  /** The definition behind a custom resource. */
  definitionOf(resource: Resource): KubeObject | undefined {
    return this.#definitions.get(`${groupVersion(resource)}/${resource.resource}`);
  }

  all(): Resource[] {
    return [...this.#builtIn.values(), ...this.#custom.values()];
  }

  /** True for a group of the server itself: what it does not know of definitions' groups it does not know at all. */
  hasBuiltInGroup(group: string): boolean {
    return BUILT_IN.some((resource) => resource.group === group);
  }

  /** True when any version of the group is served; requests to other groups never reach a resource handler. */
  hasGroup(group: string): boolean {
    return group === '' || this.all().some((resource) => resource.group === group);
  }
}

function isEstablished(definition: KubeObject): boolean {
  if (definition.metadata.deletionTimestamp !== undefined) return false;
  const conditions = listAt(definition, 'status', 'conditions');
  return conditions.some((one) => isFields(one) && one['type'] === 'Established' && one['status'] === 'True');
}

function servedBy(definition: KubeObject): Resource[] {
  const names = fieldsAt(definition, 'spec', 'names');
  const kind = textAt(names, 'kind') ?? '';
  const shared = {
    group: textAt(definition, 'spec', 'group') ?? '',
    resource: textAt(names, 'plural') ?? '',
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    kind,
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    verbs: CUSTOM_VERBS,
    ...texts(names, 'shortNames'),
    ...texts(names, 'categories'),
    custom: true,
  };
  const versions = listAt(definition, 'spec', 'versions').filter((version) => isFields(version) && version['served'] === true);
  return versions.map((version) => ({ ...shared, version: textAt(version, 'name') ?? '', subresources: subresourcesOf(version) }));
}

function subresourcesOf(version: unknown): Subresource[] {
  return isFields(fieldsAt(version, 'subresources')['status']) ? [{ name: 'status', verbs: ['get', 'patch', 'update'] }] : [];
}

function texts(names: unknown, field: string): Record<string, string[]> {
  const list = listAt(names, field).map(String);
  return list.length === 0 ? {} : { [field]: list };
}
