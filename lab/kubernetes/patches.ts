/** JSON merge patch (RFC 7396) and JSON patch (RFC 6902). */
import { cloneObject, isFields, sameJson } from './object.ts';
import { badRequest, failure, type StatusError } from './status.ts';

/** Reads a patch; 400 when it is no JSON. */
export function parsePatch(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the real server tells no more than this
    throw badRequest('invalid JSON patch');
  }
}

/** The target with a merge patch laid over it. */
export function mergePatch(target: unknown, text: string): unknown {
  const patch = parsePatch(text);
  if (Array.isArray(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}');
  return merge(target, patch);
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name], value);
  }
  return result;
}

/** Every failing operation is told in the same words. */
function rejected(): StatusError {
  return failure({ code: 422, message: 'the server rejected our request due to an error in our request', reason: 'Invalid', details: {} });
}

interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

/** The target after every operation, or a 422 without any of them. */
export function jsonPatch(target: unknown, text: string): unknown {
  const operations = parsePatch(text);
  if (!Array.isArray(operations)) {
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp');
  }
  const result = { root: cloneObject(target) };
  for (const operation of operations) step(result, isFields(operation) ? operation : {});
  return result.root;
}

function pointer(path: unknown): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw rejected();
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(root: unknown, path: readonly string[]): unknown {
  let here: unknown = root;
  for (const part of path) {
    const next: unknown = Array.isArray(here) ? here[Number(part)] : isFields(here) ? here[part] : undefined;
    if (next === undefined) throw rejected();
    here = next;
  }
  return here;
}

function step(result: { root: unknown }, { op, path, from, value }: Operation): void {
  const target = pointer(path);
  switch (op) {
    case 'test':
      if (!sameJson(read(result.root, target), value)) throw rejected();
      return;
    case 'remove':
      remove(result.root, target);
      return;
    case 'add':
      add(result.root, target, value);
      return;
    case 'replace':
      read(result.root, target);
      remove(result.root, target);
      add(result.root, target, value);
      return;
    case 'copy':
      add(result.root, target, cloneObject(read(result.root, pointer(from))));
      return;
    case 'move': {
      const moved = read(result.root, pointer(from));
      remove(result.root, pointer(from));
      add(result.root, target, moved);
      return;
    }
    default:
      throw rejected();
  }
}

function add(root: unknown, path: readonly string[], value: unknown): void {
  const parent = read(root, path.slice(0, -1));
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length) throw rejected();
    parent.splice(index, 0, value);
  } else if (isFields(parent)) parent[last] = value;
  else throw rejected();
}

function remove(root: unknown, path: readonly string[]): void {
  read(root, path);
  const parent = read(root, path.slice(0, -1));
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isFields(parent)) delete parent[last];
}
