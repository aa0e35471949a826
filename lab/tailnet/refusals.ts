/** What LocalAPI refuses, and how: callers are seen as one that is neither root nor the operator. */
import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** Refused before anything is looked at: another name for the host, or the marks of a browser. */
export function callerRefusal({ headers }: IncomingMessage): Refusal | undefined {
  const stranger = headers.host !== '' && headers.host !== 'local-tailscaled.sock';
  const browser = headers.origin !== undefined || headers.referer !== undefined;
  return stranger || browser ? { status: 403, text: 'invalid localapi request\n' } : undefined;
}

interface Rule {
  /** Methods that are let through to the refusal of the caller; undefined: all. */
  readonly methods?: readonly string[];
  readonly otherwise?: Refusal;
  readonly denied: string;
}

const WANT_POST: Refusal = { status: 400, text: 'want POST\n' };
const UNSUPPORTED: Refusal = { status: 405, text: 'unsupported method\n' };

/** Paths that such a caller may not use. */
const RULES: Readonly<Record<string, Rule>> = {
  metrics: { denied: 'metric access denied' },
  goroutines: { denied: 'goroutine dump access denied' },
  'profiles/': { denied: 'profiles access denied' },
  logout: { methods: ['POST'], otherwise: WANT_POST, denied: 'logout access denied' },
  start: { methods: ['POST'], otherwise: WANT_POST, denied: 'access denied' },
  'login-interactive': { methods: ['POST'], otherwise: WANT_POST, denied: 'login access denied' },
  shutdown: { methods: ['POST'], otherwise: { status: 405, text: 'only POST allowed\n' }, denied: 'shutdown access denied' },
  'reset-auth': { methods: ['POST'], otherwise: { status: 405, text: 'use POST\n' }, denied: 'reset-auth modify access denied' },
  'check-prefs': { methods: ['POST'], otherwise: UNSUPPORTED, denied: 'checkprefs access denied' },
  'set-expiry-sooner': { methods: ['POST'], otherwise: { status: 405, text: 'POST required\n' }, denied: 'access denied' },
  prefs: { methods: ['PATCH'], otherwise: UNSUPPORTED, denied: 'prefs write access denied' },
  derpmap: { methods: [], otherwise: { status: 400, text: 'want GET\n' }, denied: '' },
};

/** The refusal of a path below `/localapi/v0/`; undefined: there is no rule for it. */
export function pathRefusal(method: string, path: string): Refusal | undefined {
  const rule = Object.hasOwn(RULES, path) ? RULES[path] : undefined;
  if (rule === undefined) return undefined;
  if (rule.otherwise !== undefined && rule.methods?.includes(method) === false) return rule.otherwise;
  return { status: 403, text: `${rule.denied}\n` };
}
