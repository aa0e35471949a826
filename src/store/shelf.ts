import type { z } from 'zod';
import { parseKept } from './parse.ts';

/** What has to be written of a hash, as arguments of a script: what is put and what is dropped, each with how many there are before it. */
export interface ShelfChanges {
  readonly args: readonly string[];
  /** They were written: what is read back is known already. */
  written(): void;
}

/** A hash whose fields are JSON, and which is read again and again while little of it changes. */
export interface Shelf<T> {
  /** Fields as Redis gives them, each with its text behind it. The same text gives the same object; what cannot be read is left out. */
  read(fields: readonly string[]): Readonly<Record<string, T>>;
  changes(before: Readonly<Record<string, T>>, next: Readonly<Record<string, T>>): ShelfChanges;
}

export function createShelf<T>(schema: z.ZodType<T>): Shelf<T> {
  let known = new Map<string, { readonly text: string; readonly value: T | undefined }>();
  return {
    read(fields) {
      const seen: typeof known = new Map();
      for (let at = 0; at + 1 < fields.length; at += 2) {
        const [key = '', text = ''] = [fields[at], fields[at + 1]];
        const before = known.get(key);
        seen.set(key, before?.text === text ? before : { text, value: parseKept(schema, text) });
      }
      known = seen;
      return Object.fromEntries([...seen].flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])));
    },
    changes(before, next) {
      const put = Object.entries(next).filter(([key, value]) => !Object.hasOwn(before, key) || before[key] !== value);
      const texts = put.map(([key, value]) => ({ key, value, text: JSON.stringify(value) }));
      const dropped = Object.keys(before).filter((key) => !Object.hasOwn(next, key));
      return {
        args: [String(texts.length), ...texts.flatMap(({ key, text }) => [key, text]), String(dropped.length), ...dropped],
        written() {
          for (const { key, text, value } of texts) known.set(key, { text, value });
        },
      };
    },
  };
}
