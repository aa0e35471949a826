import type { z } from 'zod';

/** A text of ours in Redis by its schema; undefined where there is none, or where it is of another version or was damaged by hand. */
export function parseKept<T>(schema: z.ZodType<T>, text: string | null): T | undefined {
  if (text === null) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // no JSON at all: as good as not there
  }
}
