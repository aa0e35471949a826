/** What a client sees before it knows any object: versions, groups, resources, health. */
import { jsonReply, textReply, type Call, type Reply } from './call.ts';
import type { Registry } from './registry.ts';
import { groupVersion, storageVersionHash, type Resource, type Subresource } from './resources.ts';
import { noSuchResource } from './status.ts';

/** What discovery shows. */
export interface DiscoveryContext {
  readonly registry: Registry;
  readonly gitVersion: string;
  /** `host:port`, shown as the address of the server. */
  readonly address: string;
}

const HEALTH = /^\/(?<endpoint>healthz|livez|readyz)(\/(?<check>.+))?$/;
const CHECKS = ['ping', 'log', 'etcd', 'informer-sync'];

function version({ gitVersion }: DiscoveryContext): object {
  // a server that was built without a version stamp still knows its numbers
  const [, major = '1', minor = '37'] = /^v?(?!0\.0\.)(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: '$Format:%H$',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'go1.26.8',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

function groupEntry(name: string, resources: readonly Resource[]): object {
  const versions = [...new Set(resources.filter((one) => one.group === name).map((one) => one.version))].sort().reverse();
  const entries = versions.map((one) => ({ groupVersion: `${name}/${one}`, version: one }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

function groupNames(resources: readonly Resource[]): string[] {
  return [...new Set(resources.map((one) => one.group))].filter((name) => name !== '');
}

function resourceEntry(one: Resource): object {
  const { shortNames, categories } = one;
  return {
    name: one.resource,
    singularName: one.singular,
    namespaced: one.namespaced,
    kind: one.kind,
    verbs: one.verbs,
    ...(shortNames === undefined ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
    ...(one.verbs.includes('list') ? { storageVersionHash: storageVersionHash(one) } : {}),
  };
}

function subresourceEntry(one: Resource, sub: Subresource): object {
  return {
    name: `${one.resource}/${sub.name}`,
    singularName: '',
    namespaced: one.namespaced,
    ...(sub.group === undefined ? {} : { group: sub.group, version: sub.version }),
    kind: sub.kind ?? one.kind,
    verbs: sub.verbs,
  };
}

function resourceList(wanted: string, registry: Registry): Reply {
  const found = registry.all().filter((one) => groupVersion(one) === wanted);
  if (found.length === 0) throw noSuchResource();
  const resources = found.flatMap((one) => [resourceEntry(one), ...one.subresources.map((sub) => subresourceEntry(one, sub))]);
  const core = wanted.includes('/') ? { apiVersion: 'v1' } : {};
  return jsonReply(200, { kind: 'APIResourceList', ...core, groupVersion: wanted, resources });
}

function health(url: URL): Reply | undefined {
  const groups = HEALTH.exec(url.pathname)?.groups;
  if (groups === undefined) return undefined;
  const check = groups['check'];
  if (check !== undefined && !CHECKS.includes(check)) return notFoundText();
  if (!url.searchParams.has('verbose') || check !== undefined) return textReply(200, 'ok');
  return textReply(200, `${CHECKS.map((name) => `[+]${name} ok\n`).join('')}${groups['endpoint']} check passed\n`);
}

/** The answer to a path, or a group, that the server does not know. */
export function notFoundText(): Reply {
  return textReply(404, '404 page not found\n');
}

/** Answers everything that is not a call to a resource. */
export function discover(call: Call, context: DiscoveryContext): Reply {
  const { registry } = context;
  const path = call.url.pathname.replace(/(?<=.)\/$/, '');
  const healthy = health(call.url);
  if (healthy !== undefined) return healthy;
  const [root, group, ...rest] = path.split('/').filter((part) => part !== '');
  if (path === '/version') return jsonReply(200, version(context));
  if (path === '/api') {
    const addresses = [{ clientCIDR: '0.0.0.0/0', serverAddress: context.address }];
    return jsonReply(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: addresses });
  }
  if (root === 'api' && group !== undefined && rest.length === 0) return resourceList(group, registry);
  if (root !== 'apis') return notFoundText();
  const resources = registry.all();
  if (group === undefined) {
    const groups = groupNames(resources).map((name) => groupEntry(name, resources));
    return jsonReply(200, { kind: 'APIGroupList', apiVersion: 'v1', groups });
  }
  if (!registry.hasGroup(group)) return notFoundText();
  if (rest.length === 0) return jsonReply(200, { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, resources) });
  return rest.length === 1 ? resourceList(`${group}/${rest[0]}`, registry) : notFoundText();
}
