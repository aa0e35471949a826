/** Which handler answers which call: by subresource, resource and verb. */
import { jsonReply, type Answer, type Call, type Handler, type ResourceCall } from './call.ts';
import { deleteCollection, deleteObject, type DeletionContext } from './deletes.ts';
import { discover, notFoundText, type DiscoveryContext } from './discovery.ts';
import type { MutationContext } from './mutation.ts';
import { createObject, replaceObject } from './mutations.ts';
import { patchObject } from './patching.ts';
import { getObject, listObjects } from './reads.ts';
import { requestToken, reviewAccess, reviewSelf, type ReviewContext } from './reviews.ts';
import { failure, methodNotAllowed, noSuchResource, notFound } from './status.ts';
import { requireAllowed } from './rbac.ts';
import type { ResourceRequest } from './request.ts';
import type { WatchHub } from './watch.ts';

/** Everything that a handler may need. */
export interface RouterContext extends MutationContext, DeletionContext, ReviewContext, DiscoveryContext {
  readonly watches: WatchHub;
  /** Handlers of subresources that reach outside of the store: `log`, `proxy`, `portforward`. */
  readonly streams: Readonly<Record<string, Handler>>;
}

/** Authorizes and answers one call. Refusals are thrown. */
export async function route(call: Call, request: ResourceRequest | undefined, context: RouterContext): Promise<Answer> {
  authorize(call, request, context);
  if (request === undefined) return discover(call, context);
  const { resource } = request;
  if (resource === undefined) {
    if (!context.registry.hasBuiltInGroup(request.group)) return notFoundText();
    throw noSuchResource();
  }
  requireAcceptable(call);
  const namespace = resource.namespaced ? request.namespace : '';
  const inner: ResourceCall = { ...call, target: { ...request, resource, namespace } };
  return handlerOf(inner, context)(inner);
}

const SERVED = /^(?:application\/(?:json|yaml|vnd\.kubernetes\.protobuf|\*)|\*\/\*)/;

function requireAcceptable({ headers }: Call): void {
  const accept = headers.accept ?? '*/*';
  if (accept.split(',').some((type) => SERVED.test(type.trim()))) return;
  const message = `406: Not Acceptable\n\nAvailable representations: ${AVAILABLE}`;
  throw failure({ code: 406, message, reason: 'NotAcceptable', details: {} });
}

const AVAILABLE = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

function authorize(call: Call, request: ResourceRequest | undefined, { authorizer }: RouterContext): void {
  if (request === undefined) {
    if (!authorizer.mayReadPath(call.user, call.url.pathname)) throw forbiddenPath(call);
    return;
  }
  requireAllowed(authorizer, call.user, { ...request, resource: request.resourceName, name: request.name || soughtName(call) });
}

/** A list or watch that seeks one name counts as one of that name (apiserver: pkg/endpoints/request/requestinfo.go). */
function soughtName({ method, query }: Call): string {
  if (method !== 'GET') return '';
  const terms = (query.get('fieldSelector') ?? '').split(',');
  return terms.map((term) => /^metadata\.name==?([^=]+)$/.exec(term)?.[1]).find((name) => name !== undefined) ?? '';
}

function forbiddenPath(call: Call): Error {
  const verb = call.method === 'GET' ? 'get' : call.method.toLowerCase();
  const message = `forbidden: User ${JSON.stringify(call.user.name)} cannot ${verb} path ${JSON.stringify(call.url.pathname)}`;
  return failure({ code: 403, message, reason: 'Forbidden', details: {} });
}

function handlerOf(call: ResourceCall, context: RouterContext): Handler {
  const { resource, subresource, verb } = call.target;
  if (subresource === 'token' && resource.resource === 'serviceaccounts') return (inner) => requestToken(context, inner);
  if (subresource !== '' && subresource !== 'status') {
    const stream = context.streams[subresource];
    if (resource.custom === true) throw notFound(resource, call.target.name);
    if (stream === undefined || !resource.subresources.some((one) => one.name === subresource)) throw noSuchResource();
    return stream;
  }
  if (subresource === 'status' && !resource.subresources.some((one) => one.name === 'status')) throw noSuchResource();
  if (resource.resource === 'selfsubjectreviews') return (inner) => reviewSelf(context, inner);
  if (resource.resource === 'selfsubjectaccessreviews') return (inner) => reviewAccess(context, inner);
  const named = call.target.name !== '';
  if (NAMELESS.has(verb) === named && (NAMELESS.has(verb) || NAMED.has(verb))) throw methodNotAllowed();
  return plainHandler(verb, context);
}

/** Verbs of a collection, and verbs of one object. */
const NAMELESS = new Set(['create', 'deletecollection']);
const NAMED = new Set(['update', 'patch']);

function plainHandler(verb: string, context: RouterContext): Handler {
  const handlers: Readonly<Record<string, Handler>> = {
    get: (call) => getObject(context.storage, call),
    list: (call) => listObjects(context.storage, call),
    watch: (call) => context.watches.watch(call),
    create: (call) => createObject(context, call),
    update: (call) => replaceObject(context, call),
    patch: (call) => patchObject(context, call),
    delete: (call) => deleteObject(context, call),
    deletecollection: (call) => deleteCollection(context, call),
  };
  return handlers[verb] ?? (() => jsonReply(405, methodNotAllowed().status));
}
