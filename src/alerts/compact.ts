/** A value some of whose fields may stand there as undefined. */
export type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The same without the fields that are undefined, as it comes back from JSON. Required fields have to be there. */
export function compact<T extends object>(value: Loose<T>): T {
  const kept: Partial<T> = {};
  for (const key in value) {
    if (value[key] !== undefined) kept[key] = value[key];
  }
  return kept as T;
}
