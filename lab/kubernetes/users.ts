/** Who may come in: bearer tokens and the users behind them. */
import { createHash, randomBytes } from 'node:crypto';
import { failure, type StatusError } from './status.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
}

interface Credential {
  readonly user: User;
  expiresAt: number | undefined;
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export function unauthorized(): StatusError {
  return failure({ code: 401, message: 'Unauthorized', reason: 'Unauthorized' });
}

/** Tokens are kept by their hash, like passwords. */
export class Users {
  readonly #credentials = new Map<string, Credential>();
  readonly #tokens = new Map<string, string>();

  /** Adds a user, or another token of one. Answers the token. */
  add(name: string, options: { token?: string; groups?: readonly string[]; expiresAt?: number; uid?: string } = {}): string {
    const token = options.token ?? randomBytes(24).toString('base64url');
    const groups = [...(options.groups ?? []), 'system:authenticated'];
    const user = { name, groups, ...(options.uid === undefined ? {} : { uid: options.uid }) };
    this.#credentials.set(hash(token), { user, expiresAt: options.expiresAt });
    this.#tokens.set(name, token);
    return token;
  }

  /** The latest token of a user. */
  tokenOf(name: string): string | undefined {
    return this.#tokens.get(name);
  }

  /** From now on every token of the user is refused. */
  expire(name: string): void {
    for (const credential of this.#credentials.values()) if (credential.user.name === name) credential.expiresAt = 0;
  }

  /** The user behind an Authorization header; without one the anonymous user. */
  authenticate(header: string | undefined, now: number): User {
    if (header === undefined) return ANONYMOUS;
    const token = /^Bearer\s+(?<token>.+)$/i.exec(header)?.groups?.['token'];
    if (token === undefined) throw unauthorized();
    const found = this.#credentials.get(hash(token.trim()));
    if (found === undefined || (found.expiresAt !== undefined && found.expiresAt <= now)) throw unauthorized();
    return found.user;
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
