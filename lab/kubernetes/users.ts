/** Who may come in: bearer tokens, client certificates, and the users behind them. */
import { createHash, randomBytes } from 'node:crypto';
import { failure, type StatusError } from './status.ts';
import type { Storage } from './store.ts';

/** Somebody who calls. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What is known of a user from the start. */
export interface NewUser {
  readonly token?: string;
  readonly groups?: readonly string[];
  readonly expiresAt?: number;
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface Credential {
  readonly user: User;
  expiresAt: number | undefined;
}

/** What a TokenReview says: whose the token is, or in the server's words why it is not good. */
export type TokenReview = { readonly ok: true; readonly user: string } | { readonly ok: false; readonly error: string };

/** A token of a service account, as it was given out. */
export interface GivenToken {
  readonly user: string;
  readonly audiences: readonly string[];
  readonly expiresAt: number;
}

/** The audience of whoever asks for none. */
export const DEFAULT_AUDIENCE = 'https://kubernetes.default.svc';

/** The user of a call that shows nothing. */
export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** 401: what was shown is not good. */
export function unauthorized(): StatusError {
  return failure({ code: 401, message: 'Unauthorized', reason: 'Unauthorized' });
}

/** Tokens are kept by their hash, like passwords. */
export class Users {
  readonly #credentials = new Map<string, Credential>();
  readonly #tokens = new Map<string, string>();
  readonly #given = new Map<string, GivenToken>();
  readonly #goneAccounts = new Set<string>();

  /** Adds a user, or another token of one. Answers the token. */
  add(name: string, options: NewUser = {}): string {
    const token = options.token ?? randomBytes(24).toString('base64url');
    const groups = [...(options.groups ?? []), 'system:authenticated'];
    const { uid, extra } = options;
    const user = { name, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) };
    this.#credentials.set(hash(token), { user, expiresAt: options.expiresAt });
    this.#tokens.set(name, token);
    return token;
  }

  /** Notes a token of a service account that was asked for, whatever its audience. */
  give(token: string, given: GivenToken): void {
    this.#given.set(hash(token), given);
    this.#goneAccounts.delete(given.user);
  }

  /** The answer of a TokenReview; the texts are the real server's (recorded with istiod). */
  review(token: string, audience: string, now: number): TokenReview {
    const refused = (why?: string): TokenReview => ({
      ok: false,
      error: why === undefined ? 'invalid bearer token' : `[invalid bearer token, ${why}]`,
    });
    const credential = this.#credentials.get(hash(token));
    const known =
      this.#given.get(hash(token)) ??
      (credential && { user: credential.user.name, audiences: [DEFAULT_AUDIENCE], expiresAt: credential.expiresAt });
    if (known === undefined) return token.split('.').length === 3 ? refused('invalid signature, no keys found') : refused();
    if (this.#goneAccounts.has(known.user)) return refused(`serviceaccounts "${known.user.split(':').at(-1)}" not found`);
    if (known.expiresAt !== undefined && known.expiresAt <= now) return refused('service account token has expired');
    if (known.audiences.includes(audience)) return { ok: true, user: known.user };
    return refused(`token audiences ${JSON.stringify(known.audiences)} is invalid for the target audiences ${JSON.stringify([audience])}`);
  }

  /** The latest token of a user. */
  tokenOf(name: string): string | undefined {
    return this.#tokens.get(name);
  }

  /** From now on every token of the user is refused. */
  expire(name: string): void {
    for (const credential of this.#credentials.values()) if (credential.user.name === name) credential.expiresAt = 0;
  }

  /** A deleted service account takes its tokens along. The real server caches them for up to ten seconds; the double does not. */
  forgetDeletedAccounts(storage: Storage): void {
    storage.follow({ group: '', resource: 'serviceaccounts' }, ({ type, object }) => {
      const user = `system:serviceaccount:${object.metadata.namespace}:${object.metadata.name}`;
      if (type === 'DELETED') this.#goneAccounts.add(user);
      if (type === 'DELETED') this.expire(user);
    });
  }

  /** The user behind a client certificate or an Authorization header; without either the anonymous user. */
  authenticate({ header, certificate }: Shown, now: number): User {
    if (certificate !== undefined) return this.#certified(certificate);
    if (header === undefined) return ANONYMOUS;
    const token = /^Bearer\s+(?<token>.+)$/i.exec(header)?.groups?.['token'];
    if (token === undefined) throw unauthorized();
    const found = this.#credentials.get(hash(token.trim()));
    if (found === undefined || (found.expiresAt !== undefined && found.expiresAt <= now)) throw unauthorized();
    return found.user;
  }

  #certified({ user }: ClientCertificate): User {
    if (user === undefined) throw unauthorized();
    const known = [...this.#credentials.values()].find((credential) => credential.user.name === user);
    return known?.user ?? { name: user, groups: ['system:authenticated'] };
  }
}

/** A client certificate that was shown. */
export interface ClientCertificate {
  /** Undefined when the certificate is not to be trusted. */
  readonly user: string | undefined;
}

/** What a caller shows of himself. */
interface Shown {
  readonly header: string | undefined;
  readonly certificate: ClientCertificate | undefined;
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
