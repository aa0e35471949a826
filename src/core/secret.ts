import { inspect } from 'node:util';

const SHOWN = '[secret]';

/**
 * A value that must never be printed. String conversion, JSON, `util.inspect` and template literals all give `[secret]`;
 * only {@link Secret.reveal} gives the value, at the one place that needs it.
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, never to pass it on. */
  reveal(): T {
    return this.#value;
  }

  /** A new secret made from this one, without revealing either. */
  map<U>(change: (value: T) => U): Secret<U> {
    return new Secret(change(this.#value));
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
