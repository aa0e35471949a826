/** Strategic merge patch: like a merge patch, but lists that have a key are merged by it. */
import { isFields, type Fields } from './object.ts';
import { parsePatch } from './patches.ts';
import { badRequest } from './status.ts';
import { childStructure, type Structure } from './structure.ts';

/** The target with a strategic merge patch laid over it; knows the directives `replace` and `delete`. */
export function strategicPatch(target: unknown, text: string, structure: Structure): unknown {
  const patch = parsePatch(text);
  if (!isFields(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}');
  return mergeFields(isFields(target) ? target : {}, patch, structure);
}

function mergeFields(target: Fields, patch: Fields, structure: Structure): Fields {
  const { $patch: directive, ...stated } = patch;
  if (directive === 'replace') return stated;
  if (directive === 'delete') return {};
  const result = { ...target };
  for (const [name, value] of Object.entries(stated)) {
    if (value === null) delete result[name];
    else if (!name.startsWith('$')) result[name] = mergeOne(result[name], value, childStructure(structure, name));
  }
  return result;
}

function mergeOne(target: unknown, patch: unknown, structure: Structure): unknown {
  if (isFields(patch)) return mergeFields(isFields(target) ? target : {}, patch, structure);
  if (!Array.isArray(patch) || !Array.isArray(target)) return patch;
  if (structure.set === true) return [...target, ...patch.filter((item) => !target.includes(item))];
  const key = structure.patchKey ?? structure.keys?.[0];
  return key === undefined ? patch : mergeList(target, patch, key, structure.element ?? {});
}

/** Items that are known by their key are merged in place; new ones come first, as the real server puts them. */
function mergeList(target: readonly unknown[], patch: readonly unknown[], key: string, element: Structure): unknown[] {
  if (patch.some((item) => isFields(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isFields(item) && '$patch' in item));
  }
  const keyOf = (item: unknown): unknown => (isFields(item) ? item[key] : undefined);
  const changes = new Map(patch.filter(isFields).map((item) => [keyOf(item), item]));
  const known = new Set(target.map(keyOf));
  const kept = target.filter((item) => changes.get(keyOf(item))?.['$patch'] !== 'delete');
  const merged = kept.map((item) => {
    const change = changes.get(keyOf(item));
    return change === undefined ? item : mergeFields(isFields(item) ? item : {}, change, element);
  });
  const fresh = patch.filter((item) => !known.has(keyOf(item)) && !(isFields(item) && item['$patch'] === 'delete'));
  return [...fresh, ...merged];
}
