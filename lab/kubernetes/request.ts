/** What a path means: which resource, which object, which part of it. */
import type { Registry } from './registry.ts';
import type { Resource } from './resources.ts';

/** A call to a resource. `verb` is the one that roles name. */
export interface ResourceRequest {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** The name in the path, known or not. */
  readonly resourceName: string;
  /** Undefined when the group is known but the resource or version is not. */
  readonly resource: Resource | undefined;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows `/proxy/`. */
  readonly rest: string;
}

const METHOD_VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

interface PathParts {
  readonly group: string;
  readonly version: string;
  readonly segments: readonly string[];
}

function split(path: string): PathParts | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const [root, ...rest] = segments;
  if (root === 'api' && rest.length >= 2) return { group: '', version: rest[0] ?? '', segments: rest.slice(1) };
  if (root === 'apis' && rest.length >= 3) return { group: rest[0] ?? '', version: rest[1] ?? '', segments: rest.slice(2) };
  return undefined;
}

interface Place {
  readonly namespace: string;
  readonly resourceName: string;
  readonly name: string;
  readonly subresource: string;
  readonly rest: string;
}

/** Below `namespaces/<ns>` lies either a subresource of the namespace itself or a namespaced resource. */
function place(segments: readonly string[]): Place {
  const [first = '', second = '', third = ''] = segments;
  const namespaced = first === 'namespaces' && segments.length > 2 && third !== 'status' && third !== 'finalize';
  const own = namespaced ? segments.slice(2) : segments;
  const ofNamespace = first === 'namespaces' ? second : '';
  const [resourceName = '', name = '', subresource = '', ...rest] = own;
  return { namespace: ofNamespace, resourceName, name, subresource, rest: rest.join('/') };
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  const watching = query.get('watch') === 'true' || query.get('watch') === '1';
  if (method === 'GET' || method === 'HEAD') {
    if (name !== '') return 'get';
    return watching ? 'watch' : 'list';
  }
  if (method === 'DELETE') return name === '' ? 'deletecollection' : 'delete';
  return METHOD_VERBS[method] ?? method.toLowerCase();
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a path that is badly escaped names nothing that there is: it is answered like any unknown name
  }
}

/** Reads a path as a call to a resource; undefined when it is none (discovery, health, nonsense). */
export function parseResourceRequest(method: string, url: URL, registry: Registry): ResourceRequest | undefined {
  const parts = split(url.pathname);
  if (parts === undefined) return undefined;
  const where = place(parts.segments.map(decoded));
  const resource = registry.find(parts.group, parts.version, where.resourceName);
  const verb = verbOf(method, where.name, url.searchParams);
  return { verb, group: parts.group, version: parts.version, resource, ...where };
}
