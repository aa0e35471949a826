/** Tailscale's control API, read only: the devices of the tailnet, with a token of an OAuth client. */
import { fetch, type Response } from 'undici';
import { z } from 'zod';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { MINUTE, SECOND } from '../core/duration.ts';
import { Secret } from '../core/secret.ts';
import type { Asked, Device, Trouble } from '../mesh/probing/tailnet.ts';
import { parseDevices } from './control-schema.ts';
import type { Asking } from './local-api.ts';
import { Troubled, troubleOf } from './trouble.ts';

export interface ControlApi {
  /** The devices, at most a minute old. Does not throw but for `cancelled`. */
  devices(asking: Asking): Promise<Asked<readonly Device[]>>;
}

export interface ControlAccess {
  /** Base address, without a slash at its end. */
  readonly api: string;
  readonly tailnet: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

const WHO = "Tailscale's control API";
const SCOPE = 'devices:core:read';
/** A token lives an hour; it is renewed while the old one still works. */
const RENEW_EARLY = 5 * MINUTE;
const KEEP_ANSWER = MINUTE;
/** Whoever was refused is not asked again with every probe. */
const KEEP_FAILURE = 20 * SECOND;

const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

interface Kept {
  readonly answer: Asked<readonly Device[]>;
  readonly until: number;
}

interface Grant {
  readonly token: Secret;
  readonly until: number;
}

/** One client for the process: it keeps its token and the last answer, and asks once where several want to know at the same time. */
export function createControlApi(access: ControlAccess, clock: Clock): ControlApi {
  let grant: Grant | undefined;
  let kept: Kept | undefined;
  let asking: Promise<Asked<readonly Device[]>> | undefined;

  const tokenNow = async (signal: AbortSignal): Promise<Secret> => {
    if (grant === undefined || clock.now() >= grant.until) grant = await requestGrant(access, { signal, now: clock.now() });
    return grant.token;
  };
  const list = async (signal: AbortSignal): Promise<readonly Device[]> => {
    const first = await requestDevices(access, await tokenNow(signal), signal);
    if (first !== 'tokenRefused') return first;
    // Revoked before its end: a new one shows whether the client itself still has access.
    grant = undefined;
    const second = await requestDevices(access, await tokenNow(signal), signal);
    if (second === 'tokenRefused') throw new Troubled('unauthorized', 'it does not accept the token of the OAuth client (401)');
    return second;
  };
  const ask = async ({ within, signal }: Asking): Promise<Asked<readonly Device[]>> => {
    try {
      return { kind: 'answered', value: await withDeadline(clock, within, `Cannot ask ${WHO}`, list, signal) };
    } catch (error) {
      return troubleOf(error, WHO);
    }
  };
  return {
    async devices(how) {
      if (kept !== undefined && clock.now() < kept.until) return kept.answer;
      asking ??= ask(how).finally(() => {
        asking = undefined;
      });
      const answer = await asking;
      kept = { answer, until: clock.now() + (answer.kind === 'answered' ? KEEP_ANSWER : KEEP_FAILURE) };
      return answer;
    },
  };
}

async function requestGrant(access: ControlAccess, { signal, now }: { signal: AbortSignal; now: number }): Promise<Grant> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: access.clientId, scope: SCOPE });
  form.set('client_secret', access.clientSecret.reveal());
  const response = await fetch(`${access.api}/api/v2/oauth/token`, { method: 'POST', body: form, signal, redirect: 'error' });
  if (response.status === 401 || response.status === 400) {
    await discard(response);
    throw new Troubled('unauthorized', `it does not accept the OAuth client (${response.status})`);
  }
  const read = Token.safeParse(await body(response, 'the token'));
  // The answer itself is not repeated: it may hold a token.
  if (!read.success) throw new Troubled('protocol', 'its answer holds no token');
  const { access_token: token, expires_in: seconds } = read.data;
  return { token: new Secret(token), until: now + Math.max(seconds * SECOND - RENEW_EARLY, (seconds * SECOND) / 2) };
}

async function requestDevices(access: ControlAccess, token: Secret, signal: AbortSignal): Promise<readonly Device[] | 'tokenRefused'> {
  const url = `${access.api}/api/v2/tailnet/${encodeURIComponent(access.tailnet)}/devices?fields=all`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token.reveal()}` }, signal, redirect: 'error' });
  if (response.status === 401) {
    await discard(response);
    return 'tokenRefused';
  }
  const devices = parseDevices(await body(response, 'the devices'));
  if (devices === undefined) throw new Troubled('protocol', 'its list of devices makes no sense');
  return devices;
}

/** The JSON of a good answer. */
async function body(response: Response, what: string): Promise<unknown> {
  if (!response.ok) {
    await discard(response);
    throw new Troubled(troubleOfStatus(response.status), `${response.status} when asked for ${what}`);
  }
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Troubled('protocol', `an answer that is no JSON when asked for ${what}`);
    throw error;
  }
}

function troubleOfStatus(status: number): Trouble {
  if (status === 403) return 'forbidden';
  if (status === 429) return 'rateLimited';
  return status >= 500 ? 'unavailable' : 'protocol';
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel();
}
