/** What one server has told so far, and requests with its values in the place of placeholders. */
import { z } from 'zod';
import type { Answer, Sent } from '../call.ts';

const Told = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional(), uid: z.string().optional(), resourceVersion: z.string().optional() }),
});
const ToldList = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(Told),
});

const NOTHING = '00000000-0000-4000-8000-000000000000';

/** A request whose path and body may hold `<rv:plural/name>` (latest seen), `<rv:plural/name:1>` (the one before), `<uid:plural/name>`, `<list:plural>` and `<continue:plural>`. */
export interface Wanted extends Sent {
  readonly plural: string;
  readonly as: 'admin' | 'poor';
}

/** The values of one server. */
export class Memory {
  readonly #versions = new Map<string, string[]>();
  readonly #values = new Map<string, string>();

  /** Fills in what this server told. What it never told becomes a value that no server gives out. */
  filled({ method, path, contentType, body }: Wanted): Sent {
    const fill = (text: string): string =>
      text.replaceAll(/<(\w+):([\w/-]+)(?::(\d))?>/g, (_, kind, key, back) => this.#value(kind, key, back));
    return {
      method,
      path: fill(path),
      ...(contentType === undefined ? {} : { contentType }),
      ...(body === undefined ? {} : { body: JSON.parse(fill(JSON.stringify(body))) as unknown }),
    };
  }

  learn({ plural, path }: Wanted, { status, body }: Answer): void {
    if (status >= 300) return;
    const list = ToldList.safeParse(body);
    if (!list.success) {
      const one = Told.safeParse(body);
      if (one.success) this.#learnOne(plural, one.data);
      return;
    }
    this.#values.set(`list:${plural}`, list.data.metadata.resourceVersion);
    // With a selector, a server may name a next page that turns out to be empty.
    if (!path.includes('Selector')) this.#values.set(`continue:${plural}`, list.data.metadata.continue ?? '');
    for (const item of list.data.items) this.#learnOne(plural, item);
  }

  #learnOne(plural: string, { metadata: { name, uid, resourceVersion } }: z.infer<typeof Told>): void {
    if (name === undefined || resourceVersion === undefined || uid === undefined) return;
    const key = `${plural}/${name}`;
    const versions = this.#versions.get(key) ?? [];
    if (versions.at(-1) !== resourceVersion) versions.push(resourceVersion);
    this.#versions.set(key, versions);
    this.#values.set(`uid:${key}`, uid);
  }

  #value(kind: string, key: string, back: string | undefined): string {
    if (kind === 'rv') return this.#versions.get(key)?.at(-1 - Number(back ?? 0)) ?? '1';
    return this.#values.get(`${kind}:${key}`) ?? (kind === 'uid' ? NOTHING : '');
  }
}
