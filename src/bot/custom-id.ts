/** What a button carries. Discord gives it back when it is pressed, perhaps months later, so it is read as input from outside. */
import { z } from 'zod';

const PREFIX = 'mw1';
const SEPARATOR = '|';
/** https://discord.com/developers/docs/components/reference#anatomy-of-a-component-custom-id */
const MAX_LENGTH = 100;

const Parts = z.tuple([z.literal(PREFIX), z.string().min(1)]).rest(z.string());

export interface ComponentRef {
  /** Which component handles it. */
  readonly name: string;
  readonly args: readonly string[];
}

/** The id of a component. Arguments that would make it too long for Discord are a defect of the caller. */
export function customId(name: string, ...args: readonly string[]): string {
  const id = [PREFIX, name, ...args].join(SEPARATOR);
  if (id.length > MAX_LENGTH) throw new Error(`The custom id of ${name} has ${id.length} characters, Discord takes ${MAX_LENGTH}`);
  return id;
}

/** What a custom id says; undefined where it is not one of ours, or of another generation. */
export function readCustomId(id: string): ComponentRef | undefined {
  const parts = Parts.safeParse(id.split(SEPARATOR));
  if (!parts.success) return undefined;
  const [, name, ...args] = parts.data;
  return { name, args };
}
