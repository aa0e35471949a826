/** Discord's answers to what it does not accept: `{code, message, errors}` with an HTTP status. */

import { characters } from './characters.ts';

interface FormError {
  readonly code: string;
  readonly message: string;
}

/** An answer that is not a success. Thrown by whatever handles a request; the server turns it into JSON. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: Record<string, unknown> | undefined;
  /** In seconds, for status 429. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: number,
    message: string,
    more: { readonly errors?: Record<string, unknown>; readonly retryAfter?: number } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.errors = more.errors;
    this.retryAfter = more.retryAfter;
  }

  get body(): Record<string, unknown> {
    const wait = this.retryAfter === undefined ? {} : { retry_after: this.retryAfter, global: false };
    return { message: this.message, code: this.code, ...(this.errors === undefined ? {} : { errors: this.errors }), ...wait };
  }
}

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json, as far as the double uses them. */
export const refusals = {
  notFound: () => new Refusal(404, 0, '404: Not Found'),
  unauthorized: () => new Refusal(401, 0, '401: Unauthorized'),
  unknownApplication: () => new Refusal(404, 10_002, 'Unknown Application'),
  unknownChannel: () => new Refusal(404, 10_003, 'Unknown Channel'),
  unknownGuild: () => new Refusal(404, 10_004, 'Unknown Guild'),
  unknownMember: () => new Refusal(404, 10_007, 'Unknown Member'),
  unknownMessage: () => new Refusal(404, 10_008, 'Unknown Message'),
  unknownWebhook: () => new Refusal(404, 10_015, 'Unknown Webhook'),
  unknownInteraction: () => new Refusal(404, 10_062, 'Unknown interaction'),
  unknownCommand: () => new Refusal(404, 10_063, 'Unknown application command'),
  editTooOften: (retryAfter: number) =>
    new Refusal(429, 30_046, 'Maximum number of edits to messages older than 1 hour reached. Try again later.', { retryAfter }),
  tooLarge: () => new Refusal(413, 40_005, 'Request entity too large. Try sending something smaller.'),
  alreadyAcknowledged: () => new Refusal(400, 40_060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new Refusal(403, 50_001, 'Missing Access'),
  notTheAuthor: () => new Refusal(403, 50_005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new Refusal(400, 50_006, 'Cannot send an empty message'),
  missingPermissions: () => new Refusal(403, 50_013, 'Missing Permissions'),
  expiredToken: () => new Refusal(401, 50_027, 'Invalid Webhook Token'),
  archivedThread: () => new Refusal(400, 50_083, 'Thread is archived'),
  invalidJson: () => new Refusal(400, 50_109, 'The request body contains invalid JSON.'),
  threadExists: () => new Refusal(400, 160_004, 'A thread has already been created for this message'),
  form: (at: readonly (string | number)[], code: string, message: string) => {
    const form = new Form();
    form.add(at, code, message);
    return form.refusal();
  },
} as const;

/** Collects the faults of one body and refuses with all of them at once, nested by path as Discord does (code 50035). */
export class Form {
  readonly #faults: { readonly at: readonly (string | number)[]; readonly error: FormError }[] = [];

  add(at: readonly (string | number)[], code: string, message: string): void {
    this.#faults.push({ at, error: { code, message } });
  }

  /** Adds a fault when `value` is longer than `max`, counted in characters as a reader sees them. */
  max(at: readonly (string | number)[], value: unknown, max: number): void {
    if (typeof value === 'string' && characters(value) > max) this.add(at, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
  }

  count(at: readonly (string | number)[], list: readonly unknown[], min: number, max: number): void {
    if (list.length >= min && list.length <= max) return;
    this.add(at, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
  }

  get faulty(): boolean {
    return this.#faults.length > 0;
  }

  /** Throws when there was any fault. */
  done(): void {
    if (this.faulty) throw this.refusal();
  }

  refusal(): Refusal {
    const errors: Record<string, unknown> = {};
    for (const { at, error } of this.#faults) {
      let node = errors;
      for (const step of at) {
        const next = (node[step] ??= {}) as Record<string, unknown>;
        node = next;
      }
      ((node['_errors'] ??= []) as FormError[]).push(error);
    }
    return new Refusal(400, 50_035, 'Invalid Form Body', { errors });
  }
}
