/** Answers with placeholders for what every server makes up for itself, so that the answers of two servers can be compared. */
import type { Answer } from '../call.ts';

const UID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const TIMES: ReadonlySet<string> = new Set(['creationTimestamp', 'deletionTimestamp', 'time']);
/** Where a message names a version. */
const VERSION_IN_WORDS = /(?<=\()\d+(?=\))|(?<=ResourceVersion: )[1-9]\d*/g;

type Fields = Readonly<Record<string, unknown>>;

/** Marks the values that a server gives out; {@link Pairs} says which of one server stands for which of the other. */
export class Placeholders {
  answer({ status, contentType, retryAfter, warning, body }: Answer): unknown {
    return { status, contentType, retryAfter, warning, body: this.value(body) };
  }

  value(value: unknown, field = ''): unknown {
    if (typeof value === 'string') return this.#text(value, field);
    if (Array.isArray(value)) {
      const items = value.map((item) => this.value(item));
      if (field === 'causes') return items.toSorted(byText);
      return field === 'managedFields' ? items.toSorted(byOwner) : items;
    }
    if (typeof value !== 'object' || value === null) return value;
    const isList = 'items' in value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, isList && name === 'metadata' ? this.#listHead(inner) : this.value(inner, name)]),
    );
  }

  /** The version of a list is that of the whole server. */
  #listHead(head: unknown): unknown {
    const { resourceVersion: _, continue: token, ...rest } = head as Fields;
    return { ...rest, ...(token === undefined ? {} : { continue: token === '' ? '' : '<continue>' }) };
  }

  #text(text: string, field: string): string {
    if (field === 'resourceVersion') return this.#name('rv', text);
    if (field === 'continue' && text !== '') return '<continue>';
    if (TIMES.has(field)) return '<time>';
    const named = text.replaceAll(UID, (uid) => this.#name('uid', uid));
    if (field !== 'message') return named;
    // Servers name the owners of a dispute in any order.
    if (named.startsWith('Apply failed with'))
      return named
        .split(/:?\n|(?<=conflicts): /)
        .toSorted()
        .join('\n');
    return named.replaceAll(VERSION_IN_WORDS, (version) => this.#name('rv', version));
  }

  #name(kind: string, value: string): string {
    return value === '' ? '' : `<${kind} ${value}>`;
  }
}

/** Servers order them by time, which is a matter of when a second begins. */
function byOwner(one: unknown, other: unknown): number {
  return ownerOf(one).localeCompare(ownerOf(other));
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one).localeCompare(JSON.stringify(other));
}

function ownerOf(entry: unknown): string {
  const { manager, operation, subresource } = entry as Fields;
  return [manager, operation, subresource ?? ''].map(String).join(' ');
}

const MARKED = /<(?:rv|uid) [^<>]+>/g;

/** Which value of the real server is which of the double: bound where they first meet, the same from then on. */
export class Pairs {
  readonly #doubles = new Map<string, string>();
  readonly #reals = new Map<string, string>();

  /** What differs between two answers, a line each. */
  differences(real: unknown, double: unknown, path = ''): string[] {
    if (typeof real === 'string' && typeof double === 'string') return this.#same(real, double) ? [] : [told(path, real, double)];
    if (Array.isArray(real) && Array.isArray(double) && real.length === double.length) {
      return real.flatMap((item, index) => this.differences(item, double[index], `${path}[${index}]`));
    }
    if (isFields(real) && isFields(double)) {
      const names = [...new Set([...Object.keys(real), ...Object.keys(double)])];
      return names.flatMap((name) => this.differences(real[name], double[name], `${path}.${name}`));
    }
    return real === double ? [] : [told(path, real, double)];
  }

  #same(real: string, double: string): boolean {
    if (real.replaceAll(MARKED, '<>') !== double.replaceAll(MARKED, '<>')) return false;
    const others = double.match(MARKED) ?? [];
    return (real.match(MARKED) ?? []).every((one, index) => this.#bind(one, others[index] ?? ''));
  }

  #bind(real: string, double: string): boolean {
    const [known, back] = [this.#doubles.get(real), this.#reals.get(double)];
    if (known === undefined && back === undefined) {
      this.#doubles.set(real, double);
      this.#reals.set(double, real);
      return true;
    }
    return known === double && back === real;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function told(path: string, real: unknown, double: unknown): string {
  return `${path}: real ${JSON.stringify(real) ?? 'nothing'}, double ${JSON.stringify(double) ?? 'nothing'}`;
}
