import { OperatorError } from '../core/errors.ts';

/** Payload for a look at one cluster, or at all where none is named. @throws OperatorError for a name that is no cluster. */
export function scopeOf(names: readonly string[], clusters: readonly string[]): { readonly only?: readonly string[] } {
  const unknown = names.find((name) => !clusters.includes(name));
  if (unknown === undefined) return names.length === 0 ? {} : { only: names };
  throw new OperatorError({
    reason: 'invalid',
    what: `There is no cluster "${unknown.slice(0, 60)}"`,
    next: `Choose one of ${clusters.slice(0, 20).join(', ')}.`,
  });
}
